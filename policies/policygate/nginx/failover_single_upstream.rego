# METADATA
# title: A fail-over to the next upstream has nobody to go to
# description: >-
#   `proxy_next_upstream` asks another server of the same upstream. With one server, or with one try, the first failure
#   is what the client gets, whatever statuses are named. A static `error_page` tells of the failure but is
#   no fail-over.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream
#     description: What is asked next, and when
#   - ref: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server
#     description: Servers of an upstream, `backup` among them
# custom:
#   severity: error
#   fix: >-
#     Name an `upstream` with a second server (`backup` for one that is asked only then), or set `proxy_intercept_errors
#     on` and `error_page 502 503 504 = @fallback` with a location that asks somebody else.
#   profiles: [baseline]
package policygate.nginx.failover_single_upstream

deny contains finding if {
	some failover in input.network.nginx.failovers
	reasons := [reason |
		some [holds, reason] in [
			[failover.peers == 1, sprintf("%s is one server", [concat(", ", [sprintf("`%s`", [target]) |
				some target in failover.targets
			])])],
			[failover.tries == 1, "one try is allowed"],
		]
		holds
	]
	count(failover.uncaught) > 0
	finding := {
		"message": sprintf("`%s` has nobody to go to: %s", [failover.text, reasons[0]]),
		"subject": sprintf("%s: %s", [failover.scope, failover.text]),
		"at": failover.at,
		"related": failover.evidence,
		"assumes": [assumed |
			some assumed in failover.assumes
			not failover.tries == 1
		],
	}
}
