package policygate.nginx.failover_single_upstream_test

import data.policygate.facts_test
import data.policygate.nginx.failover_single_upstream

failover(fields) := facts_test.networked(
	{"nginx": {"failovers": [object.union(
		{
			"scope": "api.acme.example /",
			"text": "proxy_next_upstream error http_502",
			"targets": ["http://primary.acme.example"],
			"peers": 1,
			"tries": 0,
			"uncaught": ["error", "http_502"],
			"evidence": [{"message": "the only server", "at": facts_test.at_in("deploy/nginx.conf", 8, 7)}],
			"assumes": ["`primary.acme.example` has one address"],
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

single := failover({})

test_single_server if {
	failover_single_upstream.deny == {{
		"message": "`proxy_next_upstream error http_502` has nobody to go to: `http://primary.acme.example` is one server",
		"subject": "api.acme.example /: proxy_next_upstream error http_502",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{"message": "the only server", "at": facts_test.at_in("deploy/nginx.conf", 8, 7)}],
		"assumes": ["`primary.acme.example` has one address"],
	}} with input as single
}

single_try := failover({"peers": 2, "tries": 1})

test_single_try if {
	some found in failover_single_upstream.deny with input as single_try
	found.message == "`proxy_next_upstream error http_502` has nobody to go to: one try is allowed"
	found.assumes == []
}

with_backup := failover({"peers": 2})

with_fallback := failover({"uncaught": []})

test_somebody_else_is_asked if {
	failover_single_upstream.deny == set() with input as with_backup
	failover_single_upstream.deny == set() with input as with_fallback
	failover_single_upstream.deny == set() with input as {}
}
