package policygate.net.host_network_test

import data.policygate.facts_test
import data.policygate.net.host_network

shared := facts_test.networked(
	{"host_networks": [{"service": "agent", "at": facts_test.at_in("compose.yaml", 4, 19)}]},
	{},
)

test_compose_service_on_the_host if {
	host_network.deny == {{
		"message": "`agent` shares the network of its machine",
		"subject": "agent",
		"at": facts_test.at_in("compose.yaml", 4, 19),
	}} with input as shared
}

pods := facts_test.manifests({"workloads": [facts_test.workload({
	"host_network": true,
	"host_network_at": facts_test.manifest_at(8, 20),
})]})

test_pods_on_their_nodes if {
	host_network.deny == {{
		"message": "the pods of `web` share the network of their nodes",
		"subject": "shop/Deployment web",
		"at": facts_test.manifest_at(8, 20),
		"related": [{"message": "`web-out` does not hold it there", "at": facts_test.manifest_at(30, 9)}],
	}} with input as pods
}

nothing := facts_test.networked({"host_networks": [], "kubernetes": {"workloads": [facts_test.workload({})]}}, {})

test_nothing_without_one if {
	host_network.deny == set() with input as nothing
	host_network.deny == set() with input as {}
}
