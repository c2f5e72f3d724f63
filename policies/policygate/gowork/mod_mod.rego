# METADATA
# title: A workspace refuses -mod=mod
# description: >-
#   In a workspace `-mod` may only be `readonly` or `vendor`. With `-mod=mod`, from the command or from `GOFLAGS`, every
#   build, test and list command below go.work fails before it does anything. Commands that do not take the flag, such
#   as `go mod tidy` and `go get`, are not affected.
# related_resources:
#   - ref: https://go.dev/ref/mod#build-commands
#     description: The -mod flag of build commands
#   - ref: https://go.dev/ref/mod#workspaces
#     description: Workspaces
# custom:
#   severity: error
#   fix: Delete `-mod=mod`, or set `GOWORK=off` for commands that are meant for one module alone.
#   profiles: [baseline]
package policygate.gowork.mod_mod

deny contains finding if {
	some flag in input.go.work_flags
	finding := {
		"message": sprintf("`%s` fails in the workspace of `%s`", [flag.text, flag.work]),
		"subject": trim_left(sprintf("%s: %s", [flag.scope, flag.text]), ": "),
		"at": flag.at,
		"assumes": flag.assumes,
		"contexts": flag.contexts,
		"evidence": [sprintf("context %s", [context]) | some context in flag.contexts],
	}
}
