# METADATA
# title: A service uses what it does not declare
# description: >-
#   Whoever plans a change, a drill or a firewall goes by what services declare. An address that a service is
#   configured with and that it does not declare, although it declares others (in policygate.yaml, its service file or the
#   catalog), makes all of these wrong. A host that is no known service may be one of the declared: a note until the
#   `hosts` of services say so. Services that declare nothing are not asked.
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
		"subject": sprintf("%s -> %s", [edge.source, edge.target]),
		"at": edge.at,
		"related": array.concat(
			edge.evidence,
			[{"message": sprintf("`%s` is described here", [edge.source]), "at": at} | some at in places[edge.source]],
		),
		"assumes": [assumed |
			not places[edge.target]
			assumed := sprintf(
				"`%s` is nothing that `%s` declares under another name (`hosts` of a service in policygate.yaml would say so)",
				[edge.target, edge.source],
			)
		],
	}
}

spoken("") := ""

spoken(protocol) := sprintf(" (%s)", [protocol]) if not protocol == ""
