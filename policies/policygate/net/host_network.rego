# METADATA
# title: A container shares the network of its machine
# description: >-
#   With `network_mode: host` a container reaches what listens on the loopback of its machine, each port that it opens is open
#   on the machine, and neither networks of compose nor policies on containers hold it. Names of other services do
#   not resolve there.
# related_resources:
#   - ref: https://docs.docker.com/engine/network/drivers/host/
#     description: Host networking
#   - ref: https://docs.docker.com/reference/compose-file/services/#network_mode
#     description: network_mode of a compose file
# custom:
#   severity: warning
#   security_severity: "5.0"
#   fix: Delete `network_mode` and publish the ports that others need, bound to 127.0.0.1 where that is enough.
#   profiles: [baseline]
package policygate.net.host_network

deny contains finding if {
	some service in input.network.host_networks
	finding := {
		"message": sprintf("`%s` shares the network of its machine", [service.service]),
		"subject": service.service,
		"at": service.at,
	}
}
