package policygate.goproxy.pipe_after_private_test

import data.policygate.facts_test
import data.policygate.goproxy.pipe_after_private

leak := facts_test.proxies([
	facts_test.proxy("goproxy.acme.example", "own", "|", 12),
	facts_test.proxy("goproxy.io", "outside", "|", 41),
	facts_test.keyword("direct", 60),
])

finding(assumes) := {
	"message": "the pipe after `goproxy.acme.example` sends what it refuses or cannot answer to `https://goproxy.io`",
	"subject": "variables: https://goproxy.acme.example|https://goproxy.io",
	"at": facts_test.at(3, 12),
	"related": [{"message": "asked after any error", "at": facts_test.at(3, 41)}],
	"assumes": assumes,
}

outside := facts_test.checkout(leak)

test_pipe_to_an_outside_proxy if {
	pipe_after_private.deny == {finding([])} with input as outside
}

outside_guessed := facts_test.guessed(leak)

test_guessed_owner_is_assumed if {
	pipe_after_private.deny == {finding([
		"`goproxy.acme.example` is your own proxy (`own.proxies` in policygate.yaml would say so)",
	])} with input as outside_guessed
}

file_between := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.acme.example", "own", "|", 12),
	facts_test.entry("file:///srv/mod", ",", 41, {"kind": "file"}),
	facts_test.keyword("direct", 57),
]))

test_pipe_to_direct_past_a_file if {
	pipe_after_private.deny == {{
		"message": "the pipe after `goproxy.acme.example` sends what it refuses or cannot answer to `direct`",
		"subject": "variables: https://goproxy.acme.example|direct",
		"at": facts_test.at(3, 12),
		"related": [{"message": "asked after any error", "at": facts_test.at(3, 57)}],
		"assumes": [],
	}} with input as file_between
}

mirrors := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("go1.acme.example", "own", "|", 12),
	facts_test.proxy("go2.acme.example", "own", ",", 37),
	facts_test.proxy("goproxy.io", "outside", "", 62),
]))

test_pipe_between_own_mirrors_is_right if {
	pipe_after_private.deny == set() with input as mirrors
}

comma := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.acme.example", "own", ",", 12),
	facts_test.keyword("direct", 41),
]))

test_comma_is_right if {
	pipe_after_private.deny == set() with input as comma
}

unread_pipe := facts_test.checkout(facts_test.proxies([
	facts_test.keyword("direct", 12),
	object.union(facts_test.proxy("goproxy.acme.example", "own", "|", 19), {"reachable": false}),
	object.union(facts_test.keyword("direct", 48), {"reachable": false}),
]))

own_last := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.io", "outside", "|", 12),
	facts_test.proxy("goproxy.acme.example", "own", "|", 31),
]))

test_pipe_that_leads_nowhere_is_right if {
	pipe_after_private.deny == set() with input as unread_pipe
	pipe_after_private.deny == set() with input as own_last
}

off := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.acme.example", "own", "|", 12),
	facts_test.keyword("off", 41),
	object.union(facts_test.proxy("goproxy.io", "outside", "", 45), {"reachable": false}),
]))

test_pipe_to_off_is_right if {
	pipe_after_private.deny == set() with input as off
}

without_chain := facts_test.checkout(facts_test.proxies([]))

test_nothing_to_say_without_a_chain if {
	pipe_after_private.deny == set() with input as without_chain
	pipe_after_private.deny == set() with input as {}
}
