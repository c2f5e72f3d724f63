# METADATA
# title: What is called internal is open to everybody
# description: >-
#   The path of the location says that it is internal, the server can be asked from outside, and nothing keeps strangers
#   out: no `allow` and `deny`, no password, no client certificate, no `internal`.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#internal
#     description: '`internal`'
#   - ref: https://nginx.org/en/docs/http/ngx_http_access_module.html
#     description: '`allow` and `deny`'
# custom:
#   severity: warning
#   security_severity: "6.5"
#   fix: >-
#     Write `internal;` if only nginx itself leads there, else `allow` the networks that may ask and `deny all;`. If a
#     gateway in front keeps the path back, a waiver says so.
#   profiles: [baseline]
package policygate.nginx.internal_exposed

deny contains finding if {
	some location in input.network.nginx.locations
	location.public
	location.content in {"pass", "static"}
	count(location.protected_by) == 0
	not location.undecided
	regex.match(`(^|[^a-z0-9])internal([^a-z0-9]|$)`, lower(location.pattern))
	finding := {
		"message": sprintf("`location %s` is open to everybody", [location.location]),
		"subject": sprintf("%s: location %s", [location.server, location.location]),
		"at": location.at,
	}
}
