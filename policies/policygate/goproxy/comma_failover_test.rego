package policygate.goproxy.comma_failover_test

import data.policygate.facts_test
import data.policygate.goproxy.comma_failover

mirrors := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.cn", "outside", ",", 12),
	facts_test.proxy("goproxy.io", "outside", ",", 31),
	facts_test.proxy("default", "outside", ",", 50),
	facts_test.keyword("direct", 61),
]))

finding := {
	"message": "a comma after `goproxy.cn` does not fail over to `goproxy.io`",
	"subject": "variables: https://goproxy.cn,https://goproxy.io",
	"at": facts_test.at(3, 12),
	"related": [{
		"message": "not asked when `goproxy.cn` fails, only when it answers 404 or 410",
		"at": facts_test.at(3, 31),
	}],
	"assumes": [],
}

test_first_comma_of_a_chain_is_reported_once if {
	comma_failover.deny == {finding} with input as mirrors
}

own_mirrors := facts_test.proxies([
	facts_test.proxy("go1.acme.example", "own", ",", 12),
	facts_test.proxy("go2.acme.example", "own", "", 37),
])

own_finding(assumes) := {
	"message": "a comma after `go1.acme.example` does not fail over to `go2.acme.example`",
	"subject": "variables: https://go1.acme.example,https://go2.acme.example",
	"at": facts_test.at(3, 12),
	"related": [{
		"message": "not asked when `go1.acme.example` fails, only when it answers 404 or 410",
		"at": facts_test.at(3, 37),
	}],
	"assumes": assumes,
}

own_stated := facts_test.checkout(own_mirrors)

own_guessed := facts_test.guessed(own_mirrors)

test_guessed_owners_are_assumed if {
	comma_failover.deny == {own_finding([])} with input as own_stated
	comma_failover.deny == {own_finding([
		"`go1.acme.example` and `go2.acme.example` are mirrors of each other (`own.proxies` in policygate.yaml would say so)",
	])} with input as own_guessed
}

public_mirrors := facts_test.guessed(mirrors.go)

before_the_default := facts_test.guessed(facts_test.proxies([
	facts_test.proxy("goproxy.cn", "outside", ",", 12),
	facts_test.proxy("default", "outside", "", 31),
]))

test_known_public_mirrors_are_not_assumed if {
	comma_failover.deny == {finding} with input as public_mirrors
	some found in comma_failover.deny with input as before_the_default
	found.message == "a comma after `goproxy.cn` does not fail over to `default`"
	found.assumes == []
}

unknown_neighbour := facts_test.checkout(facts_test.proxies([
	facts_test.entry("file:///srv/mod", ",", 12, {"kind": "file", "host": "a"}),
	facts_test.entry("$MIRROR", ",", 29, {"kind": "dynamic"}),
	facts_test.proxy("goproxy.io", "outside", "", 37),
]))

test_entry_that_nobody_knows_is_no_mirror if {
	comma_failover.deny == set() with input as unknown_neighbour
}

own_first := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.acme.example", "own", ",", 12),
	facts_test.proxy("goproxy.io", "outside", ",", 41),
	facts_test.keyword("direct", 60),
]))

test_comma_after_a_private_proxy_is_right if {
	comma_failover.deny == set() with input as own_first
}

piped := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("goproxy.cn", "outside", "|", 12),
	facts_test.proxy("goproxy.io", "outside", "", 31),
]))

test_pipe_is_right if {
	comma_failover.deny == set() with input as piped
}

one_host := facts_test.checkout(facts_test.proxies([
	facts_test.proxy("git.acme.example", "own", ",", 12),
	facts_test.proxy("git.acme.example", "own", "", 41),
]))

test_repositories_of_one_host_are_no_mirrors if {
	comma_failover.deny == set() with input as one_host
}

after_direct := facts_test.checkout(facts_test.proxies([
	facts_test.keyword("direct", 12),
	object.union(facts_test.proxy("goproxy.cn", "outside", ",", 19), {"reachable": false}),
	object.union(facts_test.proxy("goproxy.io", "outside", "", 38), {"reachable": false}),
]))

test_unreachable_mirrors_are_another_problem if {
	comma_failover.deny == set() with input as after_direct
}

without_chain := facts_test.checkout(facts_test.proxies([]))

test_nothing_to_say_without_a_chain if {
	comma_failover.deny == set() with input as without_chain
	comma_failover.deny == set() with input as {}
}
