# METADATA
# title: A file of one environment names a host of another
# description: >-
#   A service that is deployed to staging and talks to production changes real data in a test; the other way round an
#   outage of a test system takes production along. Both sides must be known: the file by the paths, namespaces or
#   services of policygate.yaml, the host by its patterns. Hosts that it calls shared, and loopback, belong to everybody.
# related_resources:
#   - ref: https://12factor.net/config
#     description: Configuration is what differs between deploys
#   - ref: https://csrc.nist.gov/pubs/sp/800/207/final
#     description: No implicit trust between networks
# custom:
#   severity: error
#   security_severity: "6.5"
#   fix: >-
#     Name the host of the same environment, or list it under `network.shared` in policygate.yaml where every environment
#     may use it.
#   profiles: [baseline]
package policygate.net.cross_environment

deny contains finding if {
	some endpoint in input.network.endpoints
	not endpoint.environment == ""
	some host in endpoint.hosts
	not host.environment in {"", endpoint.environment}
	not host.shared
	not host.host_class == "loopback"
	finding := {
		"message": sprintf("%s belongs to the environment `%s` and leads to `%s` of `%s`", [
			whose(endpoint.key, endpoint.service),
			endpoint.environment,
			address(host.name, host.port),
			host.environment,
		]),
		"subject": subject([
			sprintf("%s to %s", [endpoint.environment, host.environment]),
			endpoint.service,
			endpoint.scope,
			endpoint.key,
			address(host.name, host.port),
		]),
		"at": endpoint.at,
		"related": array.concat(host.evidence, endpoint.evidence),
	}
}

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
