package policygate.net.prod_datastore_direct_test

import data.policygate.facts_test
import data.policygate.net.prod_datastore_direct

store(fields) := facts_test.endpoint_host("orders-db.prod.acme.example", object.union(
	{"environment": "production", "protected": true},
	fields,
))

checkout(hosts, fields) := facts_test.networked({"endpoints": [facts_test.endpoint(hosts, fields)]}, {})

owned := checkout([store({"datastore": "orders-db", "owners": ["ledger"]})], {})

owned_finding := {
	"message": concat(" ", [
		"`DATABASE_URL` of `orders` leads straight to `orders-db.prod.acme.example:5432`,",
		"the datastore `orders-db` of the protected environment `production`, which only `ledger` may talk to directly",
	]),
	"subject": "orders: environment: DATABASE_URL: orders-db.prod.acme.example:5432",
	"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
	"related": [
		{
			"message": "what claims `orders-db.prod.acme.example`",
			"at": facts_test.at_in("policygate.yaml", 9, 14),
		},
		{"message": "belongs to `orders`", "at": facts_test.at_in("policygate.yaml", 4, 5)},
	],
}

test_service_that_is_no_owner if {
	prod_datastore_direct.deny == {owned_finding} with input as owned
}

said contains finding.message if some finding in prod_datastore_direct.deny

subjects contains finding.subject if some finding in prod_datastore_direct.deny

undeclared := checkout([store({"port": 0})], {})

of_many(owners) := checkout([store({"datastore": "events", "owners": owners})], {
	"is_datastore": false,
	"family": "kafka",
	"service": "",
})

declared_alone := of_many(["a", "b", "c", "d"])

three_owners := of_many(["a", "b", "c"])

test_family_or_declaration_makes_a_datastore if {
	said == {concat(" ", [
		"`DATABASE_URL` of `orders` leads straight to `orders-db.prod.acme.example`, a datastore (postgresql)",
		"of the protected environment `production`, for which no owner is named",
	])} with input as undeclared
	said == {concat(" ", [
		"`DATABASE_URL` leads straight to `orders-db.prod.acme.example:5432`, the datastore `events`",
		"of the protected environment `production`, which only `a`, `b`, `c` and 1 more may talk to directly:",
		"no service is known that this file belongs to",
	])} with input as declared_alone
	{contains(message, "`c` may talk") | some message in said} == {true} with input as three_owners
}

several := checkout(
	[
		store({"name": "10.1.0.5", "port": 5433}),
		store({"name": "fd00::5"}),
		store({"name": "fd00::6", "port": 0}),
		facts_test.endpoint_host("db.acme.example", {}),
	],
	{},
)

test_each_host_is_one_finding if {
	subjects == {
		"orders: environment: DATABASE_URL: 10.1.0.5:5433",
		"orders: environment: DATABASE_URL: [fd00::5]:5432",
		"orders: environment: DATABASE_URL: [fd00::6]",
	} with input as several
}

open_environment := checkout([store({"protected": false, "datastore": "orders-db"})], {})

no_store := checkout([store({})], {"is_datastore": false, "family": "http"})

through_the_pooler := checkout([store({"pooler": true, "datastore": "orders-db"})], {})

beside_it := checkout([store({"host_class": "loopback"})], {})

own := checkout([store({"datastore": "orders-db", "owners": ["ledger", "orders"]})], {})

nothing := checkout([], {})

test_near_misses if {
	prod_datastore_direct.deny == set() with input as open_environment
	prod_datastore_direct.deny == set() with input as no_store
	prod_datastore_direct.deny == set() with input as through_the_pooler
	prod_datastore_direct.deny == set() with input as beside_it
	prod_datastore_direct.deny == set() with input as own
	prod_datastore_direct.deny == set() with input as nothing
	prod_datastore_direct.deny == set() with input as {}
}
