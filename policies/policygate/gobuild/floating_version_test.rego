package policygate.gobuild.floating_version_test

import data.policygate.facts_test
import data.policygate.gobuild.floating_version

run(kind, verb, arguments) := facts_test.checkout({"contexts": [facts_test.context(
	kind,
	[facts_test.command(verb, arguments, {})],
	{},
)]})

finding(argument) := {
	"message": sprintf("`%s` is another version whenever something newer is published", [argument]),
	"subject": sprintf("build: %s", [argument]),
	"at": facts_test.at(12, 7),
	"contexts": [".gitlab-ci.yml#build"],
}

latest := run("gitlab_job", "install", ["install", "golang.org/x/tools/cmd/goimports@latest"])

branch := run("github_job", "run", ["run", "-v", "git.acme.example/platform/gen@main", "-out", "x"])

upgrade := run("dockerfile_stage", "get", ["get", "github.com/google/uuid@upgrade"])

test_latest_a_branch_and_a_query if {
	floating_version.deny == {finding("golang.org/x/tools/cmd/goimports@latest")} with input as latest
	floating_version.deny == {finding("git.acme.example/platform/gen@main")} with input as branch
	floating_version.deny == {finding("github.com/google/uuid@upgrade")} with input as upgrade
}

release := run("gitlab_job", "install", ["install", "golang.org/x/tools/cmd/goimports@v0.36.0"])

local_run := run("gitlab_job", "run", ["run", "./cmd/notify", "ops@main"])

query := run("gitlab_job", "list", ["list", "-m", "github.com/google/uuid@latest"])

laptop := run("makefile", "install", ["install", "golang.org/x/tools/cmd/goimports@latest"])

idle := facts_test.checkout({"contexts": [facts_test.context("gitlab_job", [], {})]})

test_other_commands_are_fine if {
	floating_version.deny == set() with input as release
	floating_version.deny == set() with input as local_run
	floating_version.deny == set() with input as query
	floating_version.deny == set() with input as laptop
	floating_version.deny == set() with input as idle
	floating_version.deny == set() with input as {}
}
