# METADATA
# title: A container shares the network of its machine
# description: >-
#   With `network_mode: host` or `hostNetwork: true` a container reaches what listens on the loopback of its machine, and
#   each port that it opens is open on the machine. Neither networks of compose nor NetworkPolicies hold it, and the
#   metadata service of the cloud takes it for the machine. In compose, names of other services do not resolve there.
# related_resources:
#   - ref: https://docs.docker.com/engine/network/drivers/host/
#     description: Host networking
#   - ref: https://docs.docker.com/reference/compose-file/services/#network_mode
#     description: network_mode of a compose file
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: The baseline standard allows no hostNetwork
# custom:
#   severity: warning
#   security_severity: "5.0"
#   fix: >-
#     Delete `network_mode` or `hostNetwork` and publish the ports that others need, by a Service or, in compose, bound
#     to 127.0.0.1 where that is enough.
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

deny contains finding if {
	some workload in input.network.kubernetes.workloads
	workload.host_network
	finding := {
		"message": sprintf("the pods of `%s` share the network of their nodes", [workload.name]),
		"subject": sprintf("%s/%s %s", [workload.namespace, workload.kind, workload.name]),
		"at": workload.host_network_at,
		"related": [{"message": sprintf("`%s` does not hold it there", [policy.name]), "at": policy.at} |
			some policy in workload.selected_by_egress
		],
	}
}
