# METADATA
# title: A connection that others can read along
# description: >-
#   Without TLS everybody on the way reads and changes what is sent, passwords included. `sslmode=prefer` and its like are
#   no better: the client goes on in plain text when the server, or whoever answers in its place, offers no TLS. Asked
#   for are hosts outside and hosts of protected environments; where a mesh encrypts the way, or where the text and the
#   client's default leave TLS open, nothing is said.
# related_resources:
#   - ref: https://cwe.mitre.org/data/definitions/319.html
#     description: "CWE-319: cleartext transmission"
#   - ref: https://www.postgresql.org/docs/current/libpq-ssl.html
#     description: What each sslmode protects against
# custom:
#   severity: error
#   security_severity: "7.4"
#   fix: >-
#     Ask for TLS and have the certificate verified: `sslmode=verify-full`, `tls=true`, `rediss://`, `amqps://`, `https://`,
#     `security.protocol=SASL_SSL`.
#   profiles: [baseline]
package policygate.net.plaintext_protocol

deny contains finding if {
	some endpoint in input.network.endpoints
	not endpoint.mesh_tls
	not endpoint.local
	some host in endpoint.hosts
	weak := weakness(endpoint.tls, endpoint.is_datastore, host.datastore)
	where := place(host.protected, host.host_class, host.environment)
	not host.host_class == "loopback"
	finding := {
		"message": sprintf("%s talks to `%s`, %s, %s", [
			whose(endpoint.key, endpoint.service),
			address(host.name, host.port),
			where,
			weak,
		]),
		"subject": subject([endpoint.service, endpoint.scope, endpoint.key, address(host.name, host.port), endpoint.tls]),
		"at": endpoint.at,
		"related": host.evidence,
	}
}

weakness("disabled", _, _) := "without TLS"

weakness("optional", true, _) := "with TLS only if it is offered"

weakness("optional", _, datastore) := "with TLS only if it is offered" if not datastore == ""

place(true, _, environment) := sprintf("a host of the protected environment `%s`", [environment])

place(false, "external", _) := "a host outside"

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
