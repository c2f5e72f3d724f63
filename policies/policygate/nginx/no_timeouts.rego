# METADATA
# title: Nobody has said how long nginx waits for an upstream
# description: >-
#   Without time-outs of its own nginx waits sixty seconds for a connection and sixty more between two reads. A slow
#   upstream holds connections and clients that long, and a fail-over starts only then.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout
#     description: '`proxy_connect_timeout`'
#   - ref: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout
#     description: '`proxy_read_timeout`'
# custom:
#   severity: note
#   fix: >-
#     Set `proxy_connect_timeout` and `proxy_read_timeout` to what the service promises its callers, in the server or
#     around it.
#   profiles: [baseline]
package policygate.nginx.no_timeouts

deny contains finding if {
	some server in input.network.nginx.servers
	first := server.untimed[0]
	more := count(server.untimed) - 1
	others := {true: "", false: sprintf(" and %d more", [more])}[more == 0]
	finding := {
		"message": sprintf("no time-out is set for `%s` in `location %s`%s", [first.text, first.location, others]),
		"subject": server.name,
		"at": first.at,
	}
}
