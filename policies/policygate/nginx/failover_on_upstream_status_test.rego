package policygate.nginx.failover_on_upstream_status_test

import data.policygate.facts_test
import data.policygate.nginx.failover_on_upstream_status

condition(fields) := facts_test.networked(
	{"nginx": {"conditions": [object.union(
		{
			"server": "api.acme.example",
			"location": "/",
			"text": "$upstream_status = 502",
			"variables": ["upstream_status"],
			"before_upstream": true,
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

on_status := condition({})

through_a_map := condition({"text": "$failed", "variables": ["failed", "upstream_status"]})

test_condition_that_never_holds if {
	failover_on_upstream_status.deny == {{
		"message": "`$upstream_status` is empty when `if ($upstream_status = 502)` is decided",
		"subject": "api.acme.example /: if ($upstream_status = 502)",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
	}} with input as on_status
	some found in failover_on_upstream_status.deny with input as through_a_map
	found.message == "`$upstream_status` is empty when `if ($failed)` is decided"
}

on_header := condition({"text": "$upstream_http_x_state", "variables": ["upstream_http_x_state"]})

test_headers_of_the_upstream if {
	some found in failover_on_upstream_status.deny with input as on_header
	found.message == "`$upstream_http_x_state` is empty when `if ($upstream_http_x_state)` is decided"
}

after_a_failure := condition({"before_upstream": false})

own_variable := condition({"text": "$upstream_name = blue", "variables": ["upstream_name"]})

own_status := condition({"text": "$upstream_status_old", "variables": ["upstream_status_old"]})

test_other_conditions_may_hold if {
	failover_on_upstream_status.deny == set() with input as own_status
	failover_on_upstream_status.deny == set() with input as after_a_failure
	failover_on_upstream_status.deny == set() with input as own_variable
	failover_on_upstream_status.deny == set() with input as {}
}
