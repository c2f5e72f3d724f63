# METADATA
# title: A NetworkPolicy that selects nothing
# description: >-
#   The labels that the policy asks for are on no workload of its namespace, mostly by a typing error or after a rename. The
#   pods that it was written for are open then, and nothing tells. Nothing is said where not all manifests can be read, where
#   the namespace has no workload like it here, or where pods get the label only when they are made.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
#     description: Labels and selectors
# custom:
#   severity: warning
#   security_severity: "5.0"
#   fix: Compare `podSelector` with the labels under `template.metadata.labels` of the workload; delete the policy if that is gone.
#   profiles: [baseline]
package policygate.net.policy_selects_nothing

deny contains finding if {
	some policy in input.network.kubernetes.policies
	policy.known
	policy.selects == 0
	count(policy.near) > 0
	finding := {
		"message": sprintf("`%s` selects no workload: none in `%s` has `%s`", [
			policy.name,
			policy.namespace,
			policy.selector,
		]),
		"subject": sprintf("%s/%s: %s", [policy.namespace, policy.name, policy.selector]),
		"at": policy.at,
		"related": policy.near,
		"assumes": ["no workload outside of this checkout is meant" | not policy.like],
	}
}
