# METADATA
# title: A replacement is new or has another target
# description: >-
#   A replacement puts other code under the name of a module, in this module's builds or in those of the whole
#   workspace. What was reviewed of the module, its advisories and its license then belong to something else, and go.sum
#   vouches for the target, not for what the name says.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-mod-file-replace
#     description: The replace directive
# custom:
#   severity: warning
#   fix: Require a version that needs no replacement, or say in the merge request what the target is and who keeps it.
#   profiles: [baseline]
package policygate.gomod.replace_added

# What differing files were called before.
was := {file.path: old |
	some file in input.change.files
	old := {"added": file.path, "changed": file.path, "renamed": file.old_path}[file.status]
}

before contains [module.file, replace] if {
	some module in input.base.go.modules
	some replace in module.replaces
}

before contains [work.file, replace] if {
	some work in input.base.go.works
	some replace in work.replaces
}

after contains [module.file, replace] if {
	some module in input.go.modules
	some replace in module.replaces
}

after contains [work.file, replace] if {
	some work in input.go.works
	some replace in work.replaces
}

targets[key] contains target if {
	some [file, replace] in before
	key := [file, replace.old_path, replace.old_version]
	target := trim_space(concat(" ", [replace.new_path, replace.new_version]))
}

# A whole object is made once, a part of it for each key that is asked for.
known := targets

deny contains finding if {
	input.change.exists
	input.base.exists
	some [file, replace] in after
	key := [was[file], replace.old_path, replace.old_version]
	target := trim_space(concat(" ", [replace.new_path, replace.new_version]))
	not known[key][target]
	name := trim_space(concat(" ", [replace.old_path, replace.old_version]))
	earlier := concat("", [sprintf(" instead of `%s`", [concat("`, `", known[key])]) | known[key]])
	finding := {
		"message": sprintf("`%s` is now replaced by `%s`%s", [name, target, earlier]),
		"subject": sprintf("%s => %s", [name, target]),
		"at": replace.at,
		"modules": [replace.old_path],
	}
}
