package policygate.goprivate.never_matches_test

import data.policygate.facts_test
import data.policygate.goprivate.never_matches

dead := facts_test.pattern("https://git.acme.example", {"never": "it has a scheme"})

private := facts_test.checkout(facts_test.patterns("GOPRIVATE", [facts_test.pattern("*.acme.example", {}), dead]))

no_proxy := facts_test.checkout(facts_test.patterns("GONOPROXY", [dead]))

no_sumdb := facts_test.checkout(facts_test.patterns("GONOSUMDB", [dead]))

insecure := facts_test.checkout(facts_test.patterns("GOINSECURE", [dead]))

finding(name) := {
	"message": sprintf("`https://git.acme.example` in `%s` matches no module: it has a scheme", [name]),
	"subject": sprintf("variables: %s https://git.acme.example", [name]),
	"at": facts_test.at(4, 15),
}

test_each_list_of_patterns if {
	never_matches.deny == {finding("GOPRIVATE")} with input as private
	never_matches.deny == {finding("GONOPROXY")} with input as no_proxy
	never_matches.deny == {finding("GONOSUMDB")} with input as no_sumdb
	never_matches.deny == {finding("GOINSECURE")} with input as insecure
}

lost := facts_test.checkout({"settings": {"GOPRIVATE": [facts_test.setting("...", {"lost": "ignored", "patterns": [dead]})]}})

plain := facts_test.checkout(facts_test.patterns("GOPRIVATE", [facts_test.pattern("git.acme.example", {})]))

empty := facts_test.checkout(facts_test.patterns("GOPRIVATE", []))

test_other_values_are_fine if {
	never_matches.deny == set() with input as lost
	never_matches.deny == set() with input as plain
	never_matches.deny == set() with input as empty
	never_matches.deny == set() with input as {}
}
