package policygate.goprivate.narrowed_test

import data.policygate.facts_test
import data.policygate.goprivate.narrowed

valued(path, texts, fields) := facts_test.setting(concat(",", texts), object.union(
	{
		"at": facts_test.at_in(path, 5, 14),
		"patterns": [facts_test.pattern(text, {"everything": text == "*"}) | some text in texts],
	},
	fields,
))

private(path, texts) := {"settings": {"GOPRIVATE": [valued(path, texts, {})]}}

in_place := {"files": [facts_test.differs("ci.yml")]}

moved := {"files": [facts_test.renamed("new.yml", "ci.yml")]}

finding(variable, text, at) := {
	"message": sprintf("`%s` of `variables` covered `%s`, and does not any more", [variable, text]),
	"subject": sprintf("variables: %s %s", [variable, text]),
	"at": at,
}

two := private("ci.yml", ["git.acme.example", "code.acme.example"])

lost_one := facts_test.changed(in_place, two, private("ci.yml", ["git.acme.example"]))

longer := facts_test.changed(moved, two, private("new.yml", ["git.acme.example/team", "code.acme.example"]))

test_pattern_is_gone_or_longer if {
	narrowed.deny == {finding(
		"GOPRIVATE", "code.acme.example",
		facts_test.at_in("ci.yml", 5, 14),
	)} with input as lost_one
	narrowed.deny == {finding(
		"GOPRIVATE", "git.acme.example",
		facts_test.at_in("new.yml", 5, 14),
	)} with input as longer
}

others(texts) := {"settings": {
	"GONOPROXY": [valued("ci.yml", texts, {})],
	"GONOSUMDB": [valued("ci.yml", texts, {})],
}}

emptied := facts_test.changed(in_place, others(["a.example"]), others([]))

test_other_variables_are_watched_too if {
	narrowed.deny == {
		finding("GONOPROXY", "a.example", facts_test.at_in("ci.yml", 5, 14)),
		finding("GONOSUMDB", "a.example", facts_test.at_in("ci.yml", 5, 14)),
	} with input as emptied
}

setting_gone := facts_test.changed(moved, private("ci.yml", ["git.acme.example"]), {})

setting_lost := facts_test.changed(
	moved,
	private("ci.yml", ["git.acme.example"]),
	{"settings": {"GOPRIVATE": [valued("new.yml", ["git.acme.example"], {"lost": "not_exported"})]}},
)

start := {"path": "new.yml", "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 1}, "origin": "absent"}

test_setting_is_gone_or_without_effect if {
	expected := {finding("GOPRIVATE", "git.acme.example", start)}
	narrowed.deny == expected with input as setting_gone
	narrowed.deny == expected with input as setting_lost
}

# A pipeline whose job has the setting itself, in a file that is called so.
job(path, name, own, of_command) := {"contexts": [object.union(
	facts_test.context("gitlab_job", [facts_test.command("build", ["build"], of_command)], own),
	{"name": name, "at": facts_test.at_in(path, 9, 1)},
)]}

scoped(path, texts, scope) := {"GOPRIVATE": [valued(path, texts, {"scope": scope})]}

job_with(path, name, texts) := object.union(
	{"settings": scoped(path, texts, "job")},
	job(path, name, scoped(path, texts, "job"), {}),
)

script_with(path, name, texts) := object.union(
	{"settings": scoped(path, texts, "job")},
	job(path, name, {}, scoped(path, texts, "job")),
)

job_lost := facts_test.changed(moved, job_with("ci.yml", "build", ["a.example"]), job("new.yml", "build", {}, {}))

script_lost := facts_test.changed(moved, script_with("ci.yml", "build", ["a.example"]), job("new.yml", "build", {}, {}))

less_around := facts_test.changed(
	moved,
	job_with("ci.yml", "build", ["a.example"]),
	job("new.yml", "build", scoped("new.yml", ["a.example/b"], "variables"), {}),
)

test_job_that_stays_has_lost_its_setting if {
	expected := {{
		"message": "`GOPRIVATE` of `job` covered `a.example`, and does not any more",
		"subject": "job: GOPRIVATE a.example",
		"at": facts_test.at_in("new.yml", 9, 1),
	}}
	narrowed.deny == expected with input as job_lost
	narrowed.deny == expected with input as script_lost
	narrowed.deny == expected with input as less_around
}

job_gone := facts_test.changed(moved, job_with("ci.yml", "build", ["a.example"]), job("new.yml", "test", {}, {}))

job_renamed := facts_test.changed(
	moved,
	job_with("ci.yml", "build", ["a.example"]),
	object.union(
		job("new.yml", "compile", scoped("new.yml", ["a.example"], "job compile"), {}),
		{"settings": scoped("new.yml", ["a.example"], "job compile")},
	),
)

moved_around := facts_test.changed(
	moved,
	job_with("ci.yml", "build", ["a.example/b"]),
	job("new.yml", "build", scoped("new.yml", ["a.example"], "variables"), {}),
)

moved_into_script := facts_test.changed(
	moved,
	job_with("ci.yml", "build", ["a.example"]),
	job("new.yml", "build", {}, scoped("new.yml", ["a.example", "b.example"], "job script")),
)

test_job_that_goes_or_has_the_pattern_from_elsewhere_is_fine if {
	narrowed.deny == set() with input as job_gone
	narrowed.deny == set() with input as job_renamed
	narrowed.deny == set() with input as moved_around
	narrowed.deny == set() with input as moved_into_script
}

several(values) := {"settings": {"GOPRIVATE": [valued("ci.yml", texts, {}) | some texts in values]}}

one_more := facts_test.changed(in_place, several([["a.example"]]), several([["a.example"], ["b.example"]]))

of_two := facts_test.changed(
	in_place,
	several([["a.example"], ["b.example"]]),
	several([["a.example"], ["c.example"]]),
)

both_stay := facts_test.changed(
	in_place,
	several([["a.example"], ["b.example"]]),
	several([["c.example", "b.example"], ["a.example"]]),
)

test_several_values_of_one_setting if {
	narrowed.deny == {finding("GOPRIVATE", "a.example", facts_test.at_in("ci.yml", 5, 14))} with input as one_more
	narrowed.deny == {finding("GOPRIVATE", "b.example", facts_test.at_in("ci.yml", 5, 14))} with input as of_two
	narrowed.deny == set() with input as both_stay
}

wider(old, new) := facts_test.changed(in_place, private("ci.yml", [old]), private("ci.yml", [new]))

prefix := wider("git.acme.example/team/*", "git.acme.example")

slash := wider("git.acme.example/", "git.acme.example")

star := wider("*.git.acme.example/team", "*.acme.example")

everything := wider("git.acme.example", "*")

range := wider("git[12].acme.example/team", "git[12].acme.example")

test_what_covers_as_much_is_fine if {
	narrowed.deny == set() with input as prefix
	narrowed.deny == set() with input as slash
	narrowed.deny == set() with input as star
	narrowed.deny == set() with input as everything
	narrowed.deny == set() with input as range
}

part_of_a_name := wider("git.acme.example", "git.acme.exam")

deeper := wider("*.acme.example", "*.acme.example/team")

one_letter := wider("*.acme.example", "?.acme.example")

one_range := wider("git[12].acme.example", "*[1]*.acme.example")

test_what_looks_alike_covers_less if {
	count(narrowed.deny) == 1 with input as part_of_a_name
	count(narrowed.deny) == 1 with input as deeper
	count(narrowed.deny) == 1 with input as one_letter
	count(narrowed.deny) == 1 with input as one_range
}

file_removed := facts_test.changed(
	{"files": [{"path": "ci.yml", "status": "removed", "old_path": ""}]},
	two, {},
)

never_matched := facts_test.changed(
	in_place,
	{"settings": {"GOPRIVATE": [object.union(
		valued("ci.yml", [], {}),
		{"patterns": [facts_test.pattern("https://a.example", {"never": "it has a scheme"})]},
	)]}},
	{},
)

never_in_force := facts_test.changed(
	in_place,
	{"settings": {"GOPRIVATE": [valued("ci.yml", ["a.example"], {"lost": "pipeline"})]}},
	{},
)

no_change := facts_test.checkout(two)

test_nothing_else if {
	narrowed.deny == set() with input as file_removed
	narrowed.deny == set() with input as never_matched
	narrowed.deny == set() with input as never_in_force
	narrowed.deny == set() with input as no_change
	narrowed.deny == set() with input as {}
}
