package policygate.goproxy.credentials_in_url_test

import data.policygate.facts_test
import data.policygate.goproxy.credentials_in_url

with_token := facts_test.checkout(facts_test.proxies([facts_test.entry("https://ci:****@goproxy.acme.example", "", 12, {
	"kind": "proxy",
	"host": "goproxy.acme.example",
	"role": "own",
	"credentials": true,
})]))

test_user_information_of_a_url if {
	credentials_in_url.deny == {{
		"message": "`GOPROXY` carries credentials for `goproxy.acme.example`",
		"subject": "variables: goproxy.acme.example",
		"at": facts_test.at(3, 12),
	}} with input as with_token
}

without := facts_test.checkout(facts_test.proxies([facts_test.proxy("goproxy.acme.example", "own", "", 12)]))

without_chain := facts_test.checkout(facts_test.proxies([]))

test_bare_url_is_fine if {
	credentials_in_url.deny == set() with input as without
	credentials_in_url.deny == set() with input as without_chain
	credentials_in_url.deny == set() with input as {}
}
