# METADATA
# title: A CI build may rewrite go.mod and go.sum
# description: >-
#   With `-mod=mod` a build that lacks a requirement or a checksum adds it, from whatever the proxy serves at that
#   moment, instead of failing. What CI builds is then not what was reviewed.
# related_resources:
#   - ref: https://go.dev/ref/mod#build-commands
#     description: The -mod flag of build commands
# custom:
#   severity: error
#   fix: Delete `-mod=mod` (the default is `-mod=readonly`), run `go mod tidy` before the commit, and commit go.sum.
#   profiles: [baseline]
package policygate.gobuild.mod_mod

ci_kinds := {"dockerfile_stage", "github_job", "gitlab_job"}

build_verbs := {"build", "fix", "generate", "install", "list", "run", "test", "vet"}

deny contains finding if {
	some context in input.go.contexts
	context.kind in ci_kinds
	some command in context.commands
	command.verb in build_verbs
	regex.match(`(^| )--?mod[= ]mod( |$)`, concat(" ", command.arguments))

	# `go run x@v1.2.3` and `go install x@v1.2.3` do not touch the go.mod at hand.
	elsewhere := [argument |
		command.verb in {"install", "run"}
		some argument in command.arguments
		regex.match(`^[^-][^@]*/[^@]*@`, argument)
	]
	count(elsewhere) == 0
	finding := {
		"message": "`-mod=mod` lets this command rewrite go.mod and go.sum",
		"subject": sprintf("%s: %s", [context.name, command.text]),
		"at": command.at,
		"contexts": [context.id],
	}
}

# One setting may hold for many contexts: its scope says for which.
of_setting[finding] contains context.id if {
	some context in input.go.contexts
	context.kind in ci_kinds
	some setting in context.settings.GOFLAGS
	setting.lost == ""
	some flag in setting.flags
	flag.name == "mod"
	flag.value == "mod"
	finding := {
		"message": "`-mod=mod` in `GOFLAGS` lets every build rewrite go.mod and go.sum",
		"subject": sprintf("%s: %s", [setting.scope, flag.text]),
		"at": flag.at,
	}
}

deny contains finding if {
	some found, contexts in of_setting
	finding := object.union(found, {
		"contexts": sort(contexts),
		"evidence": [sprintf("context %s", [context]) | some context in contexts],
	})
}

deny contains finding if {
	some context in input.go.contexts
	context.kind in ci_kinds
	some command in context.commands
	command.verb in build_verbs
	some setting in command.settings.GOFLAGS
	setting.lost == ""
	some flag in setting.flags
	flag.name == "mod"
	flag.value == "mod"
	finding := {
		"message": "`-mod=mod` in `GOFLAGS` lets this command rewrite go.mod and go.sum",
		"subject": sprintf("%s: %s: %s", [context.name, setting.scope, flag.text]),
		"at": flag.at,
		"contexts": [context.id],
	}
}
