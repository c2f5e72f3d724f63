package policygate.gowork.mod_mod_test

import data.policygate.facts_test
import data.policygate.gowork.mod_mod

flag(text, scope, assumes) := facts_test.checkout({"work_flags": [{
	"work": "go.work",
	"contexts": [".gitlab-ci.yml#build"],
	"text": text,
	"scope": scope,
	"at": facts_test.at(12, 7),
	"assumes": assumes,
}]})

command := flag("go build -mod=mod ./...", "", [])

test_flag_of_a_command if {
	mod_mod.deny == {{
		"message": "`go build -mod=mod ./...` fails in the workspace of `go.work`",
		"subject": "go build -mod=mod ./...",
		"at": facts_test.at(12, 7),
		"assumes": [],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["context .gitlab-ci.yml#build"],
	}} with input as command
}

goflags := flag("-mod=mod", "variables", [])

test_flag_of_a_setting if {
	mod_mod.deny == {{
		"message": "`-mod=mod` fails in the workspace of `go.work`",
		"subject": "variables: -mod=mod",
		"at": facts_test.at(12, 7),
		"assumes": [],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["context .gitlab-ci.yml#build"],
	}} with input as goflags
}

assumed := flag("-mod=mod", "variables", ["nothing sets GOWORK"])

test_what_it_rests_on if {
	{finding.assumes | some finding in mod_mod.deny} == {["nothing sets GOWORK"]} with input as assumed
}

none := facts_test.checkout({"work_flags": []})

test_nothing_else if {
	mod_mod.deny == set() with input as none
	mod_mod.deny == set() with input as {}
}
