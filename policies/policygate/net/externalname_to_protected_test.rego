package policygate.net.externalname_to_protected_test

import data.policygate.facts_test
import data.policygate.net.externalname_to_protected

evidence(environment) := [{
	"message": sprintf("`db.prod.acme.example` is of `%s`", [environment]),
	"at": facts_test.at_in("policygate.yaml", 4, 14),
}]

with_alias(fields) := facts_test.manifests({"aliases": [object.union(
	{
		"namespace": "shop",
		"name": "db",
		"environment": "staging",
		"host": "db.prod.acme.example",
		"host_environment": "production",
		"host_protected": true,
		"datastore": "",
		"pooler": false,
		"at": facts_test.manifest_at(70, 17),
		"evidence": evidence("production"),
	},
	fields,
)]})

finding(who) := {
	"message": sprintf("%s stands for `db.prod.acme.example`, a host of the protected environment `production`", [who]),
	"subject": "shop/db: db.prod.acme.example",
	"at": facts_test.manifest_at(70, 17),
	"related": evidence("production"),
}

from_staging := with_alias({})

from_anywhere := with_alias({"environment": ""})

test_alias_in_another_environment if {
	externalname_to_protected.deny == {finding("`db` of `staging`")} with input as from_staging
}

to_a_pooler := with_alias({"pooler": true})

inside := with_alias({"environment": "production"})

unprotected := with_alias({"host_environment": "staging", "environment": "", "host_protected": false})

test_nothing_to_say_of_others if {
	externalname_to_protected.deny == set() with input as inside
	externalname_to_protected.deny == set() with input as from_anywhere
	externalname_to_protected.deny == set() with input as to_a_pooler
	externalname_to_protected.deny == set() with input as unprotected
	externalname_to_protected.deny == set() with input as {}
}
