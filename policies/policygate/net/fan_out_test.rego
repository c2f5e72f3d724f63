package policygate.net.fan_out_test

import data.policygate.facts_test
import data.policygate.net.fan_out

checkout(fields) := facts_test.networked(
	{"services": [facts_test.service("stock", fields)]},
	{"net.fan_out": {"limit": 3}},
)

over := checkout({"fan_out": 4})

test_more_than_the_limit if {
	fan_out.deny == {{
		"message": "4 services are called by `stock`, more than 3",
		"subject": "stock",
		"at": facts_test.at_in("stock/service.json", 1, 10),
	}} with input as over
}

at_the_limit := checkout({"fan_out": 3, "fan_in": 9})

nothing := facts_test.networked({"services": []}, {})

test_near_misses if {
	fan_out.deny == set() with input as at_the_limit
	fan_out.deny == set() with input as nothing
	fan_out.deny == set() with input as {}
}
