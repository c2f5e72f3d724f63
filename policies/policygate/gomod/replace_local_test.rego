package policygate.gomod.replace_local_test

import data.policygate.facts_test
import data.policygate.gomod.replace_local

replace(target, fields) := object.union(
	{
		"old_path": "git.acme.example/platform/kit",
		"old_version": "",
		"new_path": target,
		"new_version": "",
		"local": true,
		"directory": "",
		"at": facts_test.at(20, 9),
		"target_at": facts_test.at(20, 42),
	},
	fields,
)

go(replaces) := {"modules": [facts_test.module("go.mod", {"replaces": replaces})]}

configured(allow_inside, replaces) := {
	"go": go(replaces),
	"config": facts_test.config(true, {"gomod.replace_local": {"allow_inside": allow_inside}}),
}

outside := configured(true, [replace("../kit", {})])

outside_and_strict := configured(false, [replace("../kit", {})])

test_directory_outside_the_checkout if {
	expected := {{
		"message": "`git.acme.example/platform/kit` is replaced by `../kit`, a directory outside the checkout",
		"subject": "git.acme.example/platform/kit => ../kit",
		"at": facts_test.at(20, 42),
		"modules": ["git.acme.example/platform/kit"],
	}}
	replace_local.deny == expected with input as outside
	replace_local.deny == expected with input as outside_and_strict
}

inside := replace("./kit", {"directory": "kit", "old_version": "v1.8.2"})

forbidden := configured(false, [inside])

unconfigured := facts_test.checkout(go([inside]))

test_directory_inside_where_it_is_forbidden_or_not_known_to_be_allowed if {
	expected := {{
		"message": "`git.acme.example/platform/kit` is replaced by `./kit`, a directory of this checkout",
		"subject": "git.acme.example/platform/kit v1.8.2 => ./kit",
		"at": facts_test.at(20, 42),
		"modules": ["git.acme.example/platform/kit"],
	}}
	replace_local.deny == expected with input as forbidden
	replace_local.deny == expected with input as unconfigured
}

allowed := configured(true, [inside])

fork := configured(false, [replace("git.acme.example/forks/kit", {"new_version": "v1.8.3", "local": false})])

none := configured(false, [])

test_other_replacements_are_fine if {
	replace_local.deny == set() with input as allowed
	replace_local.deny == set() with input as fork
	replace_local.deny == set() with input as none
	replace_local.deny == set() with input as {}
}
