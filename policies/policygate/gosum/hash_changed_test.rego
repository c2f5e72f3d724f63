package policygate.gosum.hash_changed_test

import data.policygate.facts_test
import data.policygate.gosum.hash_changed

sum(go_mod) := {
	"file": "go.sum",
	"module": "a.example/x",
	"version": "v1.2.0",
	"go_mod": go_mod,
	"before": "h1:AAAA",
	"after": "h1:BBBB",
	"at": facts_test.at_in("go.sum", 7, 1),
}

files := [facts_test.differs("go.sum")]

changed := facts_test.changed({"files": files, "sums": [sum(true), sum(false)]}, {}, {})

found(name) := {
	"message": sprintf("the hash of `%s` goes from `h1:AAAA` to `h1:BBBB`", [name]),
	"subject": sprintf("%s: h1:BBBB", [name]),
	"at": facts_test.at_in("go.sum", 7, 1),
	"modules": ["a.example/x"],
}

test_hash_changed if {
	hash_changed.deny == {found("a.example/x v1.2.0"), found("a.example/x v1.2.0/go.mod")} with input as changed
}

other_lines := facts_test.changed({"files": files}, {}, {})

no_change := {"go": {}, "change": {"exists": false, "sums": [sum(false)]}}

test_nothing_else if {
	hash_changed.deny == set() with input as other_lines
	hash_changed.deny == set() with input as no_change
	hash_changed.deny == set() with input as {}
}
