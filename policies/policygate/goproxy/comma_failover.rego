# METADATA
# title: A comma between mirrors does not fail over
# description: >-
#   After a comma the go command goes on to the next proxy only when the answer is 404 or 410. A 5xx, a 403, a refused
#   connection or a TLS error stops the build, although a mirror that could have answered follows in the list.
# related_resources:
#   - ref: https://go.dev/ref/mod#goproxy-protocol
#     description: How the go command walks the GOPROXY list
# custom:
#   severity: warning
#   fix: >-
#     Write `|` between mirrors of the same kind and quote the value for the shell (`'https://a|https://b'`), or keep
#     one of them.
#   profiles: [baseline]
package policygate.goproxy.comma_failover

# Proxies that are nobody's own, whatever policygate.yaml leaves unsaid.
public_mirrors := {"default", "goproxy.cn", "goproxy.io"}

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	commas := [i |
		some i, entry in setting.chain
		entry.role in {"own", "outside"}
		entry.separator == ","
		mirror := setting.chain[i + 1]
		mirror.reachable
		mirror.role == entry.role
		not mirror.host == entry.host
	]
	first := setting.chain[commas[0]]
	next := setting.chain[commas[0] + 1]
	finding := {
		"message": sprintf("a comma after `%s` does not fail over to `%s`", [first.host, next.host]),
		"subject": sprintf("%s: %s,%s", [setting.scope, first.text, next.text]),
		"at": first.at,
		"related": [{
			"message": sprintf("not asked when `%s` fails, only when it answers 404 or 410", [first.host]),
			"at": next.at,
		}],
		"assumes": [assumed |
			not input.config.own.stated
			count({first.host, next.host} - public_mirrors) > 0
			assumed := sprintf(
				"`%s` and `%s` are mirrors of each other (`own.proxies` in policygate.yaml would say so)",
				[first.host, next.host],
			)
		],
	}
}
