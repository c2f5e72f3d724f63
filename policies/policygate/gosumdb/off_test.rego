package policygate.gosumdb.off_test

import data.policygate.facts_test
import data.policygate.gosumdb.off

gosumdb(value, fields) := facts_test.checkout({"settings": {"GOSUMDB": [facts_test.sumdb(value, fields)]}})

switched_off := gosumdb("off", {"off": true, "name": ""})

test_off if {
	off.deny == {{
		"message": "`GOSUMDB` is off: new modules are accepted unverified",
		"subject": "variables: off",
		"at": facts_test.at(3, 12),
	}} with input as switched_off
}

boolean(value) := gosumdb(value, {"problem": "malformed verifier id"})

boolean_off := boolean("false")

boolean_on := boolean("true")

test_boolean_of_yaml if {
	off.deny == {{
		"message": "`GOSUMDB` arrives as `false`: a bare `off` or `on` is a boolean in YAML",
		"subject": "variables: false",
		"at": facts_test.at(3, 12),
	}} with input as boolean_off
	off.deny == {{
		"message": "`GOSUMDB` arrives as `true`: a bare `off` or `on` is a boolean in YAML",
		"subject": "variables: true",
		"at": facts_test.at(3, 12),
	}} with input as boolean_on
}

lost := gosumdb("off", {"off": true, "lost": "not_exported"})

lost_boolean := gosumdb("false", {"lost": "ignored"})

shell := gosumdb("false", {"at": facts_test.at_in("scripts/build.sh", 3, 12)})

named := gosumdb("sum.acme.example+1a2b3c4d+AbCd", {"name": "sum.acme.example", "role": "own"})

test_other_values_are_fine if {
	off.deny == set() with input as lost
	off.deny == set() with input as lost_boolean
	off.deny == set() with input as shell
	off.deny == set() with input as named
	off.deny == set() with input as {}
}
