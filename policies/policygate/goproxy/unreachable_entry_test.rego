package policygate.goproxy.unreachable_entry_test

import data.policygate.facts_test
import data.policygate.goproxy.unreachable_entry

unread(entry) := object.union(entry, {"reachable": false})

behind_direct := facts_test.checkout(facts_test.proxies([
	facts_test.keyword("direct", 12),
	unread(facts_test.keyword("off", 19)),
	unread(facts_test.proxy("goproxy.io", "outside", "", 23)),
]))

test_first_entry_behind_direct if {
	unreachable_entry.deny == {{
		"message": "`off` after `direct` is never read",
		"subject": "variables: off after direct",
		"at": facts_test.at(3, 19),
		"related": [{"message": "the list ends here", "at": facts_test.at(3, 12)}],
	}} with input as behind_direct
}

behind_off := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.acme.example", "own", ",", 12),
	facts_test.keyword("off", 41),
	unread(facts_test.keyword("direct", 45)),
]))

test_entry_behind_off if {
	unreachable_entry.deny == {{
		"message": "`direct` after `off` is never read",
		"subject": "variables: direct after off",
		"at": facts_test.at(3, 45),
		"related": [{"message": "the list ends here", "at": facts_test.at(3, 41)}],
	}} with input as behind_off
}

direct_last := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.io", "outside", ",", 12),
	facts_test.keyword("direct", 31),
]))

without_chain := facts_test.checkout(facts_test.proxies([]))

test_direct_at_the_end_is_fine if {
	unreachable_entry.deny == set() with input as direct_last
	unreachable_entry.deny == set() with input as without_chain
	unreachable_entry.deny == set() with input as {}
}
