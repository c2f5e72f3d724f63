# METADATA
# title: Vendored files changed without modules.txt
# description: >-
#   `go mod vendor` copies exactly what go.mod asks for and writes down in modules.txt which packages of which versions
#   those are. The go command compares the list with go.mod and never the files with go.sum, so an edited file is built
#   as if the module had been published with it. A change to files alone is an edit by hand, or hides one.
# related_resources:
#   - ref: https://go.dev/ref/mod#vendoring
#     description: Vendoring
#   - ref: https://go.dev/ref/mod#go-mod-vendor
#     description: go mod vendor
# custom:
#   severity: error
#   security_severity: "7.8"
#   fix: >-
#     Run `go mod vendor` (`go work vendor` in a workspace), which puts the published files back. For a patch, replace
#     the module by a fork.
#   profiles: [baseline]
package policygate.govendor.changed_alone

paths contains file.path if some file in input.change.files

paths contains file.old_path if {
	some file in input.change.files
	file.status == "renamed"
}

# By each directory of the name `vendor` that holds it.
below[directory] contains path if {
	some path in paths
	elements := split(path, "/")
	some i, "vendor" in elements
	directory := concat("/", array.slice(elements, 0, i + 1))
}

lists contains vendor.file if {
	some vendor in input.go.vendors
	vendor.exists
}

deny contains finding if {
	input.change.exists
	some directory, changed in below
	file := sprintf("%s/modules.txt", [directory])
	file in lists
	not file in changed
	start := {"line": 1, "column": 1}
	finding := {
		"message": sprintf("files below `%s` changed, such as `%s`, and modules.txt did not", [directory, min(changed)]),
		"subject": directory,
		"at": {"path": file, "start": start, "end": start, "origin": "absent"},
		"evidence": [path | some path in changed],
	}
}
