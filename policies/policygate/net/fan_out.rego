# METADATA
# title: One service depends on too many
# description: >-
#   A service that calls many others is up only while all of them are, and its answers are as late as the slowest. Counted are
#   the services that it talks to, by its configuration or by its own word, each once.
# related_resources:
#   - ref: https://en.wikipedia.org/wiki/Software_package_metrics
#     description: Afferent and efferent couplings
#   - ref: https://sre.google/sre-book/addressing-cascading-failures/
#     description: Cascading failures
# custom:
#   severity: warning
#   parameters:
#     limit:
#       default: 15
#       description: The number of services that one may talk to.
#   fix: Move what belongs together into services of its own, or let it hear events instead of asking; raise `limit` for a gateway.
#   profiles: [baseline]
package policygate.net.fan_out

deny contains finding if {
	some service in input.network.services
	service.fan_out > input.config.parameters["net.fan_out"].limit
	finding := {
		"message": sprintf("%d services are called by `%s`, more than %d", [
			service.fan_out,
			service.name,
			input.config.parameters["net.fan_out"].limit,
		]),
		"subject": service.name,
		"at": service.at,
	}
}
