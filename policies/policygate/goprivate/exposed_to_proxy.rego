# METADATA
# title: A proxy outside learns private module names
# description: >-
#   A proxy learns the path and version of every module that it is asked for, whether it has it or not. No pattern of
#   GOPRIVATE or GONOPROXY keeps these modules away from it. For a package that a command names every prefix of its path
#   is asked for, as each may be the module. What it answers under such a name is built, unless go.sum
#   or the checksum database disagrees.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-module-privacy
#     description: Privacy
#   - ref: https://go.dev/ref/mod#private-modules
#     description: Private modules
# custom:
#   severity: error
#   security_severity: "6.5"
#   fix: >-
#     Set `GOPRIVATE` to the prefixes of your private modules wherever these commands run, or end `GOPROXY` with your
#     own proxy.
#   profiles: [baseline]
package policygate.goprivate.exposed_to_proxy

# The lines of go.mod that ask for what is shown: they may be older than the setting that gives them away.
shown contains module if {
	some exposure in input.go.exposures
	exposure.through == "proxy"
	exposure.asked == "required"
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
	exposure.through == "proxy"
	exposure.asked == "required"
	finding := {
		"message": sprintf(
			"%s learns of %s: it is asked %s in %s",
			[named(exposure.party), listed(exposure.modules), turn(exposure.reason), listed(exposure.contexts)],
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

deny contains finding if {
	some exposure in input.go.exposures
	exposure.through == "proxy"
	exposure.asked == "named"
	prefixes := [", for every prefix of what it names" | count(exposure.modules) > 1]
	finding := {
		"message": sprintf("%s learns of %s: `%s` asks it %s%s", [
			named(exposure.party),
			listed(exposure.modules),
			exposure.scope,
			turn(exposure.reason),
			concat("", prefixes),
		]),
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

default named(_) := "Go's default proxy"

named(party) := sprintf("`%s`", [party]) if not party == "default"

default turn(_) := "first"

turn("comma") := "after a 404"

turn("pipe") := "after any error"

listed(names) := concat("", [shown, more]) if {
	shown := concat(", ", [sprintf("`%s`", [name]) | some name in array.slice(names, 0, 3)])
	rest := [sprintf(" and %d more", [count(names) - 3]) | count(names) > 3]
	more := concat("", rest)
}
