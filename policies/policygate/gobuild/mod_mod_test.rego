package policygate.gobuild.mod_mod_test

import data.policygate.facts_test
import data.policygate.gobuild.mod_mod

run(kind, verb, arguments) := facts_test.checkout({"contexts": [facts_test.context(
	kind,
	[facts_test.command(verb, arguments, {})],
	{},
)]})

build := run("gitlab_job", "build", ["build", "-mod=mod", "./..."])

twice := object.union(build, {"go": {"contexts": array.concat(build.go.contexts, build.go.contexts)}})

test_flag_of_a_command if {
	expected := {{
		"message": "`-mod=mod` lets this command rewrite go.mod and go.sum",
		"subject": "build: go build -mod=mod ./...",
		"at": facts_test.at(12, 7),
		"contexts": [".gitlab-ci.yml#build"],
	}}
	mod_mod.deny == expected with input as build
	mod_mod.deny == expected with input as twice
}

build_verbs := ["build", "fix", "generate", "install", "list", "run", "test", "vet"]

each_verb := facts_test.checkout({"contexts": [facts_test.context(
	"gitlab_job",
	[facts_test.command(verb, [verb, "-mod=mod"], {}) | some verb in build_verbs],
	{},
)]})

test_each_command_that_builds if {
	subjects := {finding.subject | some finding in mod_mod.deny} with input as each_verb
	subjects == {sprintf("build: go %s -mod=mod", [verb]) | some verb in build_verbs}
}

arguments := run("gitlab_job", "test", ["test", "-mod=mod", "./...", "-args", "notify/ops@acme.example"])

test_argument_that_is_no_version if {
	mod_mod.deny == {{
		"message": "`-mod=mod` lets this command rewrite go.mod and go.sum",
		"subject": "build: go test -mod=mod ./... -args notify/ops@acme.example",
		"at": facts_test.at(12, 7),
		"contexts": [".gitlab-ci.yml#build"],
	}} with input as arguments
}

apart := run("github_job", "test", ["test", "--mod", "mod"])

test_value_apart_from_the_flag if {
	mod_mod.deny == {{
		"message": "`-mod=mod` lets this command rewrite go.mod and go.sum",
		"subject": "build: go test --mod mod",
		"at": facts_test.at(12, 7),
		"contexts": [".gitlab-ci.yml#build"],
	}} with input as apart
}

run_here := run("dockerfile_stage", "run", ["run", "-mod=mod", "./cmd/gen", "ops@acme.example"])

test_run_of_a_local_package if {
	mod_mod.deny == {{
		"message": "`-mod=mod` lets this command rewrite go.mod and go.sum",
		"subject": "build: go run -mod=mod ./cmd/gen ops@acme.example",
		"at": facts_test.at(12, 7),
		"contexts": [".gitlab-ci.yml#build"],
	}} with input as run_here
}

goflags(texts) := {"GOFLAGS": [facts_test.flags(texts)]}

job := facts_test.checkout({"contexts": [facts_test.context("gitlab_job", [], goflags(["-trimpath", "-mod=mod"]))]})

test_goflags_of_a_job if {
	mod_mod.deny == {{
		"message": "`-mod=mod` in `GOFLAGS` lets every build rewrite go.mod and go.sum",
		"subject": "variables: -mod=mod",
		"at": facts_test.at(3, 12),
		"contexts": [".gitlab-ci.yml#build"],
		"evidence": ["context .gitlab-ci.yml#build"],
	}} with input as job
}

two_jobs := object.union(job, {"go": {"contexts": array.concat(
	[object.union(context, {"id": ".gitlab-ci.yml#test"}) | some context in job.go.contexts],
	job.go.contexts,
)}})

test_goflags_of_two_jobs_are_one_finding if {
	{finding.contexts | some finding in mod_mod.deny} == {[
		".gitlab-ci.yml#build",
		".gitlab-ci.yml#test",
	]} with input as two_jobs
}

shell(verb, settings) := facts_test.checkout({"contexts": [facts_test.context(
	"dockerfile_stage",
	[facts_test.command(verb, [verb], settings)],
	{},
)]})

prefixed := shell("vet", goflags(["-mod=mod"]))

test_goflags_of_a_command if {
	mod_mod.deny == {{
		"message": "`-mod=mod` in `GOFLAGS` lets this command rewrite go.mod and go.sum",
		"subject": "build: variables: -mod=mod",
		"at": facts_test.at(3, 12),
		"contexts": [".gitlab-ci.yml#build"],
	}} with input as prefixed
}

lost(settings) := {"GOFLAGS": [object.union(setting, {"lost": "pipeline"}) | some setting in settings.GOFLAGS]}

readonly := run("gitlab_job", "build", ["build", "-mod=readonly", "./mod=mod"])

vendor := facts_test.checkout({"contexts": [facts_test.context("gitlab_job", [], goflags(["-mod=vendor", "-p=mod"]))]})

installed_elsewhere := run("gitlab_job", "install", ["install", "-mod=mod", "golang.org/x/tools/cmd/stringer@v0.36.0"])

elsewhere := run("gitlab_job", "run", ["run", "-mod=mod", "golang.org/x/tools/cmd/stringer@v0.36.0"])

get := run("gitlab_job", "get", ["get", "-mod=mod", "./..."])

laptop := run("makefile", "build", ["build", "-mod=mod"])

laptop_flags := facts_test.checkout({"contexts": [facts_test.context(
	"shell",
	[facts_test.command("build", ["build"], goflags(["-mod=mod"]))],
	goflags(["-mod=mod"]),
)]})

lost_flags := facts_test.checkout({"contexts": [facts_test.context(
	"github_job",
	[facts_test.command("build", ["build"], lost(goflags(["-mod=mod"])))],
	lost(goflags(["-mod=mod"])),
)]})

other_verb := shell("mod tidy", goflags(["-mod=mod"]))

vendor_command := shell("build", goflags(["-mod=vendor", "-p=mod"]))

test_other_builds_are_fine if {
	mod_mod.deny == set() with input as readonly
	mod_mod.deny == set() with input as vendor
	mod_mod.deny == set() with input as elsewhere
	mod_mod.deny == set() with input as installed_elsewhere
	mod_mod.deny == set() with input as get
	mod_mod.deny == set() with input as laptop
	mod_mod.deny == set() with input as laptop_flags
	mod_mod.deny == set() with input as lost_flags
	mod_mod.deny == set() with input as other_verb
	mod_mod.deny == set() with input as vendor_command
	mod_mod.deny == set() with input as {}
}
