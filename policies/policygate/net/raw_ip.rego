# METADATA
# title: A bare IP address in a protected environment
# description: >-
#   An address goes on pointing at whatever machine gets it next. No certificate names it, no failover moves it, and nobody who
#   reads the file sees what it is for. Asked about is what protected environments of policygate.yaml have or are reached by;
#   loopback, addresses to listen on, and the metadata address of clouds, which have no name, are left out.
# related_resources:
#   - ref: https://www.rfc-editor.org/rfc/rfc1900
#     description: Renumbering needs names instead of addresses
#   - ref: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
#     description: Names of services and pods
# custom:
#   severity: warning
#   parameters:
#     allow:
#       default: ["0.0.0.0", "::", "169.254.169.254", "fd00:ec2::254"]
#       description: Addresses that may be written, as they have no name.
#   fix: Give the machine a name and write that, or list its address in `allow`.
#   profiles: [baseline]
package policygate.net.raw_ip

deny contains finding if {
	some endpoint in input.network.endpoints
	some host in endpoint.hosts
	host.literal_ip

	# What stands behind another name is not written there.
	contains(endpoint.text, host.name)
	not host.host_class == "loopback"
	not host.name in input.config.parameters["net.raw_ip"].allow
	protected := array.concat(
		[host.environment | host.protected],
		[endpoint.environment | endpoint.protected],
	)
	finding := {
		"message": sprintf("%s names `%s` by its address, in the protected environment `%s`", [
			whose(endpoint.key, endpoint.service),
			address(host.name, host.port),
			protected[0],
		]),
		"subject": subject([endpoint.service, endpoint.scope, endpoint.key, address(host.name, host.port)]),
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
