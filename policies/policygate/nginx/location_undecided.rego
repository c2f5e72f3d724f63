# METADATA
# title: The gate cannot tell who answers for a protected location
# description: >-
#   A location with a regular expression may go before a protected one: its pattern says what only PCRE can decide, such
#   as a look-ahead, or it keeps people out by a condition that the gate cannot judge. Whether strangers get paths of the
#   protected location is for people to find out.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#location
#     description: Which location is chosen
# custom:
#   severity: note
#   fix: >-
#     Write `^~` before the prefix of the protected location, so that no regular expression can answer for it.
#   profiles: [baseline]
package policygate.nginx.location_undecided

deny contains finding if {
	some case in input.network.nginx.undecided
	finding := {
		"message": sprintf("`location %s` may answer for `location %s`, which is protected", [case.by, case.location]),
		"subject": sprintf("%s: location %s may answer for location %s", [case.server, case.by, case.location]),
		"at": case.at,
		"related": [{"message": "whether this one answers, or whom it keeps out, is not known", "at": case.by_at}],
	}
}
