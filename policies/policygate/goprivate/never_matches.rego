# METADATA
# title: A private pattern matches no module
# description: >-
#   The patterns of GOPRIVATE, GONOPROXY, GONOSUMDB and GOINSECURE are compared with module paths, element by element,
#   blanks and quotes included. A pattern that fits no path is ignored without a word, and what it was meant to protect
#   goes to the public proxy and checksum database.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-modules
#     description: Private modules
#   - ref: https://pkg.go.dev/golang.org/x/mod/module#MatchPrefixPatterns
#     description: How patterns are matched
# custom:
#   severity: error
#   fix: >-
#     Write plain path prefixes such as `git.acme.example,*.corp.example`, separated by commas without blanks, with no
#     scheme, port or quotes.
#   profiles: [baseline]
package policygate.goprivate.never_matches

settings contains ["GOPRIVATE", setting] if some setting in input.go.settings.GOPRIVATE

settings contains ["GONOPROXY", setting] if some setting in input.go.settings.GONOPROXY

settings contains ["GONOSUMDB", setting] if some setting in input.go.settings.GONOSUMDB

settings contains ["GOINSECURE", setting] if some setting in input.go.settings.GOINSECURE

deny contains finding if {
	some [name, setting] in settings
	setting.lost == ""
	some pattern in setting.patterns
	not pattern.never == ""
	finding := {
		"message": sprintf("`%s` in `%s` matches no module: %s", [pattern.text, name, pattern.never]),
		"subject": sprintf("%s: %s %s", [setting.scope, name, pattern.text]),
		"at": pattern.at,
	}
}
