# METADATA
# title: A hash in go.sum changed for the same version
# description: >-
#   A version of a module has one content for ever, so its hash has no reason to change: a tag was moved, a mirror
#   altered, or a line edited so that altered content is accepted. Of two lines for one version the first one decides.
#   The checksum database objects only where it is asked, which is not the case for private modules.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-sum-files
#     description: go.sum files
#   - ref: https://go.dev/ref/mod#authenticating
#     description: Authenticating modules
# custom:
#   severity: error
#   security_severity: "8.1"
#   fix: >-
#     Put the old line back. If the build fails then, find out who serves other content under this version, and ask for
#     a new version of the module.
#   profiles: [baseline]
package policygate.gosum.hash_changed

deny contains finding if {
	input.change.exists
	some sum in input.change.sums
	file := concat("", ["/go.mod" | sum.go_mod])
	name := sprintf("%s %s%s", [sum.module, sum.version, file])
	finding := {
		"message": sprintf("the hash of `%s` goes from `%s` to `%s`", [name, sum.before, sum.after]),
		"subject": sprintf("%s: %s", [name, sum.after]),
		"at": sum.at,
		"modules": [sum.module],
	}
}
