# METADATA
# title: A NetworkPolicy opens what nobody needs
# description: >-
#   No setting of the workloads that the policy selects names a host that this peer can be. What was left open after the
#   need for it went away is what an intruder finds. Said only where all selected workloads have settings with hosts and
#   each of these is known; DNS and rules for other protocols than TCP are left out.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: Network Policies
# custom:
#   severity: note
#   fix: Delete the peer from `to`, or write the host that needs it into the configuration of the workload.
#   profiles: [baseline]
package policygate.net.allow_without_declared_need

deny contains finding if {
	some opened in input.network.kubernetes.unneeded
	what := concat(" on ", [part | some part in [sprintf("`%s`", [opened.peer]), opened.ports]; not part == ""])
	finding := {
		"message": sprintf("`%s` opens %s, which no setting of what it selects names", [opened.policy, what]),
		"subject": sprintf("%s/%s: %s", [opened.namespace, opened.policy, what]),
		"at": opened.at,
		"assumes": ["the manifests name all that the workloads call"],
	}
}
