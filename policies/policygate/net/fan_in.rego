# METADATA
# title: Too many services depend on one
# description: >-
#   A service that many others call takes all of them along when it fails, and cannot change without asking each. Counted are
#   the services that talk to it, by their configuration or by their own word, each once.
# related_resources:
#   - ref: https://en.wikipedia.org/wiki/Software_package_metrics
#     description: Afferent and efferent couplings
#   - ref: https://sre.google/sre-book/addressing-cascading-failures/
#     description: Cascading failures
# custom:
#   severity: warning
#   parameters:
#     limit:
#       default: 20
#       description: The number of services that may talk to one.
#   fix: Split it by what its callers need, put a cache or a copy of the data near them, or raise `limit` for a platform service.
#   profiles: [baseline]
package policygate.net.fan_in

deny contains finding if {
	some service in input.network.services
	service.fan_in > input.config.parameters["net.fan_in"].limit
	finding := {
		"message": sprintf("%d services talk to `%s`, more than %d", [
			service.fan_in,
			service.name,
			input.config.parameters["net.fan_in"].limit,
		]),
		"subject": service.name,
		"at": service.at,
	}
}
