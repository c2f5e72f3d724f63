package policygate.gosumdb.gonosumcheck_test

import data.policygate.facts_test
import data.policygate.gosumdb.gonosumcheck

dead := facts_test.checkout({"settings": {"GONOSUMCHECK": [facts_test.setting("1", {})]}})

test_any_value if {
	gonosumcheck.deny == {{
		"message": "`GONOSUMCHECK` is read by nothing",
		"subject": "variables",
		"at": facts_test.at(3, 12),
	}} with input as dead
}

alive := facts_test.checkout(facts_test.patterns("GONOSUMDB", [facts_test.pattern("git.acme.example", {})]))

absent := facts_test.checkout({"settings": {"GONOSUMCHECK": []}})

test_gonosumdb_is_another_variable if {
	gonosumcheck.deny == set() with input as alive
	gonosumcheck.deny == set() with input as absent
	gonosumcheck.deny == set() with input as {}
}
