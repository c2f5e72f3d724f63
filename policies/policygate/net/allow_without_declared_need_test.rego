package policygate.net.allow_without_declared_need_test

import data.policygate.facts_test
import data.policygate.net.allow_without_declared_need

with_peer(fields) := facts_test.manifests({"unneeded": [object.union(
	{
		"environment": "production",
		"namespace": "shop",
		"policy": "web-out",
		"peer": "10.20.0.0/16",
		"ports": "TCP 5432",
		"at": facts_test.manifest_at(35, 17),
	},
	fields,
)]})

finding(what) := {
	"message": sprintf("`web-out` opens %s, which no setting of what it selects names", [what]),
	"subject": sprintf("shop/web-out: %s", [what]),
	"at": facts_test.manifest_at(35, 17),
	"assumes": ["the manifests name all that the workloads call"],
}

on_a_port := with_peer({})

on_all_ports := with_peer({"ports": ""})

test_peers_that_nobody_needs if {
	allow_without_declared_need.deny == {finding("`10.20.0.0/16` on TCP 5432")} with input as on_a_port
	allow_without_declared_need.deny == {finding("`10.20.0.0/16`")} with input as on_all_ports
}

needed := facts_test.manifests({"policies": [facts_test.network_policy({})], "unneeded": []})

test_nothing_to_say_of_others if {
	allow_without_declared_need.deny == set() with input as needed
	allow_without_declared_need.deny == set() with input as {}
}
