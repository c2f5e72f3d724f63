package policygate.net.fan_in_test

import data.policygate.facts_test
import data.policygate.net.fan_in

checkout(fields) := facts_test.networked(
	{"services": [facts_test.service("stock", fields)]},
	{"net.fan_in": {"limit": 3}},
)

over := checkout({"fan_in": 4})

test_more_than_the_limit if {
	fan_in.deny == {{
		"message": "4 services talk to `stock`, more than 3",
		"subject": "stock",
		"at": facts_test.at_in("stock/service.json", 1, 10),
	}} with input as over
}

at_the_limit := checkout({"fan_in": 3, "fan_out": 9})

nothing := facts_test.networked({"services": []}, {})

test_near_misses if {
	fan_in.deny == set() with input as at_the_limit
	fan_in.deny == set() with input as nothing
	fan_in.deny == set() with input as {}
}
