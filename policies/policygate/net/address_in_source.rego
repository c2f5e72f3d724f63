# METADATA
# title: An added line names a protected host
# description: >-
#   An address of a protected environment that stands in a program goes with it wherever it runs, into tests and other
#   environments, and no configuration, catalog or policy knows of it. Only the lines that a merge request adds are looked at,
#   in files that are no configuration; tests and documents are left out.
# related_resources:
#   - ref: https://12factor.net/config
#     description: Configuration belongs into the environment
# custom:
#   severity: warning
#   fix: Take the address from the configuration of the service, and declare it there.
#   profiles: [baseline]
package policygate.net.address_in_source

deny contains finding if {
	some endpoint in input.change.endpoints
	some host in endpoint.hosts
	host.protected
	not host.shared
	finding := {
		"message": sprintf("an added line names `%s`, a host of the protected environment `%s`", [
			host.name,
			host.environment,
		]),
		"subject": endpoint.text,
		"at": endpoint.at,
		"related": host.evidence,
	}
}
