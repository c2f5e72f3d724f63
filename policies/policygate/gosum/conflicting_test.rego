package policygate.gosum.conflicting_test

import data.policygate.facts_test
import data.policygate.gosum.conflicting

conflict(same_file, path) := facts_test.checkout({"sum_conflicts": [{
	"module": "github.com/google/uuid",
	"version": "v1.6.0",
	"go_mod": false,
	"first": "h1:AAAA",
	"second": "h1:BBBB",
	"same_file": same_file,
	"at": facts_test.at_in("svc/go.sum", 9, 1),
	"first_at": facts_test.at_in(path, 3, 1),
}]})

within := conflict(true, "svc/go.sum")

test_two_lines_of_one_file if {
	conflicting.deny == {{
		"message": "`github.com/google/uuid v1.6.0` has another hash further up",
		"subject": "github.com/google/uuid v1.6.0: h1:BBBB",
		"at": facts_test.at_in("svc/go.sum", 9, 1),
		"modules": ["github.com/google/uuid"],
		"evidence": ["h1:AAAA"],
		"related": [{"message": "this one comes first", "at": facts_test.at_in("svc/go.sum", 3, 1)}],
	}} with input as within
}

between := conflict(false, "kit/go.sum")

test_two_files_of_one_workspace if {
	conflicting.deny == {{
		"message": "`github.com/google/uuid v1.6.0` has another hash in `kit/go.sum`",
		"subject": "github.com/google/uuid v1.6.0: h1:BBBB",
		"at": facts_test.at_in("svc/go.sum", 9, 1),
		"modules": ["github.com/google/uuid"],
		"evidence": ["h1:AAAA"],
		"related": [{"message": "in the same workspace", "at": facts_test.at_in("kit/go.sum", 3, 1)}],
	}} with input as between
}

none := facts_test.checkout({"sum_conflicts": []})

test_nothing_else if {
	conflicting.deny == set() with input as none
	conflicting.deny == set() with input as {}
}
