package policygate.goprivate.prefix_exposed_test

import data.policygate.facts_test
import data.policygate.goprivate.prefix_exposed

exposed(fields) := facts_test.checkout({"exposures": [facts_test.exposure("proxy", object.union(
	{"asked": "prefix", "scope": "go get git.acme.example/team/kit"},
	fields,
))]})

host := exposed({
	"modules": ["git.acme.example"],
	"assumes": ["no repository of `git.acme.example/team/kit` is found"],
})

test_host_alone if {
	prefix_exposed.deny == {{
		"message": concat(" ", [
			"Go's default proxy learns of `git.acme.example`, a prefix of what",
			"`go get git.acme.example/team/kit` names",
		]),
		"subject": "go get git.acme.example/team/kit: default",
		"at": facts_test.at(3, 12),
		"assumes": ["no repository of `git.acme.example/team/kit` is found"],
		"modules": ["git.acme.example"],
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["module git.acme.example", "context .gitlab-ci.yml#build"],
	}} with input as host
}

many := exposed({
	"party": "goproxy.io",
	"modules": ["a.example", "a.example/1", "a.example/1/2", "a.example/1/2/3", "a.example/1/2/3/4"],
})

test_three_prefixes_stand_for_many if {
	{finding.message | some finding in prefix_exposed.deny} == {concat(" ", [
		"`goproxy.io` learns of `a.example`, `a.example/1`, `a.example/1/2` and 2 more,",
		"prefixes of what `go get git.acme.example/team/kit` names",
	])} with input as many
}

named := exposed({"asked": "named"})

required := exposed({"asked": "required"})

none := facts_test.checkout({"exposures": []})

test_what_is_asked_for_itself_is_another_rule if {
	prefix_exposed.deny == set() with input as named
	prefix_exposed.deny == set() with input as required
	prefix_exposed.deny == set() with input as none
	prefix_exposed.deny == set() with input as {}
}

guessed := facts_test.guessed({"exposures": [facts_test.exposure("proxy", {"asked": "prefix"})]})

test_a_guess_of_what_is_private_is_not_enough if {
	prefix_exposed.deny == set() with input as guessed
}
