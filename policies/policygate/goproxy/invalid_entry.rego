# METADATA
# title: An invalid entry breaks every lookup
# description: >-
#   The go command checks the GOPROXY list before it asks anybody. One element that it refuses, or a list of separators
#   only, and every lookup fails, whatever else the list holds.
# related_resources:
#   - ref: https://go.dev/ref/mod#environment-variables
#     description: What GOPROXY may hold
# custom:
#   severity: error
#   fix: >-
#     Write a whole URL (`https://host/path`, `file:///path`) or a keyword in lower case (`direct`, `off`), separated
#     by commas or pipes.
#   profiles: [baseline]
package policygate.goproxy.invalid_entry

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	some entry in setting.chain
	entry.reachable
	not entry.problem == ""
	finding := {
		"message": sprintf("every lookup fails, because go refuses `%s`: %s", [entry.text, entry.problem]),
		"subject": sprintf("%s: %s", [setting.scope, entry.text]),
		"at": entry.at,
	}
}
