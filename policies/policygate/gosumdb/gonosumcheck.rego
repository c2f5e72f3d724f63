# METADATA
# title: GONOSUMCHECK does nothing
# description: >-
#   The go command does not read GONOSUMCHECK. The line switches nothing off; it only misleads those who read it.
# related_resources:
#   - ref: https://go.dev/ref/mod#environment-variables
#     description: The variables that the go command reads
# custom:
#   severity: note
#   fix: >-
#     Delete the line; list the prefixes of private modules in `GONOSUMDB` if the checksum database must not be asked
#     for them.
#   profiles: [baseline]
package policygate.gosumdb.gonosumcheck

deny contains finding if {
	some setting in input.go.settings.GONOSUMCHECK
	finding := {
		"message": "`GONOSUMCHECK` is read by nothing",
		"subject": setting.scope,
		"at": setting.at,
	}
}
