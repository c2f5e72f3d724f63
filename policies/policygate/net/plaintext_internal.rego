# METADATA
# title: A connection inside that is not encrypted
# description: >-
#   The network inside is a place where others are, too: one taken container reads every connection that it can see. Asked
#   about are hosts of the own network and calls within a cluster, where policygate.yaml has a section `network`;
#   datastores and hosts of protected environments have a rule of their own. Nothing is said where a mesh encrypts the way, where
#   the client's default leaves TLS open, of forward proxies, link-local addresses, and of mail and LDAP.
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
	not endpoint.by == "pass" # nginx.plaintext_upstream judges it
	not endpoint.family in {"ldap", "smtp"}
	not regex.match(proxies, endpoint.key)
	some host in endpoint.hosts
	not regex.match(link_local, host.name)
	store := is_store(endpoint.is_datastore, host.datastore)
	weak := weakness(endpoint.tls, store)
	claims := [claim |
		some claim in [host.environment, host.service, host.datastore, host.pooler, host.shared]
		not claim in {"", false}
	]
	where := place(host.protected, host.host_class, store, count(claims))
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

# What clients ask for `https://` through it stays encrypted.
proxies := `(?i)(^|[^a-z])(https?|all)[_.-]?proxy`

# The metadata of a cloud's machine has no other address.
link_local := `^(169\.254\.|fe80:|fd00:ec2:)`

default is_store(_, _) := false

is_store(true, _) := true

is_store(_, datastore) if not datastore == ""

weakness("disabled", _) := "without TLS"

weakness("optional", true) := "with TLS only if it is offered"

place(false, "internal", _, _) := "a host of the own network"

place(false, "external", _, claims) := "a host of the own network" if claims > 0

place(false, "cluster", _, _) := "a host of the cluster"

place(true, "cluster", false, _) := "a host of the cluster"

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
