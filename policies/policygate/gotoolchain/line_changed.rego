# METADATA
# title: The Go toolchain of a module or workspace changed
# description: >-
#   The go and toolchain lines decide which Go builds the code: from Go 1.21 on the go command downloads and runs a
#   newer toolchain that they name, through GOPROXY. They also decide which language and which defaults of GODEBUG
#   apply. `go get` and `go mod tidy` raise them when a dependency asks for more, and nobody is told.
# related_resources:
#   - ref: https://go.dev/doc/toolchain
#     description: Go toolchains
#   - ref: https://go.dev/ref/mod#go-mod-file-go
#     description: The go directive
# custom:
#   severity: warning
#   fix: Say in the merge request that the toolchain changes, or put the line back with `go get go@VERSION`.
#   profiles: [baseline]
package policygate.gotoolchain.line_changed

# What differing files were called before.
was := {file.path: old |
	some file in input.change.files
	old := {"changed": file.path, "renamed": file.old_path}[file.status]
}

lines_before[module.file] := {"go": module.go.version, "toolchain": module.toolchain.version} if {
	some module in input.base.go.modules
}

lines_before[work.file] := {"go": work.go.version, "toolchain": work.toolchain.version} if {
	some work in input.base.go.works
}

# A whole object is made once, a part of it for each key that is asked for.
before := lines_before

after[module.file] := {"go": module.go, "toolchain": module.toolchain} if {
	some module in input.go.modules
}

after[work.file] := {"go": work.go, "toolchain": work.toolchain} if {
	some work in input.go.works
}

deny contains finding if {
	input.change.exists
	some file, lines in after
	old := before[was[file]]
	some word, line in lines
	not line.version == old[word]
	from := shown(old[word])
	to := shown(line.version)
	finding := {
		"message": sprintf("the `%s` line goes from %s to %s", [word, from, to]),
		"subject": sprintf("%s: from %s to %s", [word, from, to]),
		"at": line.at,
	}
}

default shown(_) := "nothing"

shown(version) := sprintf("`%s`", [version]) if not version == ""
