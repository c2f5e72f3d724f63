# METADATA
# title: Nothing after direct or off is read
# description: >-
#   `direct` and `off` end the GOPROXY list: the go command never reads what follows, not even to see whether it is
#   valid. A proxy that stands there is not used.
# related_resources:
#   - ref: https://go.dev/ref/mod#goproxy-protocol
#     description: How the go command walks the GOPROXY list
# custom:
#   severity: warning
#   fix: Move the entry in front of `direct` or `off`, or delete it.
#   profiles: [baseline]
package policygate.goproxy.unreachable_entry

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	some i, end in setting.chain
	end.reachable
	end.kind in {"direct", "off"}
	lost := setting.chain[i + 1]
	finding := {
		"message": sprintf("`%s` after `%s` is never read", [lost.text, end.text]),
		"subject": sprintf("%s: %s after %s", [setting.scope, lost.text, end.text]),
		"at": lost.at,
		"related": [{"message": "the list ends here", "at": end.at}],
	}
}
