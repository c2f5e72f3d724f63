package policygate.gosum.missing_test

import data.policygate.facts_test
import data.policygate.gosum.missing

line(lacks, fields) := object.union(
	{
		"module": "github.com/google/uuid",
		"version": "v1.6.0",
		"lacks": lacks,
		"indirect": false,
		"via": [],
		"at": facts_test.at_in("svc/go.mod", 6, 2),
		"via_at": facts_test.at_in("svc/go.mod", 4, 2),
	},
	fields,
)

checkout(vendored, fields) := facts_test.checkout({
	"modules": [facts_test.module("svc/go.mod", {"vendored": vendored})],
	"sums": [object.union(
		{
			"module_file": "svc/go.mod",
			"file": "svc/go.sum",
			"exists": true,
			"needed": true,
			"work": "",
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

no_lines := checkout(false, {"missing": [
	line("both", {}),
	line("content", {"module": "a.example/x"}),
	line("go_mod", {"module": "a.example/y", "indirect": true}),
]})

denied(message, subject, lacks) := {
	"message": message,
	"subject": subject,
	"at": facts_test.at_in("svc/go.mod", 6, 2),
	"modules": [split(subject, " ")[0]],
	"evidence": lacks,
	"related": [],
}

test_lines_are_missing if {
	missing.deny == {
		denied("`github.com/google/uuid v1.6.0` has no line in `svc/go.sum`", "github.com/google/uuid v1.6.0", ["lacks content", "lacks go_mod"]),
		denied("`a.example/x v1.6.0` has no line in `svc/go.sum` but that of its go.mod", "a.example/x v1.6.0", ["lacks content"]),
		denied("`a.example/y v1.6.0` has no line for its go.mod in `svc/go.sum`", "a.example/y v1.6.0", ["lacks go_mod"]),
	} with input as no_lines
}

through := checkout(false, {"missing": [line("both", {"via": ["a.example/x", "a.example/y"]})]})

test_where_it_comes_from if {
	{finding.related | some finding in missing.deny} == {[{
		"message": "required through `a.example/x` > `a.example/y`",
		"at": facts_test.at_in("svc/go.mod", 4, 2),
	}]} with input as through
}

complete := checkout(false, {})

not_needed := checkout(false, {"exists": false, "needed": false})

vendored_without_file := checkout(true, {"exists": false})

vendored_without_line := checkout(true, {"missing": [line("both", {})]})

test_other_states_are_fine if {
	missing.deny == set() with input as complete
	missing.deny == set() with input as not_needed
	missing.deny == set() with input as vendored_without_file
	missing.deny == set() with input as vendored_without_line
	missing.deny == set() with input as {}
}
