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

unread := misspelt(false)

valid := facts_test.checkout(facts_test.proxies([facts_test.proxy("goproxy.io", "outside", "", 12)]))

without_chain := facts_test.checkout(facts_test.proxies([]))

test_other_values_are_fine if {
	invalid_entry.deny == set() with input as unread
	invalid_entry.deny == set() with input as valid
	invalid_entry.deny == set() with input as without_chain
	invalid_entry.deny == set() with input as {}
}
