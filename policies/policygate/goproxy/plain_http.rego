# METADATA
# title: A proxy is asked without TLS
# description: >-
#   Everybody on the way to an `http://` proxy reads which modules are used, can hide new versions, and can change any
#   module that neither go.sum nor the checksum database vouches for. The go command uses such a proxy without a
#   warning, and refuses to send credentials to it.
# related_resources:
#   - ref: https://go.dev/ref/mod#environment-variables
#     description: What GOPROXY may hold
# custom:
#   severity: warning
#   security_severity: "5.9"
#   fix: Serve the proxy over TLS and write `https://`.
#   profiles: [baseline]
package policygate.goproxy.plain_http

loopback := `^(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?$`

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	some entry in setting.chain
	entry.reachable
	entry.plain_http
	not regex.match(loopback, lower(entry.host))
	finding := {
		"message": sprintf("`%s` is asked without TLS", [entry.host]),
		"subject": sprintf("%s: %s", [setting.scope, entry.text]),
		"at": entry.at,
	}
}
