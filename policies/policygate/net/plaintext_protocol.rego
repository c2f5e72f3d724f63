# METADATA
# title: A connection that others can read along
# description: >-
#   Without TLS everybody on the way reads and changes what is sent, passwords included. `sslmode=prefer` is no better: the
#   client goes on in plain text when whoever answers offers no TLS. Asked about are hosts outside, and in protected
#   environments all but calls within a cluster, of which only those to datastores. Nothing is said where a mesh encrypts
#   the way, where the client's default leaves TLS open, of forward proxies, and of mail and LDAP, which can turn to TLS later.
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
	not endpoint.by == "pass" # nginx.plaintext_upstream judges it
	not endpoint.family in {"ldap", "smtp"}
	not regex.match(proxies, endpoint.key)
	some host in endpoint.hosts
	store := is_store(endpoint.is_datastore, host.datastore)
	weak := weakness(endpoint.tls, store)
	claims := [claim |
		some claim in [host.environment, host.service, host.datastore, host.pooler, host.shared]
		not claim in {"", false}
	]
	where := place(host.protected, host.host_class, store, host.environment, count(claims))
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
		"assumes": [assumed |
			where == outside
			not host.literal_ip
			not input.config.network.stated
			assumed := sprintf("`%s` is outside (`network.internal` in policygate.yaml would say that it is not)", [host.name])
		],
	}
}

outside := "a host outside"

# What clients ask for `https://` through it stays encrypted.
proxies := `(?i)(^|[^a-z])(https?|all)[_.-]?proxy`

default is_store(_, _) := false

is_store(true, _) := true

is_store(_, datastore) if not datastore == ""

weakness("disabled", _) := "without TLS"

weakness("optional", true) := "with TLS only if it is offered"

place(true, class, _, environment, _) := protected(environment) if class in {"internal", "external", "unknown"}

place(true, "cluster", true, environment, _) := protected(environment)

place(false, "external", _, _, 0) := outside

protected(environment) := sprintf("a host of the protected environment `%s`", [environment])

whose(key, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [key, service]; not part == ""])

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
