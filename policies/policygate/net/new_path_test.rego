package policygate.net.new_path_test

import data.policygate.facts_test
import data.policygate.net.new_path

path(fields) := object.union(
	{
		"source": "orders",
		"target": "ledger-db",
		"protocol": "postgresql",
		"tls": "required",
		"family": "postgresql",
		"datastore": true,
		"environment": "production",
		"protected": true,
		"hops": [],
		"at": facts_test.at_in("orders.env", 3, 5),
		"evidence": [{"message": "by `*.prod.example`", "at": facts_test.at_in("policygate.yaml", 5, 9)}],
	},
	fields,
)

merge_request(paths, transitive) := object.union(
	facts_test.changed({"opened": paths}, {}, {}),
	{"config": {"parameters": {"net.new_path": {"transitive": transitive}}}},
)

found(message, subject) := {
	"message": message,
	"subject": subject,
	"at": facts_test.at_in("orders.env", 3, 5),
	"related": [{"message": "by `*.prod.example`", "at": facts_test.at_in("policygate.yaml", 5, 9)}],
}

edge := merge_request([path({})], false)

declared := merge_request([path({"protocol": "", "target": "rates"})], false)

through := merge_request([path({"source": "web", "hops": ["shop", "orders"]})], true)

test_ways_into_a_protected_environment if {
	new_path.deny == {found(
		"`orders` can now reach `ledger-db` of `production`",
		"orders -> ledger-db: production: postgresql",
	)} with input as edge
	new_path.deny == {found(
		"`orders` can now reach `rates` of `production`",
		"orders -> rates: production",
	)} with input as declared
	new_path.deny == {found(
		"`web` can now reach `ledger-db` of `production` through `shop`, `orders`",
		"web -> ledger-db: production: postgresql",
	)} with input as through
}

elsewhere := merge_request([path({"protected": false})], true)

not_counted := merge_request([path({"source": "web", "hops": ["shop"]})], false)

nothing := merge_request([], true)

test_near_misses if {
	new_path.deny == set() with input as elsewhere
	new_path.deny == set() with input as not_counted
	new_path.deny == set() with input as nothing
	new_path.deny == set() with input as {}
}
