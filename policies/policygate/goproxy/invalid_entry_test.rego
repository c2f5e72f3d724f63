package policygate.goproxy.invalid_entry_test

import data.policygate.facts_test
import data.policygate.goproxy.invalid_entry

misspelt(reachable) := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.io", "outside", ",", 12),
	facts_test.entry("Direct", "", 31, {"kind": "invalid", "problem": "missing scheme", "reachable": reachable}),
]))

capital := misspelt(true)

test_entry_that_go_refuses if {
	invalid_entry.deny == {{
		"message": "every lookup fails, because go refuses `Direct`: missing scheme",
		"subject": "variables: Direct",
		"at": facts_test.at(3, 31),
	}} with input as capital
}

goproxy(value, fields) := facts_test.checkout({"settings": {"GOPROXY": [facts_test.setting(
	value,
	object.union({"chain": []}, fields),
)]}})

separators := goproxy(" ,|", {})

test_separators_alone if {
	invalid_entry.deny == {{
		"message": "every lookup fails, because `GOPROXY` has no entry",
		"subject": "variables: no entry",
		"at": facts_test.at(3, 12),
	}} with input as separators
}

unread := misspelt(false)

valid := facts_test.checkout(facts_test.proxies([facts_test.proxy("goproxy.io", "outside", "", 12)]))

lost := goproxy(",", {"lost": "subshell"})

empty := goproxy("", {})

test_other_values_are_fine if {
	invalid_entry.deny == set() with input as unread
	invalid_entry.deny == set() with input as valid
	invalid_entry.deny == set() with input as lost
	invalid_entry.deny == set() with input as empty
	invalid_entry.deny == set() with input as {}
}
