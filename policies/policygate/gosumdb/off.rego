# METADATA
# title: The checksum database is switched off
# description: >-
#   With GOSUMDB=off the go command accepts a module that go.sum does not hold yet without any check, and writes its
#   hash to go.sum as if it were right; toolchain downloads fail. A bare `off` in YAML is a boolean: the job then sees
#   `false`, which is no database, and every new module fails.
# related_resources:
#   - ref: https://go.dev/ref/mod#checksum-database
#     description: The checksum database
#   - ref: https://go.dev/ref/mod#private-module-privacy
#     description: Keeping private modules away from it
# custom:
#   severity: error
#   security_severity: "7.4"
#   fix: >-
#     Delete the setting, and list the prefixes of private modules in `GOPRIVATE`, or in `GONOSUMDB` where a proxy
#     serves them.
#   profiles: [baseline]
package policygate.gosumdb.off

deny contains finding if {
	some setting in input.go.settings.GOSUMDB
	setting.off
	setting.lost == ""
	finding := {
		"message": "`GOSUMDB` is off: new modules are accepted unverified",
		"subject": sprintf("%s: off", [setting.scope]),
		"at": setting.at,
	}
}

deny contains finding if {
	some setting in input.go.settings.GOSUMDB
	setting.value in {"false", "true"}
	setting.lost == ""
	regex.match(`\.ya?ml$`, setting.at.path)
	finding := {
		"message": sprintf("`GOSUMDB` arrives as `%s`: a bare `off` or `on` is a boolean in YAML", [setting.value]),
		"subject": sprintf("%s: %s", [setting.scope, setting.value]),
		"at": setting.at,
	}
}
