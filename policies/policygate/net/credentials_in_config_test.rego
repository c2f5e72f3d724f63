package policygate.net.credentials_in_config_test

import data.policygate.facts_test
import data.policygate.net.credentials_in_config

checkout(hosts, fields, local) := facts_test.networked(
	{"endpoints": [facts_test.endpoint(
		[facts_test.endpoint_host(name, {"port": port}) | some name, port in hosts],
		object.union({"credentials": true}, fields),
	)]},
	{"net.credentials_in_config": {"local": local}},
)

one := checkout({"db.acme.example": 5432}, {}, false)

test_password_for_a_host if {
	credentials_in_config.deny == {{
		"message": "`DATABASE_URL` of `orders` holds a password for `db.acme.example:5432`",
		"subject": "orders: environment: DATABASE_URL: db.acme.example:5432",
		"at": facts_test.at_in("deploy/compose.yaml", 7, 21),
	}} with input as one
}

said contains [finding.message, finding.subject] if some finding in credentials_in_config.deny

many := checkout({"a.example": 1, "b.example": 2, "c.example": 0, "fd00::1": 4}, {"service": ""}, false)

three := checkout({"a.example": 1, "b.example": 2, "c.example": 3}, {}, false)

unplaced := checkout({}, {"scope": ""}, false)

test_hosts_are_listed if {
	said == {[
		"`DATABASE_URL` holds a password for `a.example:1`, `b.example:2`, `c.example` and 1 more",
		"environment: DATABASE_URL: a.example:1,b.example:2,c.example,[fd00::1]:4",
	]} with input as many
	said == {[
		"`DATABASE_URL` of `orders` holds a password for `a.example:1`, `b.example:2`, `c.example:3`",
		"orders: environment: DATABASE_URL: a.example:1,b.example:2,c.example:3",
	]} with input as three
	said == {["`DATABASE_URL` of `orders` holds a password", "orders: DATABASE_URL"]} with input as unplaced
}

local_counts := checkout({"db": 5432}, {"local": true}, true)

local_is_harmless := checkout({"db": 5432}, {"local": true}, false)

test_local_passwords_count_on_demand if {
	count(credentials_in_config.deny) == 1 with input as local_counts
	credentials_in_config.deny == set() with input as local_is_harmless
}

without := checkout({"db.acme.example": 5432}, {"credentials": false}, false)

nothing := facts_test.networked({"endpoints": []}, {})

test_near_misses if {
	credentials_in_config.deny == set() with input as without
	credentials_in_config.deny == set() with input as nothing
	credentials_in_config.deny == set() with input as {}
}
