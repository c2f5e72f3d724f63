package policygate.net.policy_selects_nothing_test

import data.policygate.facts_test
import data.policygate.net.policy_selects_nothing

near(name) := [{"message": sprintf("the labels of `%s` are `app=%s`", [name, name]), "at": facts_test.manifest_at(4, 9)}]

with_policy(fields) := facts_test.manifests({"policies": [facts_test.network_policy(object.union(
	{"selects": 0, "near": near("web"), "like": true, "selector": "app=wbe"},
	fields,
))]})

misspelt := with_policy({})

unlike := with_policy({"like": false})

finding(assumes) := {
	"message": "`web-out` selects no workload: none in `shop` has `app=wbe`",
	"subject": "shop/web-out: app=wbe",
	"at": facts_test.manifest_at(30, 9),
	"related": near("web"),
	"assumes": assumes,
}

test_misspelt_label_and_one_that_may_be_meant_for_others if {
	policy_selects_nothing.deny == {finding([])} with input as misspelt
	policy_selects_nothing.deny == {finding(["no workload outside of this checkout is meant"])} with input as unlike
}

selecting := with_policy({"selects": 1})

not_known := with_policy({"known": false})

unlike_any := with_policy({"near": []})

test_nothing_to_say_of_others if {
	policy_selects_nothing.deny == set() with input as selecting
	policy_selects_nothing.deny == set() with input as not_known
	policy_selects_nothing.deny == set() with input as unlike_any
	policy_selects_nothing.deny == set() with input as {}
}
