package policygate.goprivate.matches_everything_test

import data.policygate.facts_test
import data.policygate.goprivate.matches_everything

star := facts_test.pattern("*", {"everything": true})

private := facts_test.checkout(facts_test.patterns("GOPRIVATE", [facts_test.pattern("git.acme.example", {}), star]))

no_sumdb := facts_test.checkout(facts_test.patterns("GONOSUMDB", [star]))

finding(name) := {
	"message": sprintf("`*` in `%s` matches every module", [name]),
	"subject": sprintf("variables: %s *", [name]),
	"at": facts_test.at(4, 15),
}

test_star if {
	matches_everything.deny == {finding("GOPRIVATE")} with input as private
	matches_everything.deny == {finding("GONOSUMDB")} with input as no_sumdb
}

no_proxy := facts_test.checkout(facts_test.patterns("GONOPROXY", [star]))

lost := facts_test.checkout({"settings": {"GOPRIVATE": [facts_test.setting("*", {"lost": "subshell", "patterns": [star]})]}})

prefix := facts_test.checkout(facts_test.patterns("GOPRIVATE", [facts_test.pattern("*.acme.example", {})]))

empty := facts_test.checkout(facts_test.patterns("GOPRIVATE", []))

test_other_values_are_fine if {
	matches_everything.deny == set() with input as no_proxy
	matches_everything.deny == set() with input as lost
	matches_everything.deny == set() with input as prefix
	matches_everything.deny == set() with input as empty
	matches_everything.deny == set() with input as {}
}
