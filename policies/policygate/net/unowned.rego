# METADATA
# title: A service that others know has no owner
# description: >-
#   When it breaks, nobody is called, and nobody agrees to what others do to it. A declared service that takes part in
#   an edge is asked for its owner as soon as one other service has one; where nobody names owners, nothing is said.
#   Datastores of policygate.yaml name services instead.
# related_resources:
#   - ref: https://backstage.io/docs/features/software-catalog/descriptor-format
#     description: spec.owner of a catalog
#   - ref: https://sre.google/workbook/on-call/
#     description: Who is called
# custom:
#   severity: warning
#   fix: Name the team as `owner`, in the catalog, the service file or policygate.yaml.
#   profiles: [baseline]
package policygate.net.unowned

involved contains name if {
	some edge in input.network.edges
	some name in [edge.source, edge.target]
}

owned contains service.name if {
	some service in input.network.services
	service.declared
	not service.owner == ""
}

deny contains finding if {
	count(owned) > 0
	some service in input.network.services
	service.declared
	service.owner == ""
	not service.kind == "datastore"
	service.name in involved
	finding := {
		"message": sprintf("`%s` talks to others or they talk to it, and it has no owner", [service.name]),
		"subject": service.name,
		"at": service.at,
	}
}
