package policygate.nginx.internal_exposed_test

import data.policygate.facts_test
import data.policygate.nginx.internal_exposed

location(fields) := facts_test.networked(
	{"nginx": {"locations": [object.union(
		{
			"server": "api.acme.example",
			"location": "^~ /internal/",
			"pattern": "/internal/",
			"public": true,
			"protected_by": [],
			"undecided": false,
			"content": "pass",
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

exposed := location({})

test_internal_path_without_protection if {
	internal_exposed.deny == {{
		"message": "`location ^~ /internal/` is open to everybody",
		"subject": "api.acme.example: location ^~ /internal/",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
	}} with input as exposed
}

protected := location({"protected_by": ["allow/deny"]})

undecided := location({"undecided": true})

private := location({"public": false})

refused := location({"content": "refusal"})

lookalike := location({"pattern": "/international/"})

test_paths_that_are_right if {
	internal_exposed.deny == set() with input as protected
	internal_exposed.deny == set() with input as undecided
	internal_exposed.deny == set() with input as private
	internal_exposed.deny == set() with input as refused
	internal_exposed.deny == set() with input as lookalike
	internal_exposed.deny == set() with input as {}
}
