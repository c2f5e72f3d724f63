package policygate.net.unowned_test

import data.policygate.facts_test
import data.policygate.net.unowned

checkout(fields, edges) := facts_test.networked(
	{
		"services": [
			facts_test.service("orders", {"owner": "team-orders"}),
			facts_test.service("stock", fields),
		],
		"edges": [facts_test.edge(pair[0], pair[1], {}) | some pair in edges],
	},
	{},
)

target := checkout({}, [["orders", "stock"]])

source := checkout({}, [["stock", "orders"]])

finding := {
	"message": "`stock` talks to others or they talk to it, and it has no owner",
	"subject": "stock",
	"at": facts_test.at_in("stock/service.json", 1, 10),
}

test_either_end_of_an_edge if {
	unowned.deny == {finding} with input as target
	unowned.deny == {finding} with input as source
}

owned := checkout({"owner": "team-stock"}, [["orders", "stock"]])

undeclared := checkout({"declared": false}, [["orders", "stock"]])

datastore := checkout({"kind": "datastore"}, [["orders", "stock"]])

alone := checkout({}, [["orders", "web"]])

nobody := facts_test.networked(
	{
		"services": [
			facts_test.service("orders", {"owner": "team-orders", "declared": false}),
			facts_test.service("stock", {}),
			facts_test.service("web", {}),
		],
		"edges": [facts_test.edge("web", "stock", {})],
	},
	{},
)

nothing := facts_test.networked({"services": [], "edges": []}, {})

test_near_misses if {
	unowned.deny == set() with input as owned
	unowned.deny == set() with input as undeclared
	unowned.deny == set() with input as datastore
	unowned.deny == set() with input as alone
	unowned.deny == set() with input as nobody
	unowned.deny == set() with input as nothing
	unowned.deny == set() with input as {}
}
