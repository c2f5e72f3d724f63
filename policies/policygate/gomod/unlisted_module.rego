# METADATA
# title: A new module is not on the list
# description: >-
#   Where a list says which modules may be used, a new requirement that is not on it waits for somebody to look at it:
#   who publishes it, under which license, and what it brings along. Indirect requirements count, because their code is
#   built just the same. Requirements that the go.mod had before are not asked about.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-mod-file-require
#     description: The require directive
# custom:
#   severity: error
#   parameters:
#     allow:
#       default: []
#       description: >-
#         Module paths that may be required, as GOPRIVATE has it: prefixes, with `*` within an element. What `own.modules`
#         states may be, too. An empty list allows every module.
#   fix: Use a module of the list, or have this one added to `allow` on the target branch.
#   profiles: [baseline]
package policygate.gomod.unlisted_module

was[file.path] := file.path if {
	some file in input.change.files
	file.status in {"added", "changed"}
}

was[file.path] := file.old_path if {
	some file in input.change.files
	file.status == "renamed"
}

known[module.file] contains require.path if {
	some module in input.base.go.modules
	some require in module.requires
}

listed contains pattern if some pattern in input.config.parameters["gomod.unlisted_module"].allow

# What is guessed comes from the change itself, which would allow whatever it names.
listed contains path if {
	input.config.own.stated
	some path in input.config.own.modules
}

deny contains finding if {
	input.change.exists
	input.base.exists
	count(input.config.parameters["gomod.unlisted_module"].allow) > 0
	some module in input.go.modules
	old := was[module.file]
	some require in module.requires
	not known[old][require.path]
	count([pattern | some pattern in listed; covers(pattern, require.path)]) == 0
	finding := {
		"message": sprintf("`%s` is new here, and no entry of `allow` covers it", [require.path]),
		"subject": require.path,
		"at": require.at,
		"modules": [require.path],
		"related": [{"message": sprintf("required through `%s`", [concat("` > `", require.via)]), "at": module.at} |
			count(require.via) > 0
		],
	}
}

covers(pattern, path) if {
	elements := count(split(trim_right(pattern, "/"), "/"))
	beginning := concat("/", array.slice(split(path, "/"), 0, elements))
	glob.match(trim_right(pattern, "/"), ["/"], beginning)
}
