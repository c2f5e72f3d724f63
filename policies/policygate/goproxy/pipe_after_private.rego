# METADATA
# title: A pipe after a private proxy lets requests out
# description: >-
#   After a pipe the go command goes on after any error. When the private proxy is down, or answers 403 because it
#   refuses a module, the same request goes to the outside: what was refused is fetched there, and private module names
#   that no GOPRIVATE keeps off the proxies become known.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-module-proxy-private
#     description: Private proxies with and without a fallback
#   - ref: https://go.dev/issue/37367
#     description: Why the comma is strict
# custom:
#   severity: error
#   security_severity: "6.5"
#   fix: Write a comma after the last private proxy, or end the list there.
#   profiles: [baseline]
package policygate.goproxy.pipe_after_private

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	some i, private in setting.chain
	private.role == "own"
	private.separator == "|"
	some j, outside in setting.chain
	j > i
	outside.reachable
	some mark in {outside.role, outside.kind}
	mark in {"outside", "direct"}

	# A file never stops the walk; anything else in between is judged on its own.
	between := [k | some k, entry in setting.chain; k > i; k < j; not entry.kind == "file"]
	count(between) == 0
	finding := {
		"message": sprintf(
			"the pipe after `%s` sends what it refuses or cannot answer to `%s`",
			[private.host, outside.text],
		),
		"subject": sprintf("%s: %s|%s", [setting.scope, private.text, outside.text]),
		"at": private.at,
		"related": [{"message": "asked after any error", "at": outside.at}],
		"assumes": [assumed |
			not input.config.own.stated
			assumed := sprintf("`%s` is your own proxy (`own.proxies` in policygate.yaml would say so)", [private.host])
		],
	}
}
