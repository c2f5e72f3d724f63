# METADATA
# title: A connection inside that is not encrypted
# description: >-
#   The network inside is a place where others are, too: one taken container reads every connection that it can see. This is
#   a note for hosts of the own network and of the cluster that belong to no protected environment, and only where
#   policygate.yaml has a section `network`; where a mesh encrypts the way, or where the text and the client's default leave TLS
#   open, nothing is said.
# related_resources:
#   - ref: https://csrc.nist.gov/pubs/sp/800/207/final
#     description: Zero trust, which secures all communication whatever the network
#   - ref: https://cwe.mitre.org/data/definitions/319.html
#     description: "CWE-319: cleartext transmission"
# custom:
#   severity: note
#   security_severity: "3.1"
#   fix: Ask for TLS in the address or beside it, or let a mesh with strict mutual TLS carry the connection.
#   profiles: [baseline]
package policygate.net.plaintext_internal

deny contains finding if {
	input.config.network.stated
	some endpoint in input.network.endpoints
	not endpoint.mesh_tls
	not endpoint.local
	some host in endpoint.hosts
	weak := weakness(endpoint.tls, endpoint.is_datastore, host.datastore)
	where := place(host.host_class)
	not host.protected
	finding := {
		"message": sprintf("%s talks to `%s`, %s, %s", [
			whose(endpoint.key, endpoint.service),
			address(host.name, host.port),
			where,
			weak,
		]),
		"subject": subject([endpoint.service, endpoint.scope, endpoint.key, address(host.name, host.port), endpoint.tls]),
		"at": endpoint.at,
	}
}

weakness("disabled", _, _) := "without TLS"

weakness("optional", true, _) := "with TLS only if it is offered"

weakness("optional", _, datastore) := "with TLS only if it is offered" if not datastore == ""

place("internal") := "a host of the own network"

place("cluster") := "a host of the cluster"

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
