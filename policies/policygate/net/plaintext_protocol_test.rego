package policygate.net.plaintext_protocol_test

import data.policygate.facts_test
import data.policygate.net.plaintext_protocol

checkout(host, fields) := facts_test.networked(
	{"endpoints": [facts_test.endpoint(
		[facts_test.endpoint_host("db.acme.example", host)],
		object.union({"tls": "disabled"}, fields),
	)]},
	{},
)

outside := checkout({}, {})

test_host_outside if {
	plaintext_protocol.deny == {{
		"message": "`DATABASE_URL` of `orders` talks to `db.acme.example:5432`, a host outside, without TLS",
		"subject": "orders: environment: DATABASE_URL: db.acme.example:5432: disabled",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [{"message": "what claims `db.acme.example`", "at": facts_test.at_in("policygate.yaml", 9, 14)}],
		"assumes": [],
	}} with input as outside
}

assumed contains finding.assumes if some finding in plaintext_protocol.deny

unstated := facts_test.without_network_section(outside.network)

unstated_address := facts_test.without_network_section(checkout({"literal_ip": true}, {}).network)

unstated_environment := facts_test.without_network_section(checkout({"protected": true}, {}).network)

test_without_a_section_a_name_may_be_inside if {
	assumed == {[concat(" ", [
		"`db.acme.example` is outside",
		"(`network.internal` in policygate.yaml would say that it is not)",
	])]} with input as unstated
	assumed == {[]} with input as unstated_address
	assumed == {[]} with input as unstated_environment
}

said contains finding.message if some finding in plaintext_protocol.deny

protected := checkout(
	{"protected": true, "environment": "production", "host_class": "internal", "name": "fd00::1"},
	{"is_datastore": false, "family": "kafka", "service": ""},
)

protected_variable := checkout({"protected": true, "environment": "p", "host_class": "unknown", "port": 0}, {})

in_the_cluster := checkout({"protected": true, "environment": "p", "host_class": "cluster", "port": 0}, {})

declared_in_the_cluster := checkout(
	{"protected": true, "environment": "p", "host_class": "cluster", "port": 0, "datastore": "queue"},
	{"is_datastore": false},
)

protected_outside := checkout({"protected": true, "environment": "production"}, {})

test_host_of_a_protected_environment if {
	said == {concat(" ", [
		"`DATABASE_URL` talks to `[fd00::1]:5432`, a host of the protected environment `production`,",
		"without TLS",
	])} with input as protected
	said == {concat(" ", [
		"`DATABASE_URL` of `orders` talks to `db.acme.example:5432`,",
		"a host of the protected environment `production`, without TLS",
	])} with input as protected_outside
	of_p := "`DATABASE_URL` of `orders` talks to `db.acme.example`, a host of the protected environment `p`, without TLS"
	said == {of_p} with input as protected_variable
	said == {of_p} with input as in_the_cluster
	said == {of_p} with input as declared_in_the_cluster
}

offered := checkout({"port": 0}, {"tls": "optional"})

offered_by_a_stated_one := checkout(
	{"port": 0, "datastore": "queue", "protected": true, "environment": "p"},
	{"tls": "optional", "is_datastore": false},
)

test_optional_tls_of_a_datastore if {
	said == {concat(" ", [
		"`DATABASE_URL` of `orders` talks to `db.acme.example`, a host outside,",
		"with TLS only if it is offered",
	])} with input as offered
	said == {concat(" ", [
		"`DATABASE_URL` of `orders` talks to `db.acme.example`, a host of the protected environment `p`,",
		"with TLS only if it is offered",
	])} with input as offered_by_a_stated_one
}

offered_by_no_store := checkout({}, {"tls": "optional", "is_datastore": false})

required := checkout({}, {"tls": "required"})

unknown := checkout({}, {"tls": "unknown"})

mesh := checkout({}, {"mesh_tls": true})

local := checkout({}, {"local": true})

passed := checkout({}, {"by": "pass"})

loopback := checkout({"protected": true, "host_class": "loopback"}, {})

inside := checkout({"host_class": "internal"}, {})

cluster := checkout({"host_class": "cluster"}, {})

single_label := checkout({"host_class": "unknown"}, {})

call_in_the_cluster := checkout({"protected": true, "host_class": "cluster"}, {"is_datastore": false, "family": "http"})

of_an_environment := checkout({"environment": "staging"}, {})

of_a_service := checkout({"service": "stock"}, {})

of_a_datastore := checkout({"datastore": "queue"}, {})

pooler := checkout({"pooler": true}, {})

shared := checkout({"shared": true}, {})

mail := checkout({}, {"family": "smtp"})

directory := checkout({}, {"family": "ldap"})

forward_proxy := checkout({}, {"family": "http", "key": "HTTPS_PROXY"})

nothing := facts_test.networked({"endpoints": []}, {})

test_near_misses if {
	plaintext_protocol.deny == set() with input as offered_by_no_store
	plaintext_protocol.deny == set() with input as required
	plaintext_protocol.deny == set() with input as unknown
	plaintext_protocol.deny == set() with input as mesh
	plaintext_protocol.deny == set() with input as local
	plaintext_protocol.deny == set() with input as passed
	plaintext_protocol.deny == set() with input as loopback
	plaintext_protocol.deny == set() with input as inside
	plaintext_protocol.deny == set() with input as cluster
	plaintext_protocol.deny == set() with input as single_label
	plaintext_protocol.deny == set() with input as call_in_the_cluster
	plaintext_protocol.deny == set() with input as of_an_environment
	plaintext_protocol.deny == set() with input as of_a_service
	plaintext_protocol.deny == set() with input as of_a_datastore
	plaintext_protocol.deny == set() with input as pooler
	plaintext_protocol.deny == set() with input as shared
	plaintext_protocol.deny == set() with input as mail
	plaintext_protocol.deny == set() with input as directory
	plaintext_protocol.deny == set() with input as forward_proxy
	plaintext_protocol.deny == set() with input as nothing
	plaintext_protocol.deny == set() with input as {}
}
