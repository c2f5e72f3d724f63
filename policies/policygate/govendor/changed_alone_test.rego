package policygate.govendor.changed_alone_test

import data.policygate.facts_test
import data.policygate.govendor.changed_alone

vendors(exists) := {"vendors": [{
	"file": "svc/vendor/modules.txt",
	"exists": exists,
	"manifest": "svc/go.mod",
	"faults": [],
}]}

files(paths) := {"files": [facts_test.differs(path) | some path in paths]}

edited := facts_test.changed(files(["svc/vendor/a.example/x/x.go", "svc/main.go"]), {}, vendors(true))

moved := facts_test.changed(
	{"files": [facts_test.renamed("svc/x.go", "svc/vendor/a.example/vendor/x.go")]},
	{},
	vendors(true),
)

found(path) := {
	"message": sprintf("files below `svc/vendor` changed, such as `%s`, and modules.txt did not", [path]),
	"subject": "svc/vendor",
	"at": {
		"path": "svc/vendor/modules.txt",
		"start": {"line": 1, "column": 1},
		"end": {"line": 1, "column": 1},
		"origin": "absent",
	},
	"evidence": [path],
}

test_file_edited_and_moved_away if {
	changed_alone.deny == {found("svc/vendor/a.example/x/x.go")} with input as edited
	changed_alone.deny == {found("svc/vendor/a.example/vendor/x.go")} with input as moved
}

together := facts_test.changed(files(["svc/vendor/a.example/x/x.go", "svc/vendor/modules.txt"]), {}, vendors(true))

moved_list := facts_test.changed(
	{"files": [
		facts_test.differs("svc/vendor/a.example/x/x.go"),
		facts_test.renamed("kit/vendor/modules.txt", "svc/vendor/modules.txt"),
	]},
	{},
	vendors(true),
)

beside := facts_test.changed(files(["svc/vendors/x.go", "vendor/x.go", "svc/main.go"]), {}, vendors(true))

no_list := facts_test.changed(files(["svc/vendor/a.example/x/x.go"]), {}, vendors(false))

no_change := facts_test.checkout(vendors(true))

test_nothing_else if {
	changed_alone.deny == set() with input as together
	changed_alone.deny == set() with input as moved_list
	changed_alone.deny == set() with input as beside
	changed_alone.deny == set() with input as no_list
	changed_alone.deny == set() with input as no_change
	changed_alone.deny == set() with input as {}
}
