package policygate.goproxy.empty_means_default_test

import data.policygate.facts_test
import data.policygate.goproxy.empty_means_default

goproxy(value, fields) := facts_test.checkout({"settings": {"GOPROXY": [facts_test.setting(
	value,
	object.union({"chain": []}, fields),
)]}})

finding(assumes) := {
	"message": "empty `GOPROXY` is the same as unset: Go's default proxy is used",
	"subject": "variables: empty GOPROXY",
	"at": facts_test.at(3, 12),
	"assumes": assumes,
}

empty := goproxy("", {})

test_empty_goproxy if {
	empty_means_default.deny == {finding([])} with input as empty
}

empty_argument := goproxy("", {"condition": "unless --build-arg GOPROXY is given"})

test_argument_that_nobody_gives_is_assumed if {
	empty_means_default.deny == {finding([
		"it is not the case that --build-arg GOPROXY is given",
	])} with input as empty_argument
}

empty_in_a_rule := goproxy("", {"condition": "if $CI_COMMIT_TAG"})

test_condition_of_another_kind_changes_nothing if {
	empty_means_default.deny == {finding([])} with input as empty_in_a_rule
}

empty_sumdb := facts_test.checkout({"settings": {"GOSUMDB": [facts_test.sumdb("", {})]}})

test_empty_gosumdb if {
	empty_means_default.deny == {{
		"message": "empty `GOSUMDB` is the same as unset: Go's default checksum database is used",
		"subject": "variables: empty GOSUMDB",
		"at": facts_test.at(3, 12),
		"assumes": [],
	}} with input as empty_sumdb
}

empty_line := goproxy("", {"at": facts_test.at_in("build/go/env", 3, 1)})

empty_sumdb_line := facts_test.checkout({"settings": {"GOSUMDB": [facts_test.sumdb("", {"at": facts_test.at_in("build/go/env", 3, 1)})]}})

test_empty_line_of_a_go_env_file_hides_the_default if {
	empty_means_default.deny == {{
		"message": "the empty `GOPROXY` line hides Go's default, so every download fails",
		"subject": "variables: empty GOPROXY",
		"at": facts_test.at_in("build/go/env", 3, 1),
	}} with input as empty_line
	empty_means_default.deny == {{
		"message": "the empty `GOSUMDB` line hides Go's default, so every download fails",
		"subject": "variables: empty GOSUMDB",
		"at": facts_test.at_in("build/go/env", 3, 1),
	}} with input as empty_sumdb_line
}

lost := goproxy("", {"lost": "not_exported"})

lost_line := goproxy("", {"lost": "ignored", "at": facts_test.at_in("build/go/env", 3, 1)})

off := goproxy("off", {})

off_line := goproxy("off", {"at": facts_test.at_in("build/go/env", 3, 1)})

test_other_values_are_fine if {
	empty_means_default.deny == set() with input as lost
	empty_means_default.deny == set() with input as lost_line
	empty_means_default.deny == set() with input as off
	empty_means_default.deny == set() with input as off_line
	empty_means_default.deny == set() with input as {}
}
