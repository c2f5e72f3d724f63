# METADATA
# title: Requests leave for another network without TLS
# description: >-
#   The target is no host of this machine, cluster or private network, and what nginx sends there, credentials and
#   cookies included, can be read and changed on the way.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ssl_verify
#     description: TLS towards an upstream
# custom:
#   severity: warning
#   security_severity: "5.5"
#   fix: >-
#     Write `https://` and set `proxy_ssl_verify on` with `proxy_ssl_trusted_certificate` and `proxy_ssl_server_name
#     on`; without these nginx accepts any certificate.
#   profiles: [baseline]
package policygate.nginx.plaintext_upstream

deny contains finding if {
	some proxy in input.network.nginx.proxies
	proxy.scheme in {"http", "grpc"}
	proxy.host_class == "external"
	finding := {
		"message": sprintf("`%s` goes to `%s` without TLS", [proxy.text, proxy.host]),
		"subject": sprintf("%s: %s", [trim_space(concat(" ", [proxy.server, proxy.location])), proxy.text]),
		"at": proxy.at,
		"related": proxy.evidence,
	}
}
