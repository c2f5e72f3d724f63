# METADATA
# title: A workload that nothing isolates
# description: >-
#   Pods that no NetworkPolicy selects for egress may call whatever the cluster can reach. policygate.yaml wants every
#   workload of the environment isolated, by a policy of this checkout. Nothing is said where not all manifests can be read,
#   or where policies of another kind are in force; pods on the network of their node are another rule's matter.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: By default a pod is not isolated for egress
# custom:
#   severity: error
#   security_severity: "6.5"
#   fix: >-
#     Add a NetworkPolicy with `policyTypes: [Egress]` that selects it and names what it calls; one with an empty
#     `podSelector` and no rules isolates the whole namespace.
#   profiles: [baseline]
package policygate.net.no_egress_policy

deny contains finding if {
	some workload in input.network.kubernetes.workloads
	workload.isolation_required
	workload.known
	not workload.isolated_egress
	not workload.host_network
	finding := {
		"message": sprintf("no NetworkPolicy isolates `%s` for egress, in the isolated environment `%s`", [
			workload.name,
			workload.environment,
		]),
		"subject": sprintf("%s/%s %s in %s", [
			workload.namespace,
			workload.kind,
			workload.name,
			workload.environment,
		]),
		"at": workload.at,
		"related": workload.evidence,
	}
}
