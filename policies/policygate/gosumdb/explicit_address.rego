# METADATA
# title: The checksum database is asked at an address of its own
# description: >-
#   With an address in its second field GOSUMDB names the only place where the database is asked: no proxy of GOPROXY
#   passes lookups on any more, and when that address is down every new module fails. The first field is still the
#   database whose signature counts. Mirrors that articles put there are proxies, which pass lookups on without it.
# related_resources:
#   - ref: https://go.dev/ref/mod#checksum-database
#     description: How the go command finds the checksum database
# custom:
#   severity: warning
#   fix: >-
#     Write the name of the database alone, or delete the setting: the proxies of `GOPROXY` are then asked to pass
#     lookups on.
#   profiles: [baseline]
package policygate.gosumdb.explicit_address

deny contains finding if {
	some setting in input.go.settings.GOSUMDB
	setting.lost == ""
	setting.problem == ""
	setting.url != ""
	setting.role != "own"
	finding := {
		"message": sprintf("checksums are looked up at `%s` alone, never through the proxies", [setting.url]),
		"subject": sprintf("%s: %s", [setting.scope, setting.url]),
		"at": setting.at,
	}
}
