# METADATA
# title: Credentials stand in a proxy URL
# description: >-
#   The go command hides the user information of a proxy URL in its own messages only. `go env` prints it, image
#   history and job logs keep it, and every process of the job can read it.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-module-proxy-auth
#     description: Passing credentials to private proxies
# custom:
#   severity: error
#   security_severity: "7.5"
#   fix: >-
#     Take the user information out of the URL and pass it in a netrc file or through `GOAUTH`, mounted as a secret;
#     revoke the credentials if they were ever committed.
#   profiles: [baseline]
package policygate.goproxy.credentials_in_url

deny contains finding if {
	some setting in input.go.settings.GOPROXY
	some entry in setting.chain
	entry.credentials
	finding := {
		"message": sprintf("`GOPROXY` carries credentials for `%s`", [entry.host]),
		"subject": sprintf("%s: %s", [setting.scope, entry.host]),
		"at": entry.at,
	}
}
