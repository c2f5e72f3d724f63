package policygate.goprivate.bypasses_own_proxy_test

import data.policygate.facts_test
import data.policygate.goprivate.bypasses_own_proxy

pattern(fields) := object.union(
	{
		"text": "git.acme.example",
		"never": "",
		"everything": false,
		"at": facts_test.at(4, 14),
	},
	fields,
)

private(fields) := facts_test.setting("git.acme.example", {"patterns": [pattern(fields)]})

own := facts_test.proxy("goproxy.acme.example", "own", ",", 12)

chained(chain) := facts_test.setting("https://goproxy.acme.example,direct", {"chain": chain})

context(settings) := facts_test.checkout({"contexts": [facts_test.context("gitlab_job", [], object.union(
	{
		"GOPROXY": [chained([own])],
		"GOPRIVATE": [private({})],
		"GONOPROXY": [],
	},
	settings,
))]})

fires := context({})

test_private_modules_go_around if {
	bypasses_own_proxy.deny == {{
		"message": "what `git.acme.example` matches is never asked of `goproxy.acme.example`",
		"subject": "variables: git.acme.example around goproxy.acme.example",
		"at": facts_test.at(4, 14),
		"related": [{"message": "the proxy that is left out", "at": facts_test.at(3, 12)}],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["context .gitlab-ci.yml#build"],
	}} with input as fires
}

with_no_proxy := context({"GONOPROXY": [facts_test.setting("none", {"patterns": []})]})

outside := context({"GOPROXY": [chained([facts_test.proxy("goproxy.cn", "outside", ",", 12)])]})

never := context({"GOPRIVATE": [private({"never": "a pattern has no scheme"})]})

everything := context({"GOPRIVATE": [private({"everything": true})]})

unreachable := context({"GOPROXY": [chained([object.union(own, {"reachable": false})])]})

lost_proxy := context({"GOPROXY": [object.union(chained([own]), {"lost": "pipeline"})]})

lost_private := context({"GOPRIVATE": [object.union(private({}), {"lost": "not_exported"})]})

test_nothing_goes_around if {
	bypasses_own_proxy.deny == set() with input as with_no_proxy
	bypasses_own_proxy.deny == set() with input as outside
	bypasses_own_proxy.deny == set() with input as never
	bypasses_own_proxy.deny == set() with input as everything
	bypasses_own_proxy.deny == set() with input as unreachable
	bypasses_own_proxy.deny == set() with input as lost_proxy
	bypasses_own_proxy.deny == set() with input as lost_private
}

nothing := context({"GOPROXY": [], "GOPRIVATE": []})

test_nothing_set if {
	bypasses_own_proxy.deny == set() with input as nothing
}
