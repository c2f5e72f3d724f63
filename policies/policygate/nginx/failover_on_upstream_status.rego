# METADATA
# title: An `if` on the upstream's status never holds
# description: >-
#   Nginx decides an `if` while it rewrites the request, before anything was handed over: `$upstream_status` and its
#   like are empty then, also through a `map`. The branch is never taken and clients get the failure, although `nginx
#   -t` is content.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#variables
#     description: When the variables of an upstream have a value
#   - ref: https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#if
#     description: When an `if` is decided
# custom:
#   severity: error
#   fix: >-
#     Put a second server with `backup` into an `upstream` and name the statuses in `proxy_next_upstream`, or set
#     `proxy_intercept_errors on` and `error_page 502 503 504 = @fallback`.
#   profiles: [baseline]
package policygate.nginx.failover_on_upstream_status

# What nginx sets once something was handed over, or how such names begin; one's own may be called `$upstream_name`.
only_afterwards := {
	"upstream_addr",
	"upstream_bytes_received",
	"upstream_bytes_sent",
	"upstream_cache_status",
	"upstream_connect_time",
	"upstream_cookie_",
	"upstream_header_time",
	"upstream_http_",
	"upstream_response_length",
	"upstream_response_time",
	"upstream_status",
	"upstream_trailer_",
}

deny contains finding if {
	some condition in input.network.nginx.conditions
	condition.before_upstream
	empty := [variable |
		some variable in condition.variables
		some known in only_afterwards
		startswith(variable, known)
		true in {variable == known, endswith(known, "_")}
	]
	where := trim_space(concat(" ", [condition.server, condition.location]))
	finding := {
		"message": sprintf("`$%s` is empty when `if (%s)` is decided", [empty[0], condition.text]),
		"subject": sprintf("%s: if (%s)", [where, condition.text]),
		"at": condition.at,
	}
}
