# METADATA
# title: An empty value does not switch the proxy off
# description: >-
#   The go command takes an empty environment variable for one that is not set, so Go's default proxy and checksum
#   database are used. An empty line in a go/env file is different: it hides the default, and every download fails.
# related_resources:
#   - ref: https://go.dev/ref/mod#environment-variables
#     description: Environment variables of the go command and their defaults
# custom:
#   severity: error
#   fix: >-
#     Write the value that is meant (a proxy, `direct`, `off`), or delete the setting. Give a build argument its
#     value: `ARG GOPROXY=https://...`.
#   profiles: [baseline]
package policygate.goproxy.empty_means_default

settings contains ["GOPROXY", setting] if some setting in input.go.settings.GOPROXY

settings contains ["GOSUMDB", setting] if some setting in input.go.settings.GOSUMDB

service := {"GOPROXY": "proxy", "GOSUMDB": "checksum database"}

go_env_file := `(^|/)(go\.env|go/env)$`

deny contains finding if {
	some [name, setting] in settings
	setting.empty
	setting.lost == ""
	not regex.match(go_env_file, setting.at.path)
	finding := {
		"message": sprintf("empty `%s` is the same as unset: Go's default %s is used", [name, service[name]]),
		"subject": sprintf("%s: empty %s", [setting.scope, name]),
		"at": setting.at,
		"assumes": [assumed |
			startswith(setting.condition, "unless ")
			assumed := sprintf("it is not the case that %s", [trim_prefix(setting.condition, "unless ")])
		],
	}
}

deny contains finding if {
	some [name, setting] in settings
	setting.empty
	setting.lost == ""
	regex.match(go_env_file, setting.at.path)
	finding := {
		"message": sprintf("the empty `%s` line hides Go's default, so every download fails", [name]),
		"subject": sprintf("%s: empty %s", [setting.scope, name]),
		"at": setting.at,
	}
}
