# METADATA
# title: An added line holds a password
# description: >-
#   A connection string with a password in a program is known to everybody who can read the repository or the binary, and stays
#   in the history. Only the lines that a merge request adds are looked at, in files that are no configuration; tests and
#   documents are left out, and so are addresses of the own machine.
# related_resources:
#   - ref: https://cwe.mitre.org/data/definitions/798.html
#     description: "CWE-798: hard-coded credentials"
# custom:
#   severity: error
#   security_severity: "7.5"
#   fix: Take the password from a secret when the program starts; change it on the server, as it is in the history.
#   profiles: [baseline]
package policygate.net.credentials_in_source

deny contains finding if {
	some endpoint in input.change.endpoints
	endpoint.credentials
	not endpoint.local
	finding := {
		"message": sprintf("an added line holds the password of `%s`", [endpoint.text]),
		"subject": endpoint.text,
		"at": endpoint.at,
	}
}
