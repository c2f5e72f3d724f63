package policygate.gomod.downgraded_test

import data.policygate.facts_test
import data.policygate.gomod.downgraded

lower := {
	"file": "go.mod",
	"module": "a.example/x",
	"before": "v1.10.0",
	"after": "v1.9.2",
	"at": facts_test.at_in("go.mod", 6, 2),
}

files := [facts_test.differs("go.mod")]

back := facts_test.changed({"files": files, "downgrades": [lower]}, {}, {})

test_lower_version if {
	downgraded.deny == {{
		"message": "`a.example/x` goes down from `v1.10.0` to `v1.9.2`",
		"subject": "a.example/x v1.9.2",
		"at": facts_test.at_in("go.mod", 6, 2),
		"modules": ["a.example/x"],
	}} with input as back
}

higher := facts_test.changed({"files": files}, {}, {})

no_change := {"go": {}, "change": {"exists": false, "downgrades": [lower]}}

test_nothing_else if {
	downgraded.deny == set() with input as higher
	downgraded.deny == set() with input as no_change
	downgraded.deny == set() with input as {}
}
