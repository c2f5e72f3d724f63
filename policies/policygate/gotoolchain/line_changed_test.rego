package policygate.gotoolchain.line_changed_test

import data.policygate.facts_test
import data.policygate.gotoolchain.line_changed

line(version) := {"exists": version != "", "version": version, "at": facts_test.at_in("go.mod", 3, 4)}

modules(file, go, toolchain) := {"modules": [facts_test.module(file, {"go": line(go), "toolchain": line(toolchain)})]}

works(go, toolchain) := {"works": [object.union(work, {"go": line(go), "toolchain": line(toolchain)})]} if {
	some work in facts_test.work([]).go.works
}

in_place := {"files": [facts_test.differs("go.mod")]}

moved := {"files": [facts_test.renamed("b/go.mod", "a/go.mod")]}

found(word, from, to) := {
	"message": sprintf("the `%s` line goes from %s to %s", [word, from, to]),
	"subject": sprintf("%s: from %s to %s", [word, from, to]),
	"at": facts_test.at_in("go.mod", 3, 4),
}

raised := facts_test.changed(in_place, modules("go.mod", "1.24", "go1.24.1"), modules("go.mod", "1.25", "go1.25.0"))

added := facts_test.changed(moved, modules("a/go.mod", "1.24", ""), modules("b/go.mod", "1.24", "go1.24.1"))

removed := facts_test.changed({"files": [facts_test.differs("go.work")]}, works("1.24", "go1.24.1"), works("1.24", ""))

test_line_changed_added_and_removed if {
	line_changed.deny == {
		found("go", "`1.24`", "`1.25`"),
		found("toolchain", "`go1.24.1`", "`go1.25.0`"),
	} with input as raised
	line_changed.deny == {found("toolchain", "nothing", "`go1.24.1`")} with input as added
	line_changed.deny == {found("toolchain", "`go1.24.1`", "nothing")} with input as removed
}

same := facts_test.changed(in_place, modules("go.mod", "1.24", ""), modules("go.mod", "1.24", ""))

new_file := facts_test.changed({"files": [facts_test.added("go.mod")]}, {}, modules("go.mod", "1.25", ""))

untouched := facts_test.changed({"files": []}, {}, modules("go.mod", "1.25", ""))

no_change := facts_test.checkout(modules("go.mod", "1.25", ""))

test_nothing_else if {
	line_changed.deny == set() with input as same
	line_changed.deny == set() with input as new_file
	line_changed.deny == set() with input as untouched
	line_changed.deny == set() with input as no_change
	line_changed.deny == set() with input as {}
}
