# METADATA
# title: A host that nobody has declared
# description: >-
#   Where policygate.yaml says which hosts make up the network, one that it does not know is a typing mistake, a system that
#   nobody looks after, or a way out for data. Environments, services, datastores, `shared`, `internal` and `egress` declare
#   hosts. Names without a dot, variables, loopback, link-local addresses and services of the same cluster or compose file are not asked about,
#   as only the place where they run says what they are.
# related_resources:
#   - ref: https://csrc.nist.gov/pubs/sp/800/207/final
#     description: Only what is known is trusted
#   - ref: https://attack.mitre.org/tactics/TA0010/
#     description: How data leaves
# custom:
#   severity: warning
#   fix: >-
#     Correct the name, or declare the host in policygate.yaml on the target branch: under `network.egress` when it is outside,
#     else under `network.internal`, an environment, a service or a datastore.
#   profiles: [baseline]
package policygate.net.unknown_host

deny contains finding if {
	input.config.network.stated
	some endpoint in input.network.endpoints
	not endpoint.local
	some host in endpoint.hosts
	not host.allowed
	host.service == ""
	where := place(host.host_class, host.name)
	finding := {
		"message": sprintf("%s leads to `%s`, %s that policygate.yaml does not declare", [
			whose(endpoint.key, endpoint.service),
			address(host.name, host.port),
			where,
		]),
		"subject": subject([endpoint.service, endpoint.scope, endpoint.key, address(host.name, host.port)]),
		"at": endpoint.at,
		"assumes": [assumed |
			host.host_class == "external"
			not input.config.network.egress_stated
			assumed := "no host outside may be called (`network.egress` in policygate.yaml would say which ones may)"
		],
	}
}

place("external", _) := "a host outside"

# A link-local address leads to the machine itself, such as the metadata of a cloud.
place("internal", name) := "a host of the own network" if not regex.match(`^(169\.254\.|fe80:|fd00:ec2:)`, name)

# Programs do not agree on which address `0x0a000001`, `10.1` or `012.1.1.1` is.
place("unknown", name) := "an address in an odd notation" if {
	regex.match(`^(0x[0-9a-f]+|[0-9]{8,10}|(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){1,3})$`, name)
	not name == "0.0.0.0"
}

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
