# METADATA
# title: A checksum database outside learns private module names
# description: >-
#   For each module that go.sum does not hold yet the go command looks its exact path and version up in the checksum
#   database, and a public one then tries to fetch the module itself. No pattern of GOPRIVATE or GONOSUMDB keeps these
#   modules away from it; the lookup fails, and so does the command.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-module-privacy
#     description: Privacy
#   - ref: https://go.dev/ref/mod#checksum-database
#     description: The checksum database
# custom:
#   severity: error
#   security_severity: "4.3"
#   fix: >-
#     Set `GOPRIVATE` to the prefixes of your private modules wherever these commands run, or `GONOSUMDB` where your
#     own proxy serves them.
#   profiles: [baseline]
package policygate.goprivate.exposed_to_sumdb

# The lines of go.mod that ask for what is shown: they may be older than the setting that gives them away.
shown contains module if {
	some exposure in input.go.exposures
	exposure.through == "sumdb"
	some module in array.slice(exposure.modules, 0, 3)
}

required_at[require.path] contains [require.at.path, require.at.start.line, require.at] if {
	count(shown) > 0
	some module in input.go.modules
	some require in module.requires
	require.path in shown
}

# A whole object is made once, a part of it for each key that is asked for.
places := required_at

deny contains finding if {
	some exposure in input.go.exposures
	exposure.through == "sumdb"
	finding := {
		"message": sprintf(
			"%s learns of %s from %s",
			[
				named(exposure.party),
				listed(exposure.modules),
				listed(askers(exposure.asked, exposure.contexts, exposure.scope)),
			],
		),
		"subject": sprintf("%s: %s", [exposure.scope, exposure.party]),
		"at": exposure.at,
		"related": [{"message": sprintf("`%s` is required here", [module]), "at": min(places[module])[2]} |
			some module in array.slice(exposure.modules, 0, 3)
			places[module]
		],
		"assumes": exposure.assumes,
		"modules": exposure.modules,
		"contexts": exposure.contexts,
		"evidence": array.concat(
			[sprintf("module %s", [module]) | some module in exposure.modules],
			[sprintf("context %s", [context]) | some context in exposure.contexts],
		),
	}
}

askers("required", contexts, _) := contexts

askers("named", _, scope) := [scope]

default named(_) := "Go's default checksum database"

named(party) := sprintf("`%s`", [party]) if not party == "default"

listed(names) := concat("", [shown, more]) if {
	shown := concat(", ", [sprintf("`%s`", [name]) | some name in array.slice(names, 0, 3)])
	rest := [sprintf(" and %d more", [count(names) - 3]) | count(names) > 3]
	more := concat("", rest)
}
