package policygate.net.wildcard_egress_test

import data.policygate.facts_test
import data.policygate.net.wildcard_egress

checked(kubernetes) := object.union(
	facts_test.manifests(kubernetes),
	{"config": {"parameters": {"net.wildcard_egress": {"everybody": ["UDP 53", "TCP 53"]}}}},
)

wide(rule) := checked({"policies": [facts_test.network_policy({"wide": [facts_test.wide_rule(rule)]})]})

finding(what) := {
	"message": sprintf("`web-out` lets what it selects call %s", [what]),
	"subject": sprintf("shop/web-out: %s", [what]),
	"at": facts_test.manifest_at(35, 17),
	"related": [{"message": "the policy", "at": facts_test.manifest_at(30, 9)}],
	"evidence": [],
}

every_address := wide({})

bounded := wide({"ports": "TCP 443"})

everybody := wide({"kind": "every_peer", "cidr": ""})

everybody_on_a_port := wide({"kind": "every_peer", "cidr": "", "ports": "UDP 53, TCP 443"})

test_rules_that_allow_everything if {
	wildcard_egress.deny == {finding("0.0.0.0/0")} with input as every_address
	wildcard_egress.deny == {finding("0.0.0.0/0 on TCP 443")} with input as bounded
	wildcard_egress.deny == {finding("everybody")} with input as everybody
	wildcard_egress.deny == {finding("everybody on UDP 53, TCP 443")} with input as everybody_on_a_port
}

except_private := wide({"private_excepted": true, "excepts": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]})

test_exceptions_alone_are_no_bound if {
	some found in wildcard_egress.deny with input as except_private
	found.evidence == ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
}

internet_on_a_port := wide({"private_excepted": true, "ports": "TCP 443"})

dns := wide({"kind": "every_peer", "cidr": "", "ports": "UDP 53, TCP 53"})

incoming := wide({"direction": "ingress", "kind": "every_peer", "cidr": ""})

narrow := checked({"policies": [facts_test.network_policy({})]})

test_what_is_bound_is_right if {
	wildcard_egress.deny == set() with input as internet_on_a_port
	wildcard_egress.deny == set() with input as dns
	wildcard_egress.deny == set() with input as incoming
	wildcard_egress.deny == set() with input as narrow
}

opening(kind, host) := {
	"kind": kind,
	"environment": "",
	"protected": false,
	"namespace": "shop",
	"name": "outside",
	"host": host,
	"at": facts_test.manifest_at(50, 12),
}

every_host := checked({"openings": [opening("ServiceEntry", "*")]})

every_caller := checked({"openings": [opening("AuthorizationPolicy", "")]})

test_meshes_that_are_open if {
	wildcard_egress.deny == {{
		"message": "`outside` makes `*` known to the mesh, which is no host in particular",
		"subject": "shop/outside: *",
		"at": facts_test.manifest_at(50, 12),
	}} with input as every_host
	wildcard_egress.deny == {{
		"message": "`outside` lets everybody in: the rule has no conditions",
		"subject": "shop/outside: everybody",
		"at": facts_test.manifest_at(50, 12),
	}} with input as every_caller
}

test_nothing_to_say_without_facts if {
	wildcard_egress.deny == set() with input as {}
}
