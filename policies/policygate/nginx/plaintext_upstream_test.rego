package policygate.nginx.plaintext_upstream_test

import data.policygate.facts_test
import data.policygate.nginx.plaintext_upstream

proxy(fields) := facts_test.networked(
	{"nginx": {"proxies": [object.union(
		{
			"server": "shop.acme.example",
			"location": "/pay/",
			"text": "http://pay.partner.example",
			"scheme": "http",
			"host": "pay.partner.example",
			"host_class": "external",
			"variable": false,
			"unresolvable": false,
			"evidence": [],
			"assumes": [],
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		},
		fields,
	)]}},
	{},
)

plain := proxy({})

test_plain_target_outside if {
	plaintext_upstream.deny == {{
		"message": "`http://pay.partner.example` goes to `pay.partner.example` without TLS",
		"subject": "shop.acme.example /pay/: http://pay.partner.example",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [],
	}} with input as plain
}

with_tls := proxy({"scheme": "https"})

inside := proxy({"host_class": "internal"})

service := proxy({"host_class": "unknown"})

test_targets_that_are_right if {
	plaintext_upstream.deny == set() with input as with_tls
	plaintext_upstream.deny == set() with input as inside
	plaintext_upstream.deny == set() with input as service
	plaintext_upstream.deny == set() with input as {}
}
