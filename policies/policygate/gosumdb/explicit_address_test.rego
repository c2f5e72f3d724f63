package policygate.gosumdb.explicit_address_test

import data.policygate.facts_test
import data.policygate.gosumdb.explicit_address

gosumdb(value, fields) := facts_test.checkout({"settings": {"GOSUMDB": [facts_test.sumdb(value, fields)]}})

addressed(fields) := gosumdb(
	"sum.example https://goproxy.cn",
	object.union({"name": "sum.example", "url": "https://goproxy.cn", "role": "outside"}, fields),
)

fires := addressed({})

test_an_address_of_its_own if {
	explicit_address.deny == {{
		"message": "checksums are looked up at `https://goproxy.cn` alone, never through the proxies",
		"subject": "variables: https://goproxy.cn",
		"at": facts_test.at(3, 12),
	}} with input as fires
}

name_alone := gosumdb("sum.example", {"name": "sum.example"})

own := addressed({"role": "own"})

lost := addressed({"lost": "not_exported"})

refused := addressed({"problem": "malformed verifier id"})

test_no_address_one_of_our_own_and_what_go_never_sees if {
	explicit_address.deny == set() with input as name_alone
	explicit_address.deny == set() with input as own
	explicit_address.deny == set() with input as lost
	explicit_address.deny == set() with input as refused
}

nothing := facts_test.checkout({"settings": {"GOSUMDB": []}})

test_nothing_set if {
	explicit_address.deny == set() with input as nothing
}
