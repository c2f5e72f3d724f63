package policygate.net.unknown_host_test

import data.policygate.facts_test
import data.policygate.net.unknown_host

network(host, fields) := {"endpoints": [facts_test.endpoint(
	[facts_test.endpoint_host("api.elsewhere.example", host)],
	fields,
)]}

checkout(host, fields) := facts_test.networked(network(host, fields), {})

outside := checkout({"port": 443}, {})

outside_finding(assumes) := {
	"message": concat(" ", [
		"`DATABASE_URL` of `orders` leads to `api.elsewhere.example:443`,",
		"a host outside that policygate.yaml does not declare",
	]),
	"subject": "orders: environment: DATABASE_URL: api.elsewhere.example:443",
	"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
	"assumes": assumes,
}

without_egress := object.union(outside, {"config": {"network": {"egress_stated": false}}})

test_host_outside if {
	unknown_host.deny == {outside_finding([])} with input as outside
	unknown_host.deny == {outside_finding([
		"no host outside may be called (`network.egress` in policygate.yaml would say which ones may)",
	])} with input as without_egress
}

said contains [finding.message, finding.assumes] if some finding in unknown_host.deny

inside := object.union(
	checkout({"name": "fd00::7", "host_class": "internal"}, {"service": ""}),
	{"config": {"network": {"egress_stated": false}}},
)

test_egress_is_about_hosts_outside_only if {
	said == {[
		"`DATABASE_URL` leads to `[fd00::7]:5432`, a host of the own network that policygate.yaml does not declare",
		[],
	]} with input as inside
}

hexadecimal := checkout({"name": "0x0a000001", "host_class": "unknown", "port": 0}, {})

integer := checkout({"name": "167772161", "host_class": "unknown", "port": 0}, {})

short := checkout({"name": "10.0x1", "host_class": "unknown", "port": 0}, {})

test_odd_notation_of_an_address if {
	said == {odd("0x0a000001")} with input as hexadecimal
	said == {odd("167772161")} with input as integer
	said == {odd("10.0x1")} with input as short
}

odd(name) := [
	sprintf(
		"`DATABASE_URL` of `orders` leads to `%s`, an address in an odd notation that policygate.yaml does not declare",
		[name],
	),
	[],
]

unstated := facts_test.without_network_section(network({}, {}))

local := checkout({}, {"local": true})

allowed := checkout({"allowed": true}, {})

known := checkout({"service": "stock"}, {})

loopback := checkout({"host_class": "loopback"}, {})

cluster := checkout({"host_class": "cluster"}, {})

single_label := checkout({"host_class": "unknown", "name": "db"}, {})

variable := checkout({"host_class": "unknown", "name": "db-${REGION}.acme.example"}, {})

listening := checkout({"host_class": "unknown", "name": "0.0.0.0"}, {})

metadata := checkout({"host_class": "internal", "name": "169.254.169.254"}, {})

nothing := facts_test.networked({"endpoints": []}, {})

test_near_misses if {
	unknown_host.deny == set() with input as unstated
	unknown_host.deny == set() with input as local
	unknown_host.deny == set() with input as allowed
	unknown_host.deny == set() with input as known
	unknown_host.deny == set() with input as loopback
	unknown_host.deny == set() with input as cluster
	unknown_host.deny == set() with input as single_label
	unknown_host.deny == set() with input as variable
	unknown_host.deny == set() with input as listening
	unknown_host.deny == set() with input as metadata
	unknown_host.deny == set() with input as nothing
	unknown_host.deny == set() with input as {}
}
