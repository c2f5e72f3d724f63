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

# What differing files were called before.
was := {file.path: old |
	some file in input.change.files
	old := {"added": file.path, "changed": file.path, "renamed": file.old_path}[file.status]
}

required[module.file] contains require.path if {
	some module in input.base.go.modules
	some require in module.requires
}

# A whole object is made once, a part of it for each key that is asked for.
known := required

listed contains pattern if some pattern in input.config.parameters["gomod.unlisted_module"].allow

# What is guessed comes from the change itself, which would allow whatever it names.
listed contains path if {
	input.config.own.stated
	some path in input.config.own.modules
}

new contains require if {
	count(input.config.parameters["gomod.unlisted_module"].allow) > 0
	some module in input.go.modules
	old := was[module.file]
	some require in module.requires
	not known[old][require.path]
}

wildcard := `[*?\[\]{}\\]`

prefixes contains trim_right(pattern, "/") if {
	some pattern in listed
	not regex.match(wildcard, pattern)
}

globs contains trim_right(pattern, "/") if {
	some pattern in listed
	regex.match(wildcard, pattern)
}

covered contains path if {
	some path in {require.path | some require in new}
	elements := split(path, "/")
	some length in numbers.range(1, count(elements))
	concat("/", array.slice(elements, 0, length)) in prefixes
}

covered contains path if {
	some path in {require.path | some require in new}
	elements := split(path, "/")
	some pattern in globs
	glob.match(pattern, ["/"], concat("/", array.slice(elements, 0, count(split(pattern, "/")))))
}

deny contains finding if {
	input.change.exists
	input.base.exists
	some require in new
	not require.path in covered
	finding := {
		"message": sprintf("`%s` is new here, and no entry of `allow` covers it", [require.path]),
		"subject": require.path,
		"at": require.at,
		"modules": [require.path],
	}
}
