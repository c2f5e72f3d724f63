package policygate.nginx.static_system_dir_test

import data.policygate.facts_test
import data.policygate.nginx.static_system_dir

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

modules := tree({"directory": "/usr/share/nginx/modules"})

test_folder_of_nginx if {
	static_system_dir.deny == {{
		"message": "`alias /usr/share/nginx/modules` serves what is in `/usr/share/nginx/modules` of the system",
		"subject": "mirror.acme.example /modules/: alias /usr/share/nginx/modules",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
	}} with input as modules
}

keys := tree({"directory": "/etc/letsencrypt/live"})

everything := tree({"directory": "/"})

test_other_folders_of_the_system if {
	some inside in static_system_dir.deny with input as keys
	endswith(inside.message, "serves what is in `/etc` of the system")
	some whole in static_system_dir.deny with input as everything
	endswith(whole.message, "serves what is in `/` of the system")
}

own := tree({})

default_pages := tree({"directory": "/etc/nginx/html"})

package_pages := tree({"directory": "/usr/share/nginx/html"})

lookalike := tree({"directory": "/etcetera"})

protected := tree({"directory": "/var/log", "open": false})

test_folders_for_clients if {
	static_system_dir.deny == set() with input as own
	static_system_dir.deny == set() with input as default_pages
	static_system_dir.deny == set() with input as package_pages
	static_system_dir.deny == set() with input as lookalike
	static_system_dir.deny == set() with input as protected
	static_system_dir.deny == set() with input as {}
}
