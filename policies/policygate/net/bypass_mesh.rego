# METADATA
# title: Traffic goes around the mesh
# description: >-
#   An annotation or label takes the proxy away from the pods, or leaves some of their outgoing ports or addresses out. What
#   goes around the proxy is not encrypted by the mesh, and none of its rules holds it. Jobs without a proxy, which would
#   never end, are reported in protected environments only; the metadata address of clouds may be left out.
# related_resources:
#   - ref: https://istio.io/latest/docs/reference/config/annotations/
#     description: Annotations that steer Istio's proxy
#   - ref: https://linkerd.io/2/reference/proxy-configuration/
#     description: Annotations that steer Linkerd's proxy
# custom:
#   severity: warning
#   security_severity: "5.5"
#   fix: Delete the annotation; let the mesh know the host or protocol instead, by a ServiceEntry, a port's name or a native sidecar.
#   profiles: [baseline]
package policygate.net.bypass_mesh

deny contains finding if {
	some workload in input.network.kubernetes.workloads
	some bypass in workload.bypasses
	not short_lived(bypass.kind, workload.kind, workload.protected)
	what := part(bypass.kind, bypass.everything, bypass.value)
	finding := {
		"message": sprintf("%s of `%s` goes around the mesh, by `%s`", [what, workload.name, bypass.key]),
		"subject": sprintf("%s/%s %s: %s=%s", [
			workload.namespace,
			workload.kind,
			workload.name,
			bypass.key,
			bypass.value,
		]),
		"at": bypass.at,
		"related": [{"message": "the workload", "at": workload.at}],
	}
}

short_lived("no_proxy", kind, false) if kind in {"Job", "CronJob"}

part("no_proxy", _, _) := "all traffic"

part("ports", true, _) := "all outgoing traffic"

part("ports", false, value) := sprintf("what leaves for ports %s", [value])

part("addresses", true, _) := "all outgoing traffic"

part("addresses", false, _) := "outgoing traffic to some addresses"
