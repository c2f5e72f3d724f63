package policygate.net.egress_not_covered_test

import data.policygate.facts_test
import data.policygate.net.egress_not_covered

with_endpoint(fields) := facts_test.manifests({"uncovered": [object.union(
	{
		"environment": "production",
		"namespace": "shop",
		"workload": "web",
		"key": "DATABASE_URL",
		"endpoint": "postgres://db/app",
		"host": "db",
		"port": 5432,
		"reason": "egress",
		"policies": [{"name": "deny-all", "at": facts_test.manifest_at(30, 9)}],
		"at": facts_test.manifest_at(12, 20),
	},
	fields,
)]})

finding(message, subject) := {
	"message": message,
	"subject": subject,
	"at": facts_test.manifest_at(12, 20),
	"related": [{"message": "`deny-all` restricts it", "at": facts_test.manifest_at(30, 9)}],
}

not_let_out := with_endpoint({})

not_let_in := with_endpoint({"reason": "ingress"})

without_port := with_endpoint({"host": "2001:db8::7", "port": 0})

test_endpoints_that_are_blocked if {
	egress_not_covered.deny == {finding(
		"`web` has `DATABASE_URL` for `db:5432`, and no NetworkPolicy lets it out there",
		"shop/web: DATABASE_URL: db:5432: egress",
	)} with input as not_let_out
	egress_not_covered.deny == {finding(
		"`web` has `DATABASE_URL` for `db:5432`, whose NetworkPolicies do not let it in",
		"shop/web: DATABASE_URL: db:5432: ingress",
	)} with input as not_let_in
	egress_not_covered.deny == {finding(
		"`web` has `DATABASE_URL` for `[2001:db8::7]`, and no NetworkPolicy lets it out there",
		"shop/web: DATABASE_URL: [2001:db8::7]: egress",
	)} with input as without_port
}

covered := facts_test.manifests({"workloads": [facts_test.workload({})], "uncovered": []})

test_nothing_to_say_of_others if {
	egress_not_covered.deny == set() with input as covered
	egress_not_covered.deny == set() with input as {}
}
