# METADATA
# title: Pods may call everybody
# description: >-
#   An egress rule without `to`, or with a block that holds most addresses, takes back what the NetworkPolicy was for:
#   whoever gets into the pod sends out what it finds. The same goes for a ServiceEntry for every host, and for an ALLOW
#   rule without conditions. DNS to everybody is left out, and so are certain ports to the internet with all private
#   ranges excepted, as NetworkPolicies know no host names.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: NetworkPolicies add up; a rule without `to` allows every destination
#   - ref: https://istio.io/latest/docs/reference/config/networking/service-entry/
#     description: Hosts of a ServiceEntry
#   - ref: https://istio.io/latest/docs/reference/config/security/authorization-policy/
#     description: A rule without conditions always matches
# custom:
#   severity: error
#   security_severity: "7.0"
#   parameters:
#     everybody:
#       default: ["UDP 53", "TCP 53"]
#       description: Ports that a rule without `to` may open, as `UDP 53` or `TCP 9000-9100`.
#   fix: >-
#     Name the pods and addresses that are called; for hosts outside go through an egress gateway, or bind the rule to
#     `port: 443` and except 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16.
#   profiles: [baseline]
package policygate.net.wildcard_egress

deny contains finding if {
	some policy in input.network.kubernetes.policies
	some rule in policy.wide
	rule.direction == "egress"
	not tolerated(rule.kind, rule.ports, rule.private_excepted, input.config.parameters["net.wildcard_egress"].everybody)
	what := reach(rule.kind, rule.cidr, rule.ports)
	finding := {
		"message": sprintf("`%s` lets what it selects call %s", [policy.name, what]),
		"subject": sprintf("%s/%s: %s", [policy.namespace, policy.name, what]),
		"at": rule.at,
		"related": [{"message": "the policy", "at": policy.at}],
		"evidence": rule.excepts,
	}
}

deny contains finding if {
	some opening in input.network.kubernetes.openings
	opening.kind == "ServiceEntry"
	finding := {
		"message": sprintf("`%s` makes `%s` known to the mesh, which is no host in particular", [opening.name, opening.host]),
		"subject": sprintf("%s/%s: %s", [opening.namespace, opening.name, opening.host]),
		"at": opening.at,
	}
}

deny contains finding if {
	some opening in input.network.kubernetes.openings
	opening.kind == "AuthorizationPolicy"
	finding := {
		"message": sprintf("`%s` lets everybody in: the rule has no conditions", [opening.name]),
		"subject": sprintf("%s/%s: everybody", [opening.namespace, opening.name]),
		"at": opening.at,
	}
}

tolerated("every_peer", ports, _, everybody) if {
	every port in split(ports, ", ") {
		port in everybody
	}
}

tolerated("every_address", ports, true, _) if not ports == ""

reach("every_peer", _, ports) := concat(" on ", ["everybody", ports]) if not ports == ""

reach("every_peer", _, "") := "everybody"

reach("every_address", cidr, ports) := concat(" on ", [cidr, ports]) if not ports == ""

reach("every_address", cidr, "") := cidr
