# METADATA
# title: Services wait for one another in a circle
# description: >-
#   None of them can be started, changed or taken out of service alone, and one that is slow makes each of the others wait
#   for itself until every thread is used up. Asynchronous edges do not wait and do not count. The shortest circle of
#   each group is shown; when it is cut, the next one appears.
# related_resources:
#   - ref: https://en.wikipedia.org/wiki/Acyclic_dependencies_principle
#     description: The acyclic dependencies principle
#   - ref: https://microservices.io/patterns/communication-style/messaging.html
#     description: Messages instead of calls
# custom:
#   severity: error
#   fix: >-
#     Turn one of the edges into an event, or move what both need into a service of its own; declare an edge that is a message
#     already with `asynchronous: true`.
#   profiles: [baseline]
package policygate.net.cycle

deny contains finding if {
	some cycle in input.network.cycles
	path := concat(" -> ", array.concat(cycle.services, array.slice(cycle.services, 0, 1)))
	finding := {
		"message": sprintf("services wait for one another: %s", [path]),
		"subject": path,
		"at": cycle.at,
		"related": cycle.evidence,
	}
}
