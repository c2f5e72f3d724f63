# METADATA
# title: Only a mesh's configuration stands before the internet
# description: >-
#   REGISTRY_ONLY tells the proxy which hosts it knows; it keeps nobody from going out. A process that talks around the proxy,
#   as any can with the right user id or protocol, reaches the internet all the same. Istio's own documentation says
#   that outbound restrictions need a NetworkPolicy or an egress gateway that the network enforces.
# related_resources:
#   - ref: https://istio.io/latest/docs/ops/best-practices/security/
#     description: Understand traffic capture limitations
#   - ref: https://istio.io/latest/docs/reference/config/networking/sidecar/
#     description: outboundTrafficPolicy of a Sidecar
# custom:
#   severity: warning
#   security_severity: "5.0"
#   fix: >-
#     Add a NetworkPolicy with `policyTypes: [Egress]` that selects the workload and names what it calls.
#   profiles: [baseline]
package policygate.net.sidecar_is_not_egress_control

deny contains finding if {
	some scope in input.network.kubernetes.scopes
	scope.protected
	finding := {
		"message": sprintf("`%s` of the %s `%s` is all that keeps `%s`%s from calling everybody", [
			"REGISTRY_ONLY",
			scope.kind,
			scope.name,
			scope.workload,
			others(scope.workloads),
		]),
		"subject": sprintf("%s/%s %s", [scope.namespace, scope.kind, scope.name]),
		"at": scope.at,
		"related": [{"message": "no NetworkPolicy selects it for egress", "at": scope.workload_at}],
	}
}

others(workloads) := sprintf(" and %d more", [workloads - 1]) if workloads > 1

others(1) := ""
