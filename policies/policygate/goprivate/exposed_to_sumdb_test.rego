package policygate.goprivate.exposed_to_sumdb_test

import data.policygate.facts_test
import data.policygate.goprivate.exposed_to_sumdb

exposed(fields) := facts_test.checkout({"exposures": [facts_test.exposure("sumdb", object.union(
	{"reason": "lookup"},
	fields,
))]})

first := exposed({"assumes": ["`git.acme.example` is private"]})

test_default_database_is_named_in_words if {
	exposed_to_sumdb.deny == {{
		"message": "Go's default checksum database learns of `git.acme.example/platform/kit` from `.gitlab-ci.yml#build`",
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
	"party": "sum.other.example",
	"modules": ["a.example/1", "a.example/2", "a.example/3", "a.example/4", "a.example/5"],
})

test_three_modules_stand_for_many if {
	exposed_to_sumdb.deny == {{
		"message": concat(" ", [
			"`sum.other.example` learns of `a.example/1`, `a.example/2`, `a.example/3` and 2 more",
			"from `.gitlab-ci.yml#build`",
		]),
		"subject": "variables: sum.other.example",
		"at": facts_test.at(3, 12),
		"related": [],
		"assumes": [],
		"modules": ["a.example/1", "a.example/2", "a.example/3", "a.example/4", "a.example/5"],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": [
			"module a.example/1", "module a.example/2", "module a.example/3", "module a.example/4", "module a.example/5",
			"context .gitlab-ci.yml#build",
		],
	}} with input as many
}

got := exposed({"asked": "named", "scope": "go get git.acme.example/platform/kit"})

test_command_looks_up_what_it_names if {
	exposed_to_sumdb.deny == {{
		"message": concat(" ", [
			"Go's default checksum database learns of `git.acme.example/platform/kit`",
			"from `go get git.acme.example/platform/kit`",
		]),
		"subject": "go get git.acme.example/platform/kit: default",
		"at": facts_test.at(3, 12),
		"related": [],
		"assumes": [],
		"modules": ["git.acme.example/platform/kit"],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["module git.acme.example/platform/kit", "context .gitlab-ci.yml#build"],
	}} with input as got
}

proxy := facts_test.checkout({"exposures": [facts_test.exposure("proxy", {})]})

none := facts_test.checkout({"exposures": []})

test_proxies_are_another_rule if {
	exposed_to_sumdb.deny == set() with input as proxy
	exposed_to_sumdb.deny == set() with input as none
	exposed_to_sumdb.deny == set() with input as {}
}

require(name, file, line) := {
	"path": concat("/", ["git.acme.example/platform", name]),
	"version": "v1.0.0",
	"indirect": false,
	"at": facts_test.at_in(file, line, 2),
}

required := facts_test.checkout({
	"exposures": [facts_test.exposure("sumdb", {"reason": "lookup"})],
	"modules": [
		facts_test.module("svc/go.mod", {"requires": [require("kit", "svc/go.mod", 9)]}),
		facts_test.module("go.mod", {"requires": [require("other", "go.mod", 4), require("kit", "go.mod", 5)]}),
	],
})

test_the_first_line_that_asks_for_it_is_shown if {
	[finding.related | some finding in exposed_to_sumdb.deny] == [[{
		"message": "`git.acme.example/platform/kit` is required here",
		"at": facts_test.at_in("go.mod", 5, 2),
	}]] with input as required
}
