package policygate.gowork.go_version_test

import data.policygate.facts_test
import data.policygate.gowork.go_version

lower := facts_test.work([facts_test.work_fault("go_version", {
	"subject": "./svc",
	"wanted": "1.24.0",
	"found": "1.23",
})])

test_go_line_is_lower_than_that_of_a_member if {
	go_version.deny == {{
		"message": "`go.work` asks for go 1.23, `./svc` for go 1.24.0",
		"subject": "./svc",
		"at": facts_test.at_in("go.work", 5, 2),
		"related": [{"message": "asked for here", "at": facts_test.at_in("svc/go.mod", 3, 4)}],
	}} with input as lower
}

other := facts_test.work([facts_test.work_fault("missing", {})])

fine := facts_test.work([])

test_other_workspaces_are_fine if {
	go_version.deny == set() with input as other
	go_version.deny == set() with input as fine
	go_version.deny == set() with input as {}
}
