package policygate.gomod.replace_added_test

import data.policygate.facts_test
import data.policygate.gomod.replace_added

replace(version, target) := {
	"old_path": "a.example/x",
	"old_version": version,
	"new_path": target,
	"new_version": "v1.0.0",
	"local": false,
	"directory": "",
	"at": facts_test.at_in("go.mod", 9, 9),
	"target_at": facts_test.at_in("go.mod", 9, 30),
}

modules(file, replaces) := {"modules": [facts_test.module(file, {"replaces": replaces})]}

works(replaces) := {"works": [object.union(work, {"replaces": replaces})]} if {
	some work in facts_test.work([]).go.works
}

found(subject, message) := {
	"message": message,
	"subject": subject,
	"at": facts_test.at_in("go.mod", 9, 9),
	"modules": ["a.example/x"],
}

in_place := {"files": [facts_test.differs("go.mod")]}

moved := {"files": [facts_test.renamed("b/go.mod", "a/go.mod")]}

fork := replace("", "fork.example/x")

other := replace("", "other.example/x")

one_version := replace("v1.2.0", "fork.example/x")

added := facts_test.changed(in_place, modules("go.mod", [one_version]), modules("go.mod", [one_version, fork]))

retargeted := facts_test.changed(moved, modules("a/go.mod", [fork]), modules("b/go.mod", [other]))

of_a_version := facts_test.changed({"files": [facts_test.added("go.mod")]}, {}, modules("go.mod", [one_version]))

in_workspace := facts_test.changed({"files": [facts_test.differs("go.work")]}, works([other]), works([fork]))

test_replacement_added_and_changed if {
	replace_added.deny == {found(
		"a.example/x => fork.example/x v1.0.0",
		"`a.example/x` is now replaced by `fork.example/x v1.0.0`",
	)} with input as added
	replace_added.deny == {found(
		"a.example/x => other.example/x v1.0.0",
		"`a.example/x` is now replaced by `other.example/x v1.0.0` instead of `fork.example/x v1.0.0`",
	)} with input as retargeted
	replace_added.deny == {found(
		"a.example/x v1.2.0 => fork.example/x v1.0.0",
		"`a.example/x v1.2.0` is now replaced by `fork.example/x v1.0.0`",
	)} with input as of_a_version
	replace_added.deny == {found(
		"a.example/x => fork.example/x v1.0.0",
		"`a.example/x` is now replaced by `fork.example/x v1.0.0` instead of `other.example/x v1.0.0`",
	)} with input as in_workspace
}

same := facts_test.changed(moved, modules("a/go.mod", [fork]), modules("b/go.mod", [fork]))

removed := facts_test.changed(in_place, modules("go.mod", [fork]), modules("go.mod", []))

untouched := facts_test.changed({"files": []}, {}, modules("go.mod", [fork]))

no_base := object.union(added, {"base": {"exists": false, "go": {}}})

no_change := facts_test.checkout(modules("go.mod", [fork]))

test_nothing_else if {
	replace_added.deny == set() with input as same
	replace_added.deny == set() with input as removed
	replace_added.deny == set() with input as untouched
	replace_added.deny == set() with input as no_base
	replace_added.deny == set() with input as no_change
	replace_added.deny == set() with input as {}
}
