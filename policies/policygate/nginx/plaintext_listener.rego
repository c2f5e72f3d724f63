# METADATA
# title: A site is served without TLS
# description: >-
#   Whoever is on the way reads and changes what is asked and answered. The server has a name that clients look up, or
#   the same site with TLS, and gives away more than a redirect. Where TLS ends in front of nginx, X-Forwarded-Proto or
#   a trusted proxy would say so.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/configuring_https_servers.html
#     description: HTTPS servers
#   - ref: https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return
#     description: A redirect
# custom:
#   severity: warning
#   security_severity: "5.0"
#   fix: >-
#     Listen with `ssl` and let the plain listener answer `return 301 https://$host$request_uri;`. If a proxy in front
#     speaks TLS, name it in `set_real_ip_from`.
#   profiles: [baseline]
package policygate.nginx.plaintext_listener

deny contains finding if {
	some server in input.network.nginx.servers
	not server.tls_in_front
	true in {server.tls, server.named}
	listen := server.plain[0]
	served := server.served[0]
	finding := {
		"message": sprintf("`%s` serves %s without TLS on `listen %s`", [server.name, what(served.location), listen.text]),
		"subject": sprintf("%s: listen %s", [server.name, listen.text]),
		"at": listen.at,
		"related": [{"message": "is served there", "at": served.at}],
		"assumes": [assumed |
			not server.tls
			assumed := "no proxy in front of it speaks TLS"
		],
	}
}

what("") := "files"

what(location) := sprintf("`%s`", [location]) if not location == ""
