package policygate.gowork.unusable_test

import data.policygate.facts_test
import data.policygate.gowork.unusable

here := facts_test.at_in("go.work", 5, 2)

elsewhere := facts_test.at_in("svc/go.mod", 3, 4)

missing := facts_test.work([facts_test.work_fault("missing", {"subject": "./svc"})])

test_directory_without_a_module if {
	unusable.deny == {{
		"message": "there is no go.mod in `./svc`",
		"subject": "missing: ./svc",
		"at": here,
	}} with input as missing
}

others := facts_test.work([
	facts_test.work_fault("repeated", {"subject": "svc/"}),
	facts_test.work_fault("same_path", {"subject": "a.example/svc"}),
	facts_test.work_fault("replaced", {"subject": "a.example/svc"}),
	facts_test.work_fault("conflict", {
		"subject": "a.example/kit v1.0.0",
		"wanted": "../kit",
		"found": "a.example/fork v1.0.1",
	}),
])

finding(message, subject, fields) := object.union(fields, {
	"message": message,
	"subject": subject,
	"at": here,
	"related": [{"message": "the other one", "at": elsewhere}],
})

test_two_lines_that_do_not_go_together if {
	unusable.deny == {
		finding("`svc/` is a directory that the workspace has already", "repeated: svc/", {"modules": []}),
		finding("the workspace has a module `a.example/svc` already", "same_path: a.example/svc", {"modules": ["a.example/svc"]}),
		finding("`a.example/svc` is a module of the workspace, all versions of it cannot be replaced", "replaced: a.example/svc", {"modules": ["a.example/svc"]}),
		finding(
			"`a.example/kit v1.0.0` is replaced by `a.example/fork v1.0.1` and by `../kit` in one workspace",
			"conflict: a.example/kit v1.0.0",
			{"modules": ["a.example/kit"], "evidence": ["a.example/fork v1.0.1", "../kit"]},
		),
	} with input as others
}

lower := facts_test.work([facts_test.work_fault("go_version", {"wanted": "1.24", "found": "1.23"})])

fine := facts_test.work([])

test_other_workspaces_are_fine if {
	unusable.deny == set() with input as lower
	unusable.deny == set() with input as fine
	unusable.deny == set() with input as {}
}
