package policygate.nginx.no_timeouts_test

import data.policygate.facts_test
import data.policygate.nginx.no_timeouts

place := {"location": "/", "text": "proxy_pass", "at": facts_test.at_in("deploy/nginx.conf", 12, 5)}

server(fields) := facts_test.networked(
	{"nginx": {"servers": [object.union(
		{
			"name": "shop.acme.example",
			"names": ["shop.acme.example"],
			"named": true,
			"plain": [{
				"text": "80",
				"port": 80,
				"tls": false,
				"reach": "public",
				"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
			}],
			"served": [place],
			"tls": false,
			"tls_in_front": false,
			"untimed": [],
			"at": facts_test.at_in("deploy/nginx.conf", 8, 3),
		},
		fields,
	)]}},
	{},
)

untimed := server({"untimed": [place]})

test_pass_without_a_time_out if {
	no_timeouts.deny == {{
		"message": "no time-out is set for `proxy_pass` in `location /`",
		"subject": "shop.acme.example",
		"at": facts_test.at_in("deploy/nginx.conf", 12, 5),
	}} with input as untimed
}

untimed_twice := server({"untimed": [place, place]})

test_once_for_a_server if {
	some found in no_timeouts.deny with input as untimed_twice
	endswith(found.message, "in `location /` and 1 more")
}

timed := server({})

test_nothing_to_say_otherwise if {
	no_timeouts.deny == set() with input as timed
	no_timeouts.deny == set() with input as {}
}
