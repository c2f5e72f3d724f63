package policygate.govendor.inconsistent_test

import data.policygate.facts_test
import data.policygate.govendor.inconsistent

fault(kind, module, line) := {
	"kind": kind,
	"module": module,
	"wanted": "",
	"found": "",
	"at": facts_test.at_in("svc/go.mod", line, 2),
}

vendor(exists, faults) := facts_test.checkout({"vendors": [{
	"file": "svc/vendor/modules.txt",
	"exists": exists,
	"manifest": "svc/go.mod",
	"faults": faults,
}]})

stale := vendor(true, [
	fault("not_explicit", "a.example/x v1.1.0", 5),
	fault("not_replaced", "a.example/y", 6),
	object.union(fault("other_target", "a.example/z", 7), {"wanted": "../z", "found": "../y"}),
	fault("not_required", "a.example/x v1.0.0", 8),
	fault("only_replaced", "a.example/w", 9),
	fault("not_listed", "a.example/v v1.0.0", 10),
])

place(message, line) := {"message": message, "at": facts_test.at_in("svc/go.mod", line, 2)}

test_each_difference_is_a_place if {
	inconsistent.deny == {{
		"message": "`svc/vendor/modules.txt` does not go with `svc/go.mod`",
		"subject": "svc/vendor/modules.txt",
		"at": facts_test.at_in("svc/go.mod", 5, 2),
		"modules": ["a.example/v", "a.example/w", "a.example/x", "a.example/y", "a.example/z"],
		"evidence": [
			"not_explicit a.example/x v1.1.0",
			"not_listed a.example/v v1.0.0",
			"not_replaced a.example/y",
			"not_required a.example/x v1.0.0",
			"only_replaced a.example/w",
			"other_target a.example/z ../z ../y",
		],
		"related": [
			place("`a.example/x v1.1.0` is required, and not marked so in modules.txt", 5),
			place("`a.example/y` is replaced, and not marked so in modules.txt", 6),
			place("`a.example/z` is replaced by something else in modules.txt", 7),
			place("`a.example/x v1.0.0` is marked as required, and is not", 8),
			place("`a.example/w` is marked as replaced, and is not", 9),
			place("`a.example/v v1.0.0` is vendored, and not required", 10),
		],
	}} with input as stale
}

without_list := vendor(false, [fault("not_explicit", "a.example/x v1.1.0", 5)])

test_modules_txt_is_missing if {
	inconsistent.deny == {{
		"message": "`svc/vendor/modules.txt` is missing, and there is a vendor directory",
		"subject": "svc/vendor/modules.txt",
		"at": facts_test.at_in("svc/go.mod", 5, 2),
		"modules": ["a.example/x"],
		"evidence": ["not_explicit a.example/x v1.1.0"],
		"related": [place("`a.example/x v1.1.0` counts as not vendored", 5)],
	}} with input as without_list
}

in_modules_txt := vendor(true, [object.union(
	fault("not_required", "a.example/x v1.0.0", 8),
	{"at": facts_test.at_in("svc/vendor/modules.txt", 8, 1)},
)])

test_place_is_in_the_manifest_whatever_differs if {
	{finding.at | some finding in inconsistent.deny} == {{
		"path": "svc/go.mod",
		"start": {"line": 1, "column": 1},
		"end": {"line": 1, "column": 1},
		"origin": "absent",
	}} with input as in_modules_txt
}

fine := vendor(true, [])

nothing_to_vendor := vendor(false, [])

test_other_vendor_directories_are_fine if {
	inconsistent.deny == set() with input as fine
	inconsistent.deny == set() with input as nothing_to_vendor
	inconsistent.deny == set() with input as {}
}
