# METADATA
# title: A NetworkPolicy blocks what a workload calls
# description: >-
#   The policies that select the workload allow neither this host nor this port, or those of its target do not let it in: the
#   connection will time out where they are enforced, unless a policy of another checkout allows it. Addresses that a plugin
#   may take for those of pods, names whose addresses a block may hold, and pods of other checkouts count as allowed.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: Both the egress policy of the source and the ingress policy of the target must allow a connection
# custom:
#   severity: warning
#   fix: >-
#     Allow it in the policy of the workload (`egress`), and in that of its target (`ingress`) where one selects it, with
#     the port of the pod, not that of the Service; or delete the setting.
#   profiles: [baseline]
package policygate.net.egress_not_covered

deny contains finding if {
	some blocked in input.network.kubernetes.uncovered
	target := address(blocked.host, blocked.port)
	finding := {
		"message": sprintf(reasons[blocked.reason], [blocked.workload, blocked.key, target]),
		"subject": sprintf("%s/%s: %s: %s: %s", [
			blocked.namespace,
			blocked.workload,
			blocked.key,
			target,
			blocked.reason,
		]),
		"at": blocked.at,
		"related": [{"message": sprintf("`%s` restricts it", [policy.name]), "at": policy.at} |
			some policy in blocked.policies
		],
	}
}

reasons := {
	"egress": "`%s` has `%s` for `%s`, and no NetworkPolicy lets it out there",
	"ingress": "`%s` has `%s` for `%s`, whose NetworkPolicies do not let it in",
}

address(name, port) := concat(":", array.concat(
	[regex.replace(name, `^(.*:.*)$`, "[$1]")],
	[format_int(port, 10) | port > 0],
))
