# METADATA
# title: A regular expression answers for a protected location
# description: >-
#   A location with a regular expression goes before one with a prefix, however long that is. Paths of the protected
#   location that it matches, too, are answered without `allow`, `deny`, password or `internal`: anybody gets them by
#   the right ending.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#location
#     description: Which location is chosen
# custom:
#   severity: error
#   security_severity: "8.0"
#   fix: >-
#     Write `^~` before the prefix of the protected location, so that regular expressions are not looked at, and repeat
#     inside of it what they are needed for.
#   profiles: [baseline]
package policygate.nginx.internal_shadowed

deny contains finding if {
	some shadow in input.network.nginx.shadows
	finding := {
		"message": sprintf("`location %s` answers `%s` without the `%s` of `location %s`", [
			shadow.by,
			shadow.path,
			concat("`, `", shadow.protected_by),
			shadow.location,
		]),
		"subject": sprintf("%s: location %s answers for location %s", [shadow.server, shadow.by, shadow.location]),
		"at": shadow.at,
		"related": [{"message": "this location answers, for everybody", "at": shadow.by_at}],
	}
}
