# METADATA
# title: The list of module proxies changed
# description: >-
#   GOPROXY decides who learns which modules are used and who serves them, and its separators decide what happens when
#   one of the proxies fails. A change to it is a change of whom the build trusts, and easy to overlook in a pipeline.
# related_resources:
#   - ref: https://go.dev/ref/mod#goproxy-protocol
#     description: How the go command walks the GOPROXY list
#   - ref: https://go.dev/ref/mod#environment-variables
#     description: What GOPROXY may hold
# custom:
#   severity: warning
#   fix: Say in the merge request why the list changes, or put the old one back.
#   profiles: [baseline]
package policygate.goproxy.chain_changed

# What differing files were called before.
was := {file.path: old |
	some file in input.change.files
	old := {"changed": file.path, "renamed": file.old_path}[file.status]
}

# By file of the base and scope; spaces and credentials are no part of the list.
lists_before[key] contains list if {
	some setting in input.base.go.settings.GOPROXY
	setting.lost == ""
	key := [setting.at.path, setting.scope]
	list := concat("", [concat("", [entry.text, entry.separator]) | some entry in setting.chain])
}

lists_after[key] contains list if {
	some [key, list, _] in lists
}

lists contains [key, list, setting] if {
	some setting in input.go.settings.GOPROXY
	setting.lost == ""
	key := [was[setting.at.path], setting.scope]
	list := concat("", [concat("", [entry.text, entry.separator]) | some entry in setting.chain])
}

# A whole object is made once, a part of it for each key that is asked for.
before := lists_before

after := lists_after

deny contains finding if {
	input.change.exists
	some [key, list, setting] in lists
	not before[key][list]
	gone := before[key] - after[key]
	earlier := [some_or_all | some some_or_all in [gone, before[key]]; count(some_or_all) > 0]
	finding := {
		"message": sprintf("`GOPROXY` of `%s` goes from `%s` to `%s`", [setting.scope, concat("` or `", earlier[0]), list]),
		"subject": sprintf("%s: %s", [setting.scope, list]),
		"at": setting.at,
	}
}
