package policygate.net.address_in_source_test

import data.policygate.facts_test
import data.policygate.net.address_in_source

evidence(pattern) := [{"message": sprintf("by `%s`", [pattern]), "at": facts_test.at_in("policygate.yaml", 5, 9)}]

added(fields) := facts_test.changed(
	{"endpoints": [facts_test.endpoint(
		[facts_test.endpoint_host("db.prod.example", object.union(
			{"environment": "production", "protected": true, "evidence": evidence("*.prod.example")},
			fields,
		))],
		{"text": "postgres://db.prod.example/app", "at": facts_test.at_in("main.go", 7, 3)},
	)]},
	{},
	{},
)

protected := added({})

finding := {
	"message": "an added line names `db.prod.example`, a host of the protected environment `production`",
	"subject": "postgres://db.prod.example/app",
	"at": facts_test.at_in("main.go", 7, 3),
	"related": evidence("*.prod.example"),
}

test_protected_host_is_named if {
	address_in_source.deny == {finding} with input as protected
}

unprotected := added({"protected": false})

shared := added({"shared": true})

configured := facts_test.networked(
	{"endpoints": [facts_test.endpoint(
		[facts_test.endpoint_host("db.prod.example", {"protected": true})],
		{},
	)]},
	{},
)

test_near_misses if {
	address_in_source.deny == set() with input as unprotected
	address_in_source.deny == set() with input as shared
	address_in_source.deny == set() with input as configured
	address_in_source.deny == set() with input as {}
}
