package policygate.nginx.plaintext_listener_test

import data.policygate.facts_test
import data.policygate.nginx.plaintext_listener

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

plain := server({})

finding(assumes) := {
	"message": "`shop.acme.example` serves `/` without TLS on `listen 80`",
	"subject": "shop.acme.example: listen 80",
	"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
	"related": [{"message": "is served there", "at": facts_test.at_in("deploy/nginx.conf", 12, 5)}],
	"assumes": assumes,
}

test_site_with_a_name if {
	plaintext_listener.deny == {finding(["no proxy in front of it speaks TLS"])} with input as plain
}

of_the_server := server({"served": [object.union(place, {"location": ""})]})

test_files_outside_of_locations if {
	some found in plaintext_listener.deny with input as of_the_server
	found.message == "`shop.acme.example` serves files without TLS on `listen 80`"
}

both_ways := server({"tls": true, "named": false})

test_site_that_has_tls_as_well if {
	plaintext_listener.deny == {finding([])} with input as both_ways
}

redirect := server({"served": []})

loopback := server({"plain": []})

behind_a_proxy := server({"tls_in_front": true})

in_a_container := server({"named": false})

test_listeners_that_are_right if {
	plaintext_listener.deny == set() with input as redirect
	plaintext_listener.deny == set() with input as loopback
	plaintext_listener.deny == set() with input as behind_a_proxy
	plaintext_listener.deny == set() with input as in_a_container
	plaintext_listener.deny == set() with input as {}
}
