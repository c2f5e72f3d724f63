# METADATA
# title: The go command refuses this checksum database
# description: >-
#   GOSUMDB is `off`, or the name of a database that go knows, or a name with its key, each but `off` with an optional
#   address. Anything else fails for every module that go.sum does not hold yet, after it was downloaded.
# related_resources:
#   - ref: https://go.dev/ref/mod#checksum-database
#     description: What GOSUMDB may hold
# custom:
#   severity: error
#   fix: Delete the setting, or write the name of the database that your proxy's documentation gives, with its key.
#   profiles: [baseline]
package policygate.gosumdb.invalid

deny contains finding if {
	some setting in input.go.settings.GOSUMDB
	setting.lost == ""
	setting.problem != ""

	# A boolean of YAML is the business of gosumdb.off.
	not setting.value in {"false", "true"}
	finding := {
		"message": sprintf("the go command refuses `%s`: %s", [setting.value, setting.problem]),
		"subject": sprintf("%s: %s", [setting.scope, setting.value]),
		"at": setting.at,
	}
}
