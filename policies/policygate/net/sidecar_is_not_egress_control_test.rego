package policygate.net.sidecar_is_not_egress_control_test

import data.policygate.facts_test
import data.policygate.net.sidecar_is_not_egress_control

with_scope(fields) := facts_test.manifests({"scopes": [object.union(
	{
		"kind": "Sidecar",
		"environment": "production",
		"protected": true,
		"namespace": "shop",
		"name": "default",
		"workloads": 1,
		"workload": "web",
		"workload_at": facts_test.manifest_at(4, 9),
		"at": facts_test.manifest_at(60, 11),
	},
	fields,
)]})

finding(who) := {
	"message": sprintf("`REGISTRY_ONLY` of the Sidecar `default` is all that keeps %s from calling everybody", [who]),
	"subject": "shop/Sidecar default",
	"at": facts_test.manifest_at(60, 11),
	"related": [{"message": "no NetworkPolicy selects it for egress", "at": facts_test.manifest_at(4, 9)}],
}

alone := with_scope({})

several := with_scope({"workloads": 3})

test_mesh_that_restricts_alone if {
	sidecar_is_not_egress_control.deny == {finding("`web`")} with input as alone
	sidecar_is_not_egress_control.deny == {finding("`web` and 2 more")} with input as several
}

unprotected := with_scope({"protected": false})

test_nothing_to_say_of_others if {
	sidecar_is_not_egress_control.deny == set() with input as unprotected
	sidecar_is_not_egress_control.deny == set() with input as {}
}
