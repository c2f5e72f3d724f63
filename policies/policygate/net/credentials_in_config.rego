# METADATA
# title: A password stands beside an address
# description: >-
#   A password in a file is known to everybody who can read the repository, its forks, its backups and the logs of its jobs, and
#   stays in the history after it is deleted. Passwords that come from a variable, a secret or a file are none. One for a
#   container of the same compose file or for loopback opens nothing that others reach, and is left alone unless the
#   parameter asks for it.
# related_resources:
#   - ref: https://cwe.mitre.org/data/definitions/260.html
#     description: "CWE-260: password in a configuration file"
#   - ref: https://12factor.net/config
#     description: Configuration belongs into the environment
# custom:
#   severity: error
#   security_severity: "7.5"
#   parameters:
#     local:
#       default: false
#       description: Whether passwords for loopback and for containers of the same compose file count, too.
#   fix: >-
#     Take the password out and pass it as a secret (a masked variable, `secretKeyRef`, a mounted file); change it on the
#     server, as it is in the history.
#   profiles: [baseline]
package policygate.net.credentials_in_config

deny contains finding if {
	some endpoint in input.network.endpoints
	endpoint.credentials
	not harmless(endpoint.local)
	addresses := [shown | some host in endpoint.hosts; shown := address(host.name, host.port)]
	finding := {
		"message": sprintf("%s holds a password%s", [
			whose(endpoint.key, endpoint.service),
			concat("", [sprintf(" for %s", [listed(addresses)]) | count(addresses) > 0]),
		]),
		"subject": subject([endpoint.service, endpoint.scope, endpoint.key, concat(",", addresses)]),
		"at": endpoint.at,
	}
}

harmless(true) if not input.config.parameters["net.credentials_in_config"].local

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])

listed(names) := concat("", [shown, more]) if {
	shown := concat(", ", [sprintf("`%s`", [name]) | some name in array.slice(names, 0, 3)])
	rest := [sprintf(" and %d more", [count(names) - 3]) | count(names) > 3]
	more := concat("", rest)
}
