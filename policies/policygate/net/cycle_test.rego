package policygate.net.cycle_test

import data.policygate.facts_test
import data.policygate.net.cycle

circle := facts_test.networked(
	{"cycles": [{
		"services": ["orders", "stock"],
		"at": facts_test.at_in("orders/service.json", 5, 9),
		"evidence": [{"message": "`stock` talks to `orders`", "at": facts_test.at_in("stock/service.json", 5, 9)}],
	}]},
	{},
)

test_circle_of_two if {
	cycle.deny == {{
		"message": "services wait for one another: orders -> stock -> orders",
		"subject": "orders -> stock -> orders",
		"at": facts_test.at_in("orders/service.json", 5, 9),
		"related": [{"message": "`stock` talks to `orders`", "at": facts_test.at_in("stock/service.json", 5, 9)}],
	}} with input as circle
}

nothing := facts_test.networked({"cycles": []}, {})

test_nothing_without_cycles if {
	cycle.deny == set() with input as nothing
	cycle.deny == set() with input as {}
}
