package policygate.nginx.variable_proxy_pass_without_resolver_test

import data.policygate.facts_test
import data.policygate.nginx.variable_proxy_pass_without_resolver

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

by_variable(fields) := proxy(object.union(
	{
		"text": "http://$backend",
		"host": "orders.acme.example",
		"variable": true,
		"unresolvable": true,
		"evidence": [{"message": "the variable's value", "at": facts_test.at_in("deploy/nginx.conf", 5, 5)}],
		"assumes": ["no `resolver` is set in what includes `deploy/nginx.conf`"],
	},
	fields,
))

unresolvable := by_variable({})

test_host_that_cannot_be_looked_up if {
	variable_proxy_pass_without_resolver.deny == {{
		"message": "`http://$backend` needs a `resolver` to look up `orders.acme.example`, and there is none",
		"subject": "shop.acme.example /pay/: http://$backend",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{"message": "the variable's value", "at": facts_test.at_in("deploy/nginx.conf", 5, 5)}],
		"assumes": ["no `resolver` is set in what includes `deploy/nginx.conf`"],
	}} with input as unresolvable
}

of_the_request := by_variable({"text": "http://$http_x_backend", "host": "", "assumes": []})

test_host_that_the_client_names if {
	some found in variable_proxy_pass_without_resolver.deny with input as of_the_request
	found.message == "`http://$http_x_backend` needs a `resolver` to look up its host, and there is none"
}

resolvable := by_variable({"unresolvable": false})

test_host_that_can_be_looked_up if {
	variable_proxy_pass_without_resolver.deny == set() with input as resolvable
	variable_proxy_pass_without_resolver.deny == set() with input as {}
}
