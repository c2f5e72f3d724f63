# METADATA
# title: A service talks to one that it must not
# description: >-
#   Layers, forbidden pairs and independent groups of policygate.yaml say in which direction services may know each
#   other. One edge against the direction is enough for a change at the bottom to need everything above it, and for the parts
#   that were to fail alone to fail together. Services without a layer or zone break no contract about them.
# related_resources:
#   - ref: https://import-linter.readthedocs.io/en/stable/
#     description: The same kinds of contract for Python modules
#   - ref: https://en.wikipedia.org/wiki/Multitier_architecture
#     description: Layers
# custom:
#   severity: error
#   fix: >-
#     Let the outer one ask, let the inner one publish an event instead, or change the contract in policygate.yaml on the target
#     branch.
#   profiles: [baseline]
package policygate.net.forbidden_layer

deny contains finding if {
	some edge in input.network.edges
	some contract in edge.breaks
	finding := {
		"message": sprintf("`%s` talks to `%s`: %s", [edge.source, edge.target, contract.message]),
		"subject": subject(edge.source, edge.target, contract.kind, contract.message),
		"at": edge.at,
		"related": array.concat([{"message": "the contract", "at": contract.at}], edge.evidence),
	}
}

# There is one order, and its message names every layer.
subject(source, target, "order", _) := sprintf("%s -> %s: order", [source, target])

subject(source, target, kind, message) := sprintf("%s -> %s: %s: %s", [source, target, kind, message]) if {
	not kind == "order"
}
