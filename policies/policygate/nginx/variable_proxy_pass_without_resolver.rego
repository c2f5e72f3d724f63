# METADATA
# title: A host in a variable is looked up without a resolver
# description: >-
#   With a variable in its target nginx looks the host up for each request, through a `resolver` and not as the system
#   does. Without one it answers 502 (`no resolver defined to resolve`), unless the host is an address, an `upstream`,
#   or named elsewhere without a variable.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass
#     description: Targets with variables
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#resolver
#     description: Name servers that nginx asks
# custom:
#   severity: error
#   fix: >-
#     Set `resolver` in the server or around it, or name the host in an `upstream` and write that name in the variable.
#   profiles: [baseline]
package policygate.nginx.variable_proxy_pass_without_resolver

deny contains finding if {
	some proxy in input.network.nginx.proxies
	proxy.unresolvable
	host := {true: "its host", false: sprintf("`%s`", [proxy.host])}[proxy.host == ""]
	finding := {
		"message": sprintf("`%s` needs a `resolver` to look up %s, and there is none", [proxy.text, host]),
		"subject": sprintf("%s: %s", [trim_space(concat(" ", [proxy.server, proxy.location])), proxy.text]),
		"at": proxy.at,
		"related": proxy.evidence,
		"assumes": proxy.assumes,
	}
}
