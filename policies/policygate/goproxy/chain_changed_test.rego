package policygate.goproxy.chain_changed_test

import data.policygate.facts_test
import data.policygate.goproxy.chain_changed

list(hosts) := [facts_test.proxy(host, "outside", separator, 12) |
	some i, host in hosts
	separator := concat("", ["," | i + 1 < count(hosts)])
]

settings(path, lists, lost) := {"settings": {"GOPROXY": [setting |
	some hosts in lists
	setting := facts_test.setting("...", {"at": facts_test.at_in(path, 3, 12), "chain": list(hosts), "lost": lost})
]}}

proxies(path, lists) := settings(path, lists, "")

found(path, from, to) := {
	"message": sprintf("`GOPROXY` of `variables` goes from %s to `%s`", [from, to]),
	"subject": sprintf("variables: %s", [to]),
	"at": facts_test.at_in(path, 3, 12),
}

in_place := {"files": [facts_test.differs("ci.yml")]}

moved := {"files": [facts_test.renamed("new.yml", "ci.yml")]}

own := ["goproxy.acme.example"]

both := ["goproxy.acme.example", "goproxy.cn"]

longer := facts_test.changed(in_place, proxies("ci.yml", [own]), proxies("ci.yml", [both]))

elsewhere := facts_test.changed(moved, proxies("ci.yml", [both]), proxies("new.yml", [own]))

one_more := facts_test.changed(in_place, proxies("ci.yml", [own, both]), proxies("ci.yml", [own, both, ["goproxy.cn"]]))

other := facts_test.changed(in_place, proxies("ci.yml", [own, both]), proxies("ci.yml", [own, ["goproxy.cn"]]))

test_list_changed if {
	chain_changed.deny == {found(
		"ci.yml", "`https://goproxy.acme.example`",
		"https://goproxy.acme.example,https://goproxy.cn",
	)} with input as longer
	chain_changed.deny == {found(
		"new.yml", "`https://goproxy.acme.example,https://goproxy.cn`",
		"https://goproxy.acme.example",
	)} with input as elsewhere
	chain_changed.deny == {found(
		"ci.yml", "`https://goproxy.acme.example` or `https://goproxy.acme.example,https://goproxy.cn`",
		"https://goproxy.cn",
	)} with input as one_more
	chain_changed.deny == {found(
		"ci.yml", "`https://goproxy.acme.example,https://goproxy.cn`",
		"https://goproxy.cn",
	)} with input as other
}

same := facts_test.changed(moved, proxies("ci.yml", [both, own]), proxies("new.yml", [own, both]))

new_setting := facts_test.changed(in_place, {}, proxies("ci.yml", [own]))

new_file := facts_test.changed({"files": [facts_test.added("ci.yml")]}, {}, proxies("ci.yml", [own]))

lost := facts_test.changed(in_place, proxies("ci.yml", [own]), settings("ci.yml", [both], "pipeline"))

lost_before := facts_test.changed(in_place, settings("ci.yml", [own], "pipeline"), proxies("ci.yml", [both]))

no_change := facts_test.checkout(proxies("ci.yml", [own]))

test_nothing_else if {
	chain_changed.deny == set() with input as same
	chain_changed.deny == set() with input as new_setting
	chain_changed.deny == set() with input as new_file
	chain_changed.deny == set() with input as lost
	chain_changed.deny == set() with input as lost_before
	chain_changed.deny == set() with input as no_change
	chain_changed.deny == set() with input as {}
}
