# METADATA
# title: A workspace cannot be loaded
# description: >-
#   The go command reads all modules of go.work before it does anything. When a directory has no go.mod, is named twice,
#   when two modules have the same path, or when replacements contradict each other, every command below go.work fails,
#   whichever module it is about. `go work edit -json` shows nothing of it.
# related_resources:
#   - ref: https://go.dev/ref/mod#workspaces
#     description: Workspaces
#   - ref: https://go.dev/ref/mod#go-work-file-replace
#     description: The replace directive of go.work
# custom:
#   severity: error
#   fix: >-
#     Delete the line, or commit the module that it means; where members replace one module differently, decide with
#     `go work edit -replace`.
#   profiles: [baseline]
package policygate.gowork.unusable

twice := {
	"repeated": "`%s` is a directory that the workspace has already",
	"same_path": "the workspace has a module `%s` already",
	"replaced": "`%s` is a module of the workspace, all versions of it cannot be replaced",
}

deny contains finding if {
	some work in input.go.works
	some fault in work.faults
	fault.kind == "missing"
	finding := {
		"message": sprintf("there is no go.mod in `%s`", [fault.subject]),
		"subject": sprintf("missing: %s", [fault.subject]),
		"at": fault.at,
	}
}

deny contains finding if {
	some work in input.go.works
	some fault in work.faults
	message := twice[fault.kind]
	finding := {
		"message": sprintf(message, [fault.subject]),
		"subject": sprintf("%s: %s", [fault.kind, fault.subject]),
		"at": fault.at,
		"modules": [split(fault.subject, " ")[0] | fault.kind in {"replaced", "same_path"}],
		"related": [{"message": "the other one", "at": fault.other}],
	}
}

deny contains finding if {
	some work in input.go.works
	some fault in work.faults
	fault.kind == "conflict"
	finding := {
		"message": sprintf(
			"`%s` is replaced by `%s` and by `%s` in one workspace",
			[fault.subject, fault.found, fault.wanted],
		),
		"subject": sprintf("conflict: %s", [fault.subject]),
		"at": fault.at,
		"modules": [split(fault.subject, " ")[0]],
		"evidence": [fault.found, fault.wanted],
		"related": [{"message": "the other one", "at": fault.other}],
	}
}
