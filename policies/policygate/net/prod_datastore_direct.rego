# METADATA
# title: A protected datastore is reached past its owner
# description: >-
#   Whoever writes to a database past the service that owns it breaks what that service takes for granted, ties its
#   schema, and takes connections that no pooler counts. In an environment that policygate.yaml calls protected only the
#   owners that it names may; everybody else goes through a pooler or the owner. A host that depends on a variable
#   belongs to no environment unless its pattern covers it.
# related_resources:
#   - ref: https://microservices.io/patterns/data/database-per-service.html
#     description: A database for each service
#   - ref: https://www.pgbouncer.org/features.html
#     description: What a pooler does
# custom:
#   severity: error
#   security_severity: "7.0"
#   fix: >-
#     Go through the pooler or the API of the owner, or name the service under `network.datastores.<name>.owners` in
#     policygate.yaml on the target branch.
#   profiles: [baseline]
package policygate.net.prod_datastore_direct

deny contains finding if {
	some endpoint in input.network.endpoints
	some host in endpoint.hosts
	host.protected
	is_store(endpoint.is_datastore, host.datastore)
	not host.pooler
	not host.host_class == "loopback"
	not endpoint.service in host.owners
	finding := {
		"message": sprintf("%s leads straight to `%s`, %s of the protected environment `%s`%s", [
			whose(endpoint.key, endpoint.service),
			address(host.name, host.port),
			what(host.datastore, endpoint.family),
			host.environment,
			who(endpoint.service, host.owners),
		]),
		"subject": subject([endpoint.service, endpoint.scope, endpoint.key, address(host.name, host.port)]),
		"at": endpoint.at,
		"related": array.concat(host.evidence, endpoint.evidence),
	}
}

is_store(true, _) := true

is_store(_, datastore) if not datastore == ""

what("", family) := sprintf("a datastore (%s)", [family])

what(datastore, _) := sprintf("the datastore `%s`", [datastore]) if not datastore == ""

who(_, []) := ", for which no owner is named"

who(service, owners) := sprintf(", which only %s may talk to directly%s", [listed(owners), concat("", unknown)]) if {
	count(owners) > 0
	unknown := [": no service is known that this file belongs to" | service == ""]
}

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
