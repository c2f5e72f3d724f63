package policygate.goproxy.unquoted_pipe_test

import data.policygate.facts_test
import data.policygate.goproxy.unquoted_pipe

lost(why) := facts_test.checkout({"settings": {"GOPROXY": [facts_test.setting(
	"https://goproxy.cn",
	{"lost": why, "chain": []},
)]}})

pipeline := lost("pipeline")

test_value_lost_in_a_pipeline if {
	unquoted_pipe.deny == {{
		"message": "an unquoted `|` makes this a pipeline, so `GOPROXY` is never set",
		"subject": "variables: https://goproxy.cn",
		"at": facts_test.at(3, 12),
	}} with input as pipeline
}

subshell := lost("subshell")

kept := lost("")

test_other_values_are_fine if {
	unquoted_pipe.deny == set() with input as subshell
	unquoted_pipe.deny == set() with input as kept
	unquoted_pipe.deny == set() with input as {}
}
