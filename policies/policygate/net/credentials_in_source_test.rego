package policygate.net.credentials_in_source_test

import data.policygate.facts_test
import data.policygate.net.credentials_in_source

added(fields) := facts_test.changed(
	{"endpoints": [facts_test.endpoint([facts_test.endpoint_host("db.example", {})], object.union(
		{
			"text": "postgres://app:******@db.example/app",
			"credentials": true,
			"local": false,
			"at": facts_test.at_in("main.go", 7, 3),
		},
		fields,
	))]},
	{},
	{},
)

literal := added({})

test_password_in_an_added_line if {
	credentials_in_source.deny == {{
		"message": "an added line holds the password of `postgres://app:******@db.example/app`",
		"subject": "postgres://app:******@db.example/app",
		"at": facts_test.at_in("main.go", 7, 3),
	}} with input as literal
}

variable := added({"credentials": false})

loopback := added({"local": true})

configured := facts_test.networked({"endpoints": [facts_test.endpoint([], {"credentials": true})]}, {})

test_near_misses if {
	credentials_in_source.deny == set() with input as variable
	credentials_in_source.deny == set() with input as loopback
	credentials_in_source.deny == set() with input as configured
	credentials_in_source.deny == set() with input as {}
}
