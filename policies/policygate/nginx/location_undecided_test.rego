package policygate.nginx.location_undecided_test

import data.policygate.facts_test
import data.policygate.nginx.location_undecided

undecided := facts_test.networked(
	{"nginx": {"undecided": [{
		"server": "api.acme.example",
		"location": "/internal/",
		"by": "~ (?=/)",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"by_at": facts_test.at_in("deploy/nginx.conf", 12, 5),
	}]}},
	{},
)

test_pattern_that_is_not_understood if {
	location_undecided.deny == {{
		"message": "`location ~ (?=/)` may answer for `location /internal/`, which is protected",
		"subject": "api.acme.example: location ~ (?=/) may answer for location /internal/",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{
			"message": "whether this one answers, or whom it keeps out, is not known",
			"at": facts_test.at_in("deploy/nginx.conf", 12, 5),
		}],
	}} with input as undecided
}

decided := facts_test.networked({"nginx": {"undecided": []}}, {})

test_nothing_to_say_otherwise if {
	location_undecided.deny == set() with input as decided
	location_undecided.deny == set() with input as {}
}
