package policygate.net.undeclared_dependency_test

import data.policygate.facts_test
import data.policygate.net.undeclared_dependency

checkout(fields) := facts_test.networked(
	{
		"services": [facts_test.service("orders", {}), facts_test.service("stock", {})],
		"edges": [facts_test.edge("orders", "stock", object.union({"declared": false, "evidence": []}, fields))],
	},
	{},
)

undeclared := checkout({})

test_edge_that_is_not_declared if {
	undeclared_dependency.deny == {{
		"message": "`orders` talks to `stock` and does not declare it",
		"subject": "orders -> stock",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [{
			"message": "`orders` is described here",
			"at": facts_test.at_in("orders/service.json", 1, 10),
		}],
		"assumes": [],
	}} with input as undeclared
}

to_a_host := checkout({
	"target": "db.acme.example",
	"protocol": "grpc",
	"interface": "stock.v1.Stock/Check",
	"evidence": [{"message": "and here", "at": facts_test.at_in("deploy/prod.yaml", 3, 9)}],
})

test_host_that_may_be_a_declared_service if {
	undeclared_dependency.deny == {{
		"message": "`orders` talks to `db.acme.example` (grpc) and does not declare it",
		"subject": "orders -> db.acme.example",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [
			{"message": "and here", "at": facts_test.at_in("deploy/prod.yaml", 3, 9)},
			{"message": "`orders` is described here", "at": facts_test.at_in("orders/service.json", 1, 10)},
		],
		"assumes": [concat(" ", [
			"`db.acme.example` is nothing that `orders` declares under another name",
			"(`hosts` of a service in policygate.yaml would say so)",
		])],
	}} with input as to_a_host
}

unknown_source := facts_test.networked({"edges": [facts_test.edge("a", "b", {"declared": false, "evidence": []})]}, {})

test_source_without_a_place if {
	[finding.related | some finding in undeclared_dependency.deny] == [[]] with input as unknown_source
}

declared := checkout({"declared": true})

unused := checkout({"used": false})

declares_nothing := checkout({"source_declares": false})

nothing := facts_test.networked({"edges": []}, {})

test_near_misses if {
	undeclared_dependency.deny == set() with input as declared
	undeclared_dependency.deny == set() with input as unused
	undeclared_dependency.deny == set() with input as declares_nothing
	undeclared_dependency.deny == set() with input as nothing
	undeclared_dependency.deny == set() with input as {}
}
