package policygate.net.plaintext_internal_test

import data.policygate.facts_test
import data.policygate.net.plaintext_internal

checkout(host, fields) := facts_test.networked(network(host, fields), {})

network(host, fields) := {"endpoints": [facts_test.endpoint(
	[facts_test.endpoint_host("db.acme.internal", object.union({"host_class": "internal"}, host))],
	object.union({"tls": "disabled"}, fields),
)]}

inside := checkout({}, {})

test_host_of_the_own_network if {
	plaintext_internal.deny == {{
		"message": "`DATABASE_URL` of `orders` talks to `db.acme.internal:5432`, a host of the own network, without TLS",
		"subject": "orders: environment: DATABASE_URL: db.acme.internal:5432: disabled",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
	}} with input as inside
}

said contains finding.message if some finding in plaintext_internal.deny

cluster := checkout({"host_class": "cluster", "port": 0}, {"tls": "optional", "service": ""})

stated_datastore := checkout({"datastore": "queue", "name": "fd00::1"}, {"tls": "optional", "is_datastore": false})

test_optional_tls_of_a_datastore if {
	said == {concat(" ", [
		"`DATABASE_URL` talks to `db.acme.internal`, a host of the cluster,",
		"with TLS only if it is offered",
	])} with input as cluster
	said == {concat(" ", [
		"`DATABASE_URL` of `orders` talks to `[fd00::1]:5432`, a host of the own network,",
		"with TLS only if it is offered",
	])} with input as stated_datastore
}

of_an_environment := checkout({"host_class": "external", "environment": "staging"}, {})

of_a_service := checkout({"host_class": "external", "service": "stock"}, {})

of_a_datastore := checkout({"host_class": "external", "datastore": "queue"}, {})

pooler := checkout({"host_class": "external", "pooler": true}, {})

shared := checkout({"host_class": "external", "shared": true}, {})

test_what_is_claimed_is_no_host_outside if {
	count(plaintext_internal.deny) == 1 with input as of_an_environment
	count(plaintext_internal.deny) == 1 with input as of_a_service
	count(plaintext_internal.deny) == 1 with input as of_a_datastore
	count(plaintext_internal.deny) == 1 with input as pooler
	count(plaintext_internal.deny) == 1 with input as shared
}

protected_cluster := {"protected": true, "host_class": "cluster", "port": 0}

call_in_the_cluster := checkout(protected_cluster, {"is_datastore": false, "family": "grpc"})

datastore_in_the_cluster := checkout(protected_cluster, {})

declared_in_the_cluster := checkout(
	object.union(protected_cluster, {"datastore": "queue"}),
	{"is_datastore": false, "family": "kafka"},
)

test_calls_within_a_protected_cluster if {
	said == {"`DATABASE_URL` of `orders` talks to `db.acme.internal`, a host of the cluster, without TLS"} with input as call_in_the_cluster
	plaintext_internal.deny == set() with input as datastore_in_the_cluster
	plaintext_internal.deny == set() with input as declared_in_the_cluster
}

mail := checkout({}, {"family": "smtp"})

directory := checkout({}, {"family": "ldap"})

forward_proxy := checkout({}, {"family": "http", "key": "spring.https.proxy"})

metadata := checkout({"name": "169.254.169.254"}, {"is_datastore": false, "family": "http"})

unstated := facts_test.without_network_section(network({}, {}))

offered_by_no_store := checkout({}, {"tls": "optional", "is_datastore": false})

required := checkout({}, {"tls": "required"})

unknown := checkout({}, {"tls": "unknown"})

mesh := checkout({}, {"mesh_tls": true})

local := checkout({}, {"local": true})

passed := checkout({}, {"by": "pass"})

loopback := checkout({"host_class": "loopback"}, {})

outside := checkout({"host_class": "external"}, {})

protected := checkout({"protected": true}, {})

nothing := facts_test.networked({"endpoints": []}, {})

test_near_misses if {
	plaintext_internal.deny == set() with input as unstated
	plaintext_internal.deny == set() with input as offered_by_no_store
	plaintext_internal.deny == set() with input as required
	plaintext_internal.deny == set() with input as unknown
	plaintext_internal.deny == set() with input as mesh
	plaintext_internal.deny == set() with input as local
	plaintext_internal.deny == set() with input as passed
	plaintext_internal.deny == set() with input as loopback
	plaintext_internal.deny == set() with input as outside
	plaintext_internal.deny == set() with input as protected
	plaintext_internal.deny == set() with input as mail
	plaintext_internal.deny == set() with input as directory
	plaintext_internal.deny == set() with input as forward_proxy
	plaintext_internal.deny == set() with input as metadata
	plaintext_internal.deny == set() with input as nothing
	plaintext_internal.deny == set() with input as {}
}
