package policygate.nginx.static_mutable_cached_test

import data.policygate.facts_test
import data.policygate.nginx.static_mutable_cached

tree(fields) := facts_test.networked(
	{"nginx": {"trees": [object.union(
		{
			"server": "mirror.acme.example",
			"location": "/modules/",
			"how": "alias",
			"directory": "/srv/modules",
			"open": true,
			"twins": [],
			"module_proxy": true,
			"mutable_path": "/modules/git.acme.example/kit/@v/list",
			"mutable_cached_s": 0,
			"mutable_at": facts_test.at_in("deploy/nginx.conf", 9, 7),
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

for_a_month := tree({"mutable_cached_s": 2592000})

test_list_that_is_kept if {
	static_mutable_cached.deny == {{
		"message": "caches may keep `/modules/git.acme.example/kit/@v/list` for 720 hours",
		"subject": "mirror.acme.example /modules/: alias /srv/modules",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
	}} with input as for_a_month
}

for_an_hour := tree({"mutable_cached_s": 3600})

pictures := tree({"mutable_cached_s": 2592000, "module_proxy": false})

test_list_that_is_asked_for_again if {
	static_mutable_cached.deny == set() with input as for_an_hour
	static_mutable_cached.deny == set() with input as pictures
	static_mutable_cached.deny == set() with input as {}
}
