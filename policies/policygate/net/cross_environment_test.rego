package policygate.net.cross_environment_test

import data.policygate.facts_test
import data.policygate.net.cross_environment

checkout(host, fields) := facts_test.networked(
	{"endpoints": [facts_test.endpoint(
		[facts_test.endpoint_host("db.prod.acme.example", object.union({"environment": "production"}, host))],
		object.union({"environment": "staging"}, fields),
	)]},
	{},
)

crossing := checkout({}, {})

test_staging_leads_to_production if {
	cross_environment.deny == {{
		"message": concat(" ", [
			"`DATABASE_URL` of `orders` belongs to the environment `staging`",
			"and leads to `db.prod.acme.example:5432` of `production`",
		]),
		"subject": "staging to production: orders: environment: DATABASE_URL: db.prod.acme.example:5432",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [
			{
				"message": "what claims `db.prod.acme.example`",
				"at": facts_test.at_in("policygate.yaml", 9, 14),
			},
			{"message": "belongs to `orders`", "at": facts_test.at_in("policygate.yaml", 4, 5)},
		],
	}} with input as crossing
}

other_way := checkout({"environment": "staging", "name": "::ffff", "port": 0}, {"environment": "production", "service": ""})

test_production_leads_to_staging if {
	{[finding.message, finding.subject] | some finding in cross_environment.deny} == {[
		"`DATABASE_URL` belongs to the environment `production` and leads to `[::ffff]` of `staging`",
		"production to staging: environment: DATABASE_URL: [::ffff]",
	]} with input as other_way
}

same := checkout({"environment": "staging"}, {})

file_of_none := checkout({}, {"environment": ""})

host_of_none := checkout({"environment": ""}, {})

shared := checkout({"shared": true}, {})

loopback := checkout({"host_class": "loopback"}, {})

nothing := facts_test.networked({"endpoints": []}, {})

test_near_misses if {
	cross_environment.deny == set() with input as same
	cross_environment.deny == set() with input as file_of_none
	cross_environment.deny == set() with input as host_of_none
	cross_environment.deny == set() with input as shared
	cross_environment.deny == set() with input as loopback
	cross_environment.deny == set() with input as nothing
	cross_environment.deny == set() with input as {}
}
