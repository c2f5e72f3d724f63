package policygate.gosum.missing_test

import data.policygate.facts_test
import data.policygate.gosum.missing

line(indirect) := {
	"module": "github.com/google/uuid",
	"version": "v1.6.0",
	"indirect": indirect,
	"at": facts_test.at_in("svc/go.mod", 6, 2),
}

checkout(vendored, fields) := facts_test.checkout({
	"modules": [facts_test.module("svc/go.mod", {"vendored": vendored})],
	"sums": [object.union(
		{
			"module_file": "svc/go.mod",
			"file": "svc/go.sum",
			"exists": true,
			"needed": true,
			"missing": [],
			"at": facts_test.at_in("svc/go.mod", 1, 8),
		},
		fields,
	)],
})

no_file := checkout(false, {"exists": false})

test_file_is_missing if {
	missing.deny == {{
		"message": "`svc/go.sum` is missing: nothing pins what this module requires",
		"subject": "svc/go.sum",
		"at": facts_test.at_in("svc/go.mod", 1, 8),
	}} with input as no_file
}

no_line := checkout(false, {"missing": [line(false)]})

test_line_is_missing if {
	missing.deny == {{
		"message": "`github.com/google/uuid v1.6.0` has no line in `svc/go.sum`",
		"subject": "github.com/google/uuid v1.6.0",
		"at": line(false).at,
	}} with input as no_line
}

complete := checkout(false, {})

not_needed := checkout(false, {"exists": false, "needed": false})

indirect := checkout(false, {"missing": [line(true)]})

vendored_without_file := checkout(true, {"exists": false})

vendored_without_line := checkout(true, {"missing": [line(false)]})

test_other_states_are_fine if {
	missing.deny == set() with input as complete
	missing.deny == set() with input as not_needed
	missing.deny == set() with input as indirect
	missing.deny == set() with input as vendored_without_file
	missing.deny == set() with input as vendored_without_line
	missing.deny == set() with input as {}
}
