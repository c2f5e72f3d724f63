# METADATA
# title: A service uses what it does not declare
# description: >-
#   Whoever plans a change, an outage drill or a firewall goes by what services declare. An address in the
#   configuration of a service that declares its dependencies, be it in policygate.yaml, in its service file or in the catalog, and does
#   not declare this one, makes all of these wrong. Services that declare nothing are not asked.
# related_resources:
#   - ref: https://12factor.net/backing-services
#     description: Backing services are attached resources
#   - ref: https://backstage.io/docs/features/software-catalog/descriptor-format
#     description: dependsOn and consumesApis of a catalog
# custom:
#   severity: error
#   fix: Declare the dependency where the service declares the others, or take the address out.
#   profiles: [baseline]
package policygate.net.undeclared_dependency

declared_at[service.name] contains service.at if {
	some service in input.network.services
}

# A whole object is made once, a part of it for each key that is asked for.
places := declared_at

deny contains finding if {
	some edge in input.network.edges
	edge.used
	not edge.declared
	edge.source_declares
	finding := {
		"message": sprintf("`%s` talks to `%s`%s and does not declare it", [
			edge.source,
			edge.target,
			spoken(edge.protocol),
		]),
		"subject": subject([sprintf("%s -> %s", [edge.source, edge.target]), edge.protocol, edge.interface]),
		"at": edge.at,
		"related": array.concat(
			edge.evidence,
			[{"message": sprintf("`%s` is described here", [edge.source]), "at": at} | some at in places[edge.source]],
		),
	}
}

spoken("") := ""

spoken(protocol) := sprintf(" (%s)", [protocol]) if not protocol == ""

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
