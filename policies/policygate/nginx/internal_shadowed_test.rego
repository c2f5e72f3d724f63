package policygate.nginx.internal_shadowed_test

import data.policygate.facts_test
import data.policygate.nginx.internal_shadowed

shadowed := facts_test.networked(
	{"nginx": {"shadows": [{
		"server": "api.acme.example",
		"location": "/internal/",
		"protected_by": ["allow/deny"],
		"by": `~ \.json$`,
		"path": "/internal/x.json",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"by_at": facts_test.at_in("deploy/nginx.conf", 12, 5),
	}]}},
	{},
)

test_location_that_another_one_answers_for if {
	internal_shadowed.deny == {{
		"message": "`location ~ \\.json$` answers `/internal/x.json` without the `allow/deny` of `location /internal/`",
		"subject": "api.acme.example: location ~ \\.json$ answers for location /internal/",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{
			"message": "this location answers, for everybody",
			"at": facts_test.at_in("deploy/nginx.conf", 12, 5),
		}],
	}} with input as shadowed
}

nothing_shadowed := facts_test.networked({"nginx": {"shadows": []}}, {})

test_nothing_to_say_otherwise if {
	internal_shadowed.deny == set() with input as nothing_shadowed
	internal_shadowed.deny == set() with input as {}
}
