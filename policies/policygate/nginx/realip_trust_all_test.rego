package policygate.nginx.realip_trust_all_test

import data.policygate.facts_test
import data.policygate.nginx.realip_trust_all

trust(fields) := facts_test.networked(
	{"nginx": {"trusts": [object.union(
		{
			"server": "api.acme.example",
			"text": "0.0.0.0/0",
			"everyone": true,
			"header": "x-forwarded-for",
			"reachable": true,
			"decides": [{"message": "`allow` goes by that address", "at": facts_test.at_in("deploy/nginx.conf", 12, 5)}],
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

everyone := trust({})

test_everyone_is_trusted if {
	realip_trust_all.deny == {{
		"message": "anybody can pass for any address by `x-forwarded-for`: `0.0.0.0/0` is trusted",
		"subject": "api.acme.example: set_real_ip_from 0.0.0.0/0",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{"message": "`allow` goes by that address", "at": facts_test.at_in("deploy/nginx.conf", 12, 5)}],
	}} with input as everyone
}

own_network := trust({"text": "10.0.0.0/8", "everyone": false})

local_only := trust({"reachable": false})

by_proxy_protocol := trust({"header": "proxy_protocol"})

for_logs := trust({"decides": []})

test_trust_that_harms_nobody if {
	realip_trust_all.deny == set() with input as own_network
	realip_trust_all.deny == set() with input as local_only
	realip_trust_all.deny == set() with input as by_proxy_protocol
	realip_trust_all.deny == set() with input as for_logs
	realip_trust_all.deny == set() with input as {}
}
