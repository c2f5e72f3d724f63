# METADATA
# title: A proxy outside learns where private modules begin
# description: >-
#   `go get`, and `go install` and `go run` with a version, do not know where in a path the module ends: they ask for
#   every prefix of it, and each prefix is matched with GOPRIVATE or GONOPROXY on its own. With a pattern such as
#   `git.acme.example/team` the module itself stays private, but when nothing is found in its repository (a misspelt
#   path, no access), the proxy is asked for `git.acme.example`.
# related_resources:
#   - ref: https://go.dev/ref/mod#resolve-pkg-mod
#     description: Resolving a package to a module
#   - ref: https://go.dev/ref/mod#private-module-privacy
#     description: Privacy
# custom:
#   severity: note
#   fix: >-
#     If the host, or a group on it, is nobody's business, write it into `GOPRIVATE` as a whole. Else leave it as it is.
#   profiles: [baseline]
package policygate.goprivate.prefix_exposed

deny contains finding if {
	input.config.own.stated
	some exposure in input.go.exposures
	exposure.asked == "prefix"
	finding := {
		"message": sprintf(
			"%s learns of %s, %s of what `%s` names",
			[named(exposure.party), listed(exposure.modules), parts(exposure.modules), exposure.scope],
		),
		"subject": sprintf("%s: %s", [exposure.scope, exposure.party]),
		"at": exposure.at,
		"assumes": exposure.assumes,
		"modules": exposure.modules,
		"contexts": exposure.contexts,
		"evidence": array.concat(
			[sprintf("module %s", [module]) | some module in exposure.modules],
			[sprintf("context %s", [context]) | some context in exposure.contexts],
		),
	}
}

default parts(_) := "prefixes"

parts(modules) := "a prefix" if count(modules) == 1

default named(_) := "Go's default proxy"

named(party) := sprintf("`%s`", [party]) if not party == "default"

listed(names) := concat("", [shown, more]) if {
	shown := concat(", ", [sprintf("`%s`", [name]) | some name in array.slice(names, 0, 3)])
	rest := [sprintf(" and %d more", [count(names) - 3]) | count(names) > 3]
	more := concat("", rest)
}
