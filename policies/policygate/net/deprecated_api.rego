# METADATA
# title: A deprecated service or API is used
# description: >-
#   What its owner has declared deprecated gets no new features, late fixes, and one day is gone: each new consumer makes that
#   day dearer. The lifecycle is what a catalog or a service file says. That the provider still offers it is no use.
# related_resources:
#   - ref: https://backstage.io/docs/features/software-catalog/descriptor-format
#     description: spec.lifecycle of a catalog
#   - ref: https://www.rfc-editor.org/rfc/rfc8594
#     description: Saying when something goes away
# custom:
#   severity: warning
#   fix: Move to what replaces it, and take the dependency out of the declaration.
#   profiles: [baseline]
package policygate.net.deprecated_api

deny contains finding if {
	some edge in input.network.edges
	edge.target_lifecycle == "deprecated"
	finding := {
		"message": sprintf("`%s` uses `%s`, which is deprecated%s", [edge.source, edge.target, whose(edge.target_owner)]),
		"subject": sprintf("%s -> %s", [edge.source, edge.target]),
		"at": edge.at,
		"related": edge.evidence,
	}
}

whose("") := ""

whose(owner) := sprintf(" by `%s`", [owner]) if not owner == ""
