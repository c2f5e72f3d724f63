package policygate.net.raw_ip_test

import data.policygate.facts_test
import data.policygate.net.raw_ip

checkout(host, fields, allow) := facts_test.networked(
	{"endpoints": [facts_test.endpoint(
		[facts_test.endpoint_host("10.1.2.3", object.union({"literal_ip": true, "host_class": "internal"}, host))],
		object.union({"text": "postgres://10.1.2.3:5432/app"}, fields),
	)]},
	{"net.raw_ip": {"allow": allow}},
)

production := {"environment": "production", "protected": true}

of_the_file := checkout({"environment": "lab"}, production, ["169.254.169.254"])

test_address_in_a_file_of_a_protected_environment if {
	raw_ip.deny == {{
		"message": concat(" ", [
			"`DATABASE_URL` of `orders` names `10.1.2.3:5432` by its address,",
			"in the protected environment `production`",
		]),
		"subject": "orders: environment: DATABASE_URL: 10.1.2.3:5432",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
		"related": [
			{"message": "what claims `10.1.2.3`", "at": facts_test.at_in("policygate.yaml", 9, 14)},
			{"message": "belongs to `orders`", "at": facts_test.at_in("policygate.yaml", 4, 5)},
		],
	}} with input as of_the_file
}

of_the_host := checkout(
	object.union(production, {"name": "fd00::1", "port": 0}),
	{"environment": "staging", "service": "", "text": "fd00::1"},
	[],
)

test_address_of_a_protected_environment if {
	{finding.message | some finding in raw_ip.deny} == {concat(" ", [
		"`DATABASE_URL` names `[fd00::1]` by its address,",
		"in the protected environment `production`",
	])} with input as of_the_host
}

named := checkout({"literal_ip": false}, production, [])

loopback := checkout({"host_class": "loopback"}, production, [])

behind_a_name := checkout({}, object.union(production, {"text": "postgres://db:5432/app"}), [])

allowed := checkout({}, production, ["10.1.2.3"])

open := checkout({"environment": "staging"}, {"environment": "staging"}, [])

nothing := facts_test.networked({"endpoints": []}, {})

test_near_misses if {
	raw_ip.deny == set() with input as named
	raw_ip.deny == set() with input as loopback
	raw_ip.deny == set() with input as behind_a_name
	raw_ip.deny == set() with input as allowed
	raw_ip.deny == set() with input as open
	raw_ip.deny == set() with input as nothing
	raw_ip.deny == set() with input as {}
}
