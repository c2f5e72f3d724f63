# METADATA
# title: Every client may say which address it has
# description: >-
#   `set_real_ip_from` names those whose header nginx believes. When strangers are among them a client writes the
#   address that it likes into X-Forwarded-For and passes `allow`, `deny` and limits by address.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_realip_module.html#set_real_ip_from
#     description: Trusted addresses
# custom:
#   severity: error
#   security_severity: "7.5"
#   fix: >-
#     Name the addresses of the proxies in front, nothing wider, and set `real_ip_recursive on` when there are several.
#   profiles: [baseline]
package policygate.nginx.realip_trust_all

deny contains finding if {
	some trust in input.network.nginx.trusts
	trust.everyone
	trust.reachable
	not trust.header == "proxy_protocol"
	count(trust.decides) > 0
	finding := {
		"message": sprintf("anybody can pass for any address by `%s`: `%s` is trusted", [trust.header, trust.text]),
		"subject": sprintf("%s: set_real_ip_from %s", [trust.server, trust.text]),
		"at": trust.at,
		"related": trust.decides,
	}
}
