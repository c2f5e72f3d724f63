# METADATA
# title: go.sum has two hashes for one module
# description: >-
#   A version of a module has one content, so one of the two hashes is wrong: a tag was moved, a mirror altered, or a line
#   edited by hand. Within one file the order decides: with the wrong hash first every build fails, with the right one
#   first nobody notices that both are accepted. Between the go.sum files of one workspace the build fails.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-sum-files
#     description: go.sum files
#   - ref: https://go.dev/ref/mod#workspaces
#     description: Workspaces
# custom:
#   severity: error
#   security_severity: "6.5"
#   fix: >-
#     Find out which hash is right (`go mod download -json` with an empty GOMODCACHE, through the checksum database) and
#     delete the other line.
#   profiles: [baseline]
package policygate.gosum.conflicting

deny contains finding if {
	some conflict in input.go.sum_conflicts
	conflict.same_file
	finding := {
		"message": sprintf("`%s %s` has another hash further up", [conflict.module, conflict.version]),
		"subject": sprintf("%s %s: %s", [conflict.module, conflict.version, conflict.second]),
		"at": conflict.at,
		"modules": [conflict.module],
		"evidence": [conflict.first],
		"related": [{"message": "this one comes first", "at": conflict.first_at}],
	}
}

deny contains finding if {
	some conflict in input.go.sum_conflicts
	not conflict.same_file
	finding := {
		"message": sprintf("`%s %s` has another hash in `%s`", [conflict.module, conflict.version, conflict.first_at.path]),
		"subject": sprintf("%s %s: %s", [conflict.module, conflict.version, conflict.second]),
		"at": conflict.at,
		"modules": [conflict.module],
		"evidence": [conflict.first],
		"related": [{"message": "in the same workspace", "at": conflict.first_at}],
	}
}
