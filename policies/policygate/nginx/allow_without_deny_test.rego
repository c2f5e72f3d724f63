package policygate.nginx.allow_without_deny_test

import data.policygate.facts_test
import data.policygate.nginx.allow_without_deny

access(fields) := facts_test.networked(
	{"nginx": {"accesses": [object.union(
		{
			"server": "api.acme.example",
			"location": "/internal/",
			"refuses": false,
			"idle": [
				{"source": "10.0.0.0/8", "at": facts_test.at_in("deploy/nginx.conf", 9, 7)},
				{"source": "192.168.0.0/16", "at": facts_test.at_in("deploy/nginx.conf", 10, 7)},
			],
			"otherwise": false,
			"undecided": false,
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

idle := access({})

test_allow_that_changes_nothing if {
	allow_without_deny.deny == {{
		"message": "`allow 10.0.0.0/8` keeps nobody out: no `deny` follows",
		"subject": "api.acme.example /internal/: allow 10.0.0.0/8",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
	}} with input as idle
}

denied := access({"refuses": true})

by_password := access({"otherwise": true})

file_not_here := access({"undecided": true})

exceptions_only := access({"idle": []})

test_allow_that_means_something if {
	allow_without_deny.deny == set() with input as denied
	allow_without_deny.deny == set() with input as by_password
	allow_without_deny.deny == set() with input as file_not_here
	allow_without_deny.deny == set() with input as exceptions_only
	allow_without_deny.deny == set() with input as {}
}
