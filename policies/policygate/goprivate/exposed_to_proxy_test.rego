package policygate.goprivate.exposed_to_proxy_test

import data.policygate.facts_test
import data.policygate.goprivate.exposed_to_proxy

exposed(fields) := facts_test.checkout({"exposures": [facts_test.exposure("proxy", fields)]})

first := exposed({"assumes": ["`git.acme.example` is private"]})

test_default_proxy_is_named_in_words if {
	exposed_to_proxy.deny == {{
		"message": "Go's default proxy learns of `git.acme.example/platform/kit`: it is asked first in `.gitlab-ci.yml#build`",
		"subject": "variables: default",
		"at": facts_test.at(3, 12),
		"related": [],
		"assumes": ["`git.acme.example` is private"],
		"modules": ["git.acme.example/platform/kit"],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["module git.acme.example/platform/kit", "context .gitlab-ci.yml#build"],
	}} with input as first
}

many := exposed({
	"party": "goproxy.io",
	"reason": "comma",
	"modules": ["a.example/1", "a.example/2", "a.example/3", "a.example/4", "a.example/5"],
	"contexts": ["Dockerfile#builder", "Makefile"],
})

test_three_modules_stand_for_many if {
	exposed_to_proxy.deny == {{
		"message": concat(" ", [
			"`goproxy.io` learns of `a.example/1`, `a.example/2`, `a.example/3` and 2 more:",
			"it is asked after a 404 in `Dockerfile#builder`, `Makefile`",
		]),
		"subject": "variables: goproxy.io",
		"at": facts_test.at(3, 12),
		"related": [],
		"assumes": [],
		"modules": ["a.example/1", "a.example/2", "a.example/3", "a.example/4", "a.example/5"],
		"contexts": ["Dockerfile#builder", "Makefile"],
		"evidence": [
			"module a.example/1", "module a.example/2", "module a.example/3", "module a.example/4", "module a.example/5",
			"context Dockerfile#builder", "context Makefile",
		],
	}} with input as many
}

piped := exposed({"party": "goproxy.io", "reason": "pipe"})

test_pipe if {
	exposed_to_proxy.deny == {{
		"message": "`goproxy.io` learns of `git.acme.example/platform/kit`: it is asked after any error in `.gitlab-ci.yml#build`",
		"subject": "variables: goproxy.io",
		"at": facts_test.at(3, 12),
		"related": [],
		"assumes": [],
		"modules": ["git.acme.example/platform/kit"],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["module git.acme.example/platform/kit", "context .gitlab-ci.yml#build"],
	}} with input as piped
}

got := exposed({
	"asked": "named",
	"modules": ["git.acme.example/kit", "git.acme.example"],
	"scope": "go get git.acme.example/kit",
})

test_command_asks_for_every_prefix if {
	exposed_to_proxy.deny == {{
		"message": concat(" ", [
			"Go's default proxy learns of `git.acme.example/kit`, `git.acme.example`:",
			"`go get git.acme.example/kit` asks it first, for every prefix of what it names",
		]),
		"subject": "go get git.acme.example/kit: default",
		"at": facts_test.at(3, 12),
		"assumes": [],
		"modules": ["git.acme.example/kit", "git.acme.example"],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["module git.acme.example/kit", "module git.acme.example", "context .gitlab-ci.yml#build"],
	}} with input as got
}

downloaded := exposed({
	"asked": "named",
	"modules": ["git.acme.example/kit"],
	"reason": "pipe",
	"scope": "go mod download git.acme.example/kit@v1.0.0",
})

test_command_asks_for_a_module if {
	{finding.message | some finding in exposed_to_proxy.deny} == {concat(" ", [
		"Go's default proxy learns of `git.acme.example/kit`:",
		"`go mod download git.acme.example/kit@v1.0.0` asks it after any error",
	])} with input as downloaded
}

prefix := exposed({"asked": "prefix"})

sumdb := facts_test.checkout({"exposures": [facts_test.exposure("sumdb", {"reason": "lookup"})]})

none := facts_test.checkout({"exposures": []})

test_mere_prefixes_and_checksum_databases_are_other_rules if {
	exposed_to_proxy.deny == set() with input as prefix
	exposed_to_proxy.deny == set() with input as sumdb
	exposed_to_proxy.deny == set() with input as none
	exposed_to_proxy.deny == set() with input as {}
}

require(name, file, line) := {
	"path": concat("/", ["git.acme.example/platform", name]),
	"version": "v1.0.0",
	"indirect": false,
	"at": facts_test.at_in(file, line, 2),
}

required := facts_test.checkout({
	"exposures": [facts_test.exposure("proxy", {})],
	"modules": [
		facts_test.module("svc/go.mod", {"requires": [require("kit", "svc/go.mod", 9)]}),
		facts_test.module("go.mod", {"requires": [require("other", "go.mod", 4), require("kit", "go.mod", 5)]}),
	],
})

test_the_first_line_that_asks_for_it_is_shown if {
	[finding.related | some finding in exposed_to_proxy.deny] == [[{
		"message": "`git.acme.example/platform/kit` is required here",
		"at": facts_test.at_in("go.mod", 5, 2),
	}]] with input as required
}
