# METADATA
# title: CI runs a tool of no fixed version
# description: >-
#   `go install` and `go run` with `@latest` or a branch fetch whatever is newest when the job runs, and the job
#   executes it with its secrets at hand. The repository's go.mod, go.sum and vendor directory do not apply; `go get`
#   changes them.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-install
#     description: go install with a version
#   - ref: https://go.dev/doc/modules/managing-dependencies#tools
#     description: Tool dependencies in go.mod
# custom:
#   severity: warning
#   fix: Write a release (`@v1.2.3`), or add the tool to go.mod with `go get -tool` and run it with `go tool`.
#   profiles: [baseline]
package policygate.gobuild.floating_version

ci_kinds := {"dockerfile_stage", "github_job", "gitlab_job"}

floating := `^[^-][^@]*\.[^@]*/[^@]*@(latest|upgrade|patch|main|master|HEAD)$`

deny contains finding if {
	some context in input.go.contexts
	context.kind in ci_kinds
	some command in context.commands
	command.verb in {"get", "install", "run"}
	some argument in command.arguments
	regex.match(floating, argument)
	finding := {
		"message": sprintf("`%s` is another version whenever something newer is published", [argument]),
		"subject": sprintf("%s: %s", [context.name, argument]),
		"at": command.at,
		"contexts": [context.id],
	}
}
