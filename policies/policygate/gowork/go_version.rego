# METADATA
# title: go.work asks for an older Go than a member
# description: >-
#   The go line of go.work must not be lower than that of any module it uses, and without one it counts as 1.18. Else
#   every go command in the workspace fails (`module a listed in go.work file requires go >= 1.24`), whatever Go is
#   installed. Only members with go 1.21 or later are checked.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-work-file-go
#     description: The go directive of go.work
#   - ref: https://go.dev/doc/toolchain#config
#     description: Go versions of modules and workspaces
# custom:
#   severity: error
#   fix: Run `go work use` in the directory of go.work; it raises the go line as far as the members need.
#   profiles: [baseline]
package policygate.gowork.go_version

deny contains finding if {
	some work in input.go.works
	some fault in work.faults
	fault.kind == "go_version"
	finding := {
		"message": sprintf("`%s` asks for go %s, `%s` for go %s", [work.file, fault.found, fault.subject, fault.wanted]),
		"subject": fault.subject,
		"at": fault.at,
		"related": [{"message": "asked for here", "at": fault.other}],
	}
}
