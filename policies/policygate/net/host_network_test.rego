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

nothing := facts_test.networked({"host_networks": []}, {})

test_nothing_without_one if {
	host_network.deny == set() with input as nothing
	host_network.deny == set() with input as {}
}
