package policygate.nginx.static_double_root_test

import data.policygate.facts_test
import data.policygate.nginx.static_double_root

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

twin(weaker) := tree({"twins": [{
	"location": "",
	"path": "/some-file",
	"weaker": weaker,
	"at": facts_test.at_in("deploy/nginx.conf", 4, 5),
}]})

twice := twin(false)

test_folder_under_two_urls if {
	static_double_root.deny == {{
		"message": "the files of `alias /srv/modules` are served as `/some-file`, too",
		"subject": "mirror.acme.example /modules/: alias /srv/modules",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{"message": "leads to the same files", "at": facts_test.at_in("deploy/nginx.conf", 4, 5)}],
	}} with input as twice
}

unprotected := twin(true)

test_url_without_the_protection if {
	some found in static_double_root.deny with input as unprotected
	endswith(found.message, "too, without its protection")
}

once := tree({})

test_folder_under_one_url if {
	static_double_root.deny == set() with input as once
	static_double_root.deny == set() with input as {}
}
