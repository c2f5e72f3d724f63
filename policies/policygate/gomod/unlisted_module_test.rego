package policygate.gomod.unlisted_module_test

import data.policygate.facts_test
import data.policygate.gomod.unlisted_module

require(path, via) := {
	"path": path,
	"version": "v1.0.0",
	"indirect": count(via) > 0,
	"via": via,
	"at": facts_test.at_in("go.mod", 6, 2),
}

modules(file, requires) := {"modules": [facts_test.module(file, {"requires": requires})]}

parameters := {"gomod.unlisted_module": {"allow": ["good.example/kit", "*.acme.example/libs/"]}}

own(stated, allow) := object.union(
	facts_test.config(stated, {"gomod.unlisted_module": {"allow": allow}}),
	{"own": {"modules": ["git.own.example"]}},
)

listed(files, base, head) := object.union(
	facts_test.changed({"files": files}, base, head),
	{"config": facts_test.config(true, parameters)},
)

found(path) := {
	"message": sprintf("`%s` is new here, and no entry of `allow` covers it", [path]),
	"subject": path,
	"at": facts_test.at_in("go.mod", 6, 2),
	"modules": [path],
}

x := require("a.example/x", [])

y := require("a.example/y", ["a.example/x", "a.example/z"])

direct := listed([facts_test.differs("go.mod")], modules("go.mod", [x]), modules("go.mod", [x, y]))

new_file := listed([facts_test.added("go.mod")], {}, modules("go.mod", [x]))

near_names := listed(
	[facts_test.renamed("b/go.mod", "a/go.mod")],
	modules("a/go.mod", []),
	modules("b/go.mod", [require("good.example/kitten", []), require("git.acme.example/lib", [])]),
)

test_module_that_is_on_no_list if {
	unlisted_module.deny == {found("a.example/y")} with input as direct
	unlisted_module.deny == {found("a.example/x")} with input as new_file
	unlisted_module.deny == {
		found("good.example/kitten"),
		found("git.acme.example/lib"),
	} with input as near_names
}

mine := modules("go.mod", [require("git.own.example/kit", [])])

guessed := object.union(
	facts_test.changed({"files": [facts_test.differs("go.mod")]}, {}, mine),
	{"config": own(false, ["good.example"])},
)

test_own_modules_must_be_stated if {
	unlisted_module.deny == {found("git.own.example/kit")} with input as guessed
	unlisted_module.deny == set() with input as stated
}

stated := object.union(guessed, {"config": own(true, ["good.example"])})

on_the_list := listed(
	[facts_test.differs("go.mod")],
	modules("go.mod", []),
	modules("go.mod", [require("good.example/kit", []), require("git.acme.example/libs/log/v2", [])]),
)

no_list := object.union(guessed, {"config": own(false, [])})

known := listed([facts_test.differs("go.mod")], modules("go.mod", [x]), modules("go.mod", [x]))

untouched := listed([], {}, modules("go.mod", [x]))

no_base := object.union(new_file, {"base": {"exists": false, "go": {}}})

no_change := object.union(facts_test.checkout(modules("go.mod", [x])), {"config": facts_test.config(true, parameters)})

test_nothing_else if {
	unlisted_module.deny == set() with input as on_the_list
	unlisted_module.deny == set() with input as no_list
	unlisted_module.deny == set() with input as known
	unlisted_module.deny == set() with input as untouched
	unlisted_module.deny == set() with input as no_base
	unlisted_module.deny == set() with input as no_change
	unlisted_module.deny == set() with input as {}
}
