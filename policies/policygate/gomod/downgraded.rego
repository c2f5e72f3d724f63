# METADATA
# title: A requirement goes back to a lower version
# description: >-
#   A lower version brings back what was mended since: defects and vulnerabilities. It happens on purpose, when a new
#   version turned out to be bad, and by accident, when a merge conflict is settled the wrong way. The build may still
#   use the higher version, if another module asks for it.
# related_resources:
#   - ref: https://go.dev/ref/mod#versions
#     description: How versions are ordered
#   - ref: https://go.dev/ref/mod#minimal-version-selection
#     description: Which version a build uses
# custom:
#   severity: warning
#   fix: Require the version that the target branch has, or say in the merge request why it is left.
#   profiles: [baseline]
package policygate.gomod.downgraded

deny contains finding if {
	input.change.exists
	some lower in input.change.downgrades
	finding := {
		"message": sprintf("`%s` goes down from `%s` to `%s`", [lower.module, lower.before, lower.after]),
		"subject": sprintf("%s %s", [lower.module, lower.after]),
		"at": lower.at,
		"modules": [lower.module],
	}
}
