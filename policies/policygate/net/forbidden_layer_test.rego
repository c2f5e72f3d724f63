package policygate.net.forbidden_layer_test

import data.policygate.facts_test
import data.policygate.net.forbidden_layer

contract(kind, message) := {"kind": kind, "message": message, "at": facts_test.at_in("policygate.yaml", 20, 9)}

checkout(breaks, fields) := facts_test.networked(
	{"edges": [facts_test.edge("stock", "web", object.union({"breaks": breaks}, fields))]},
	{},
)

upwards := checkout([contract("order", "`data` comes after `edge`")], {})

test_edge_against_the_order if {
	forbidden_layer.deny == {{
		"message": "`stock` talks to `web`: `data` comes after `edge`",
		"subject": "stock -> web: order",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [
			{"message": "the contract", "at": facts_test.at_in("policygate.yaml", 20, 9)},
			{"message": "declared here", "at": facts_test.at_in("stock/service.json", 5, 9)},
		],
	}} with input as upwards
}

twice := checkout([contract("forbidden", "x"), contract("independent", "y")], {"protocol": "http", "interface": "GET /"})

test_each_contract_is_one_finding if {
	{finding.subject | some finding in forbidden_layer.deny} == {
		"stock -> web: forbidden: x",
		"stock -> web: independent: y",
	} with input as twice
}

kept := checkout([], {})

nothing := facts_test.networked({"edges": []}, {})

test_near_misses if {
	forbidden_layer.deny == set() with input as kept
	forbidden_layer.deny == set() with input as nothing
	forbidden_layer.deny == set() with input as {}
}
