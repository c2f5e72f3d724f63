package policygate.net.deprecated_api_test

import data.policygate.facts_test
import data.policygate.net.deprecated_api

checkout(fields) := facts_test.networked({"edges": [facts_test.edge("orders", "stock-v1", fields)]}, {})

used := checkout({"target_lifecycle": "deprecated"})

test_edge_to_what_is_deprecated if {
	deprecated_api.deny == {{
		"message": "`orders` uses `stock-v1`, which is deprecated",
		"subject": "orders -> stock-v1",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [{"message": "declared here", "at": facts_test.at_in("orders/service.json", 5, 9)}],
	}} with input as used
}

of_a_team := checkout({
	"target_lifecycle": "deprecated",
	"target_owner": "team-stock",
	"protocol": "grpc",
	"interface": "Check",
})

test_owner_is_named if {
	{[finding.message, finding.subject] | some finding in deprecated_api.deny} == {[
		"`orders` uses `stock-v1`, which is deprecated by `team-stock`",
		"orders -> stock-v1",
	]} with input as of_a_team
}

current := checkout({"target_lifecycle": "production"})

nothing := facts_test.networked({"edges": []}, {})

test_near_misses if {
	deprecated_api.deny == set() with input as current
	deprecated_api.deny == set() with input as nothing
	deprecated_api.deny == set() with input as {}
}
