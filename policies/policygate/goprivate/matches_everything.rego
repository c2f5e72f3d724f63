# METADATA
# title: A private pattern matches every module
# description: >-
#   A pattern that matches everything takes public modules out of the checksum database as well, so a new one is
#   accepted unverified, just as with GOSUMDB=off. Through GOPRIVATE it takes them past every proxy, too.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-modules
#     description: Private modules
#   - ref: https://go.dev/ref/mod#checksum-database
#     description: The checksum database
# custom:
#   severity: error
#   security_severity: "7.0"
#   fix: List the prefixes of your own modules instead, such as `GOPRIVATE=git.acme.example`.
#   profiles: [baseline]
package policygate.goprivate.matches_everything

settings contains ["GOPRIVATE", setting] if some setting in input.go.settings.GOPRIVATE

settings contains ["GONOSUMDB", setting] if some setting in input.go.settings.GONOSUMDB

deny contains finding if {
	some [name, setting] in settings
	setting.lost == ""
	some pattern in setting.patterns
	pattern.everything
	finding := {
		"message": sprintf("`%s` in `%s` matches every module", [pattern.text, name]),
		"subject": sprintf("%s: %s %s", [setting.scope, name, pattern.text]),
		"at": pattern.at,
	}
}
