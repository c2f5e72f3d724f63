package policygate.gosumdb.invalid_test

import data.policygate.facts_test
import data.policygate.gosumdb.invalid

gosumdb(value, fields) := facts_test.checkout({"settings": {"GOSUMDB": [facts_test.sumdb(value, fields)]}})

fires := gosumdb("a b c", {"problem": "it has three fields"})

test_three_fields if {
	invalid.deny == {{
		"message": "the go command refuses `a b c`: it has three fields",
		"subject": "variables: a b c",
		"at": facts_test.at(3, 12),
	}} with input as fires
}

good := gosumdb("sum.example", {"name": "sum.example"})

boolean := gosumdb("false", {"problem": "malformed verifier id"})

lost := gosumdb("a b c", {"problem": "it has three fields", "lost": "subshell"})

test_a_good_one_a_boolean_and_what_go_never_sees if {
	invalid.deny == set() with input as good
	invalid.deny == set() with input as boolean
	invalid.deny == set() with input as lost
}

nothing := facts_test.checkout({"settings": {"GOSUMDB": []}})

test_nothing_set if {
	invalid.deny == set() with input as nothing
}
