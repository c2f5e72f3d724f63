package policygate.goproxy.plain_http_test

import data.policygate.facts_test
import data.policygate.goproxy.plain_http

http(host, reachable) := facts_test.entry(concat("", ["http://", host]), ",", 12, {
	"kind": "proxy",
	"host": host,
	"role": "own",
	"plain_http": true,
	"reachable": reachable,
})

athens := facts_test.checkout(facts_test.proxies([http("athens.acme.example:3000", true)]))

test_host_in_the_network if {
	plain_http.deny == {{
		"message": "`athens.acme.example:3000` is asked without TLS",
		"subject": "variables: http://athens.acme.example:3000",
		"at": facts_test.at(3, 12),
	}} with input as athens
}

almost := facts_test.checkout(facts_test.proxies([http("localhost.acme.example", true)]))

test_name_that_only_begins_like_the_loopback if {
	plain_http.deny == {{
		"message": "`localhost.acme.example` is asked without TLS",
		"subject": "variables: http://localhost.acme.example",
		"at": facts_test.at(3, 12),
	}} with input as almost
}

loopback := facts_test.checkout(facts_test.proxies([
	http("LocalHost:3000", true),
	http("127.0.0.1", true),
	http("127.1.2.3:8080", true),
	http("[::1]:3000", true),
]))

unread := facts_test.checkout(facts_test.proxies([http("athens.acme.example", false)]))

tls := facts_test.checkout(facts_test.proxies([facts_test.proxy("athens.acme.example", "own", "", 12)]))

test_loopback_and_tls_are_fine if {
	plain_http.deny == set() with input as loopback
	plain_http.deny == set() with input as unread
	plain_http.deny == set() with input as tls
	plain_http.deny == set() with input as {}
}
