# METADATA
# title: A module is replaced by a local directory
# description: >-
#   A directory outside the checkout is there on one machine and not on the next, has no version and no checksum, and
#   makes every other build fail. Dependents ignore the replacement, and `go install` with a version refuses a module
#   that has one. Directories inside the checkout, as monorepos use them, are fine unless the parameter forbids them.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-mod-file-replace
#     description: The replace directive
#   - ref: https://go.dev/ref/mod#workspaces
#     description: Workspaces
# custom:
#   severity: error
#   parameters:
#     allow_inside:
#       default: true
#       description: Whether a module may be replaced by a directory of the same checkout.
#   fix: >-
#     Delete the replacement and require a tagged version; for local work list the directory in a go.work that is not
#     committed.
#   profiles: [baseline]
package policygate.gomod.replace_local

deny contains finding if {
	some module in input.go.modules
	some replace in module.replaces
	replace.local
	replace.directory == ""
	finding := {
		"message": sprintf("`%s` is replaced by `%s`, a directory outside the checkout", [replace.old_path, replace.new_path]),
		"subject": sprintf("%s => %s", [trim_space(concat(" ", [replace.old_path, replace.old_version])), replace.new_path]),
		"at": replace.target_at,
		"modules": [replace.old_path],
	}
}

deny contains finding if {
	not input.config.parameters["gomod.replace_local"].allow_inside
	some module in input.go.modules
	some replace in module.replaces
	not replace.directory == ""
	finding := {
		"message": sprintf("`%s` is replaced by `%s`, a directory of this checkout", [replace.old_path, replace.new_path]),
		"subject": sprintf("%s => %s", [trim_space(concat(" ", [replace.old_path, replace.old_version])), replace.new_path]),
		"at": replace.target_at,
		"modules": [replace.old_path],
	}
}
