# METADATA
# title: An unquoted pipe loses GOPROXY
# description: >-
#   To the shell an unquoted `|` is a pipeline. The assignment runs in a subshell and is gone when it ends, and what
#   follows is run as a command, which is not found. The go command then uses whatever it used before, as a rule Go's
#   default proxy.
# related_resources:
#   - ref: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_02
#     description: Pipelines in the POSIX shell
# custom:
#   severity: error
#   fix: "Put the value into single quotes: `export GOPROXY='https://a|https://b'`."
#   profiles: [baseline]
package policygate.goproxy.unquoted_pipe

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	setting.lost == "pipeline"
	finding := {
		"message": "an unquoted `|` makes this a pipeline, so `GOPROXY` is never set",
		"subject": sprintf("%s: %s", [setting.scope, setting.value]),
		"at": setting.at,
	}
}
