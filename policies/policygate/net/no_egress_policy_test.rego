package policygate.net.no_egress_policy_test

import data.policygate.facts_test
import data.policygate.net.no_egress_policy

with_workload(fields) := facts_test.manifests({"workloads": [facts_test.workload(fields)]})

open := with_workload({"isolated_egress": false, "selected_by_egress": []})

test_workload_that_must_be_isolated if {
	no_egress_policy.deny == {{
		"message": "no NetworkPolicy isolates `web` for egress, in the isolated environment `production`",
		"subject": "shop/Deployment web in production",
		"at": facts_test.manifest_at(4, 9),
		"related": [{
			"message": "every workload of `production` must be isolated",
			"at": facts_test.at_in("policygate.yaml", 3, 5),
		}],
	}} with input as open
}

isolated := with_workload({})

not_required := with_workload({"isolated_egress": false, "isolation_required": false})

not_known := with_workload({"isolated_egress": false, "known": false})

on_the_node := with_workload({"isolated_egress": false, "host_network": true})

test_nothing_to_say_of_others if {
	no_egress_policy.deny == set() with input as isolated
	no_egress_policy.deny == set() with input as not_required
	no_egress_policy.deny == set() with input as not_known
	no_egress_policy.deny == set() with input as on_the_node
	no_egress_policy.deny == set() with input as {}
}
