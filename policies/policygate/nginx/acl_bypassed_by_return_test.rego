package policygate.nginx.acl_bypassed_by_return_test

import data.policygate.facts_test
import data.policygate.nginx.acl_bypassed_by_return

bypass(fields) := facts_test.networked(
	{"nginx": {"bypasses": [object.union(
		{
			"server": "api.acme.example",
			"location": "/internal/",
			"protected_by": ["allow/deny"],
			"kind": "return",
			"text": "return 200",
			"to": "",
			"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
			"protected_at": facts_test.at_in("deploy/nginx.conf", 8, 7),
		},
		fields,
	)]}},
	{},
)

returned := bypass({})

test_return_before_the_check if {
	acl_bypassed_by_return.deny == {{
		"message": "`return 200` makes nothing of `allow/deny`: everybody gets its answer",
		"subject": "api.acme.example /internal/: return 200",
		"at": facts_test.at_in("deploy/nginx.conf", 9, 7),
		"related": [{"message": "protects nothing here", "at": facts_test.at_in("deploy/nginx.conf", 8, 7)}],
	}} with input as returned
}

rewritten := bypass({"kind": "rewrite", "text": "rewrite ^ /app last", "to": "/app"})

test_rewrite_before_the_check if {
	some found in acl_bypassed_by_return.deny with input as rewritten
	found.message == "`rewrite ^ /app last` makes nothing of `allow/deny`: everybody is led to `location /app`"
}

refused := bypass({"kind": "error_page", "text": "error_page 403 = @app", "to": "@app"})

test_page_instead_of_the_refusal if {
	some found in acl_bypassed_by_return.deny with input as refused
	endswith(found.message, ": those who are refused are served by `location @app`")
}

nothing_bypassed := facts_test.networked({"nginx": {"bypasses": []}}, {})

test_nothing_to_say_otherwise if {
	acl_bypassed_by_return.deny == set() with input as nothing_bypassed
	acl_bypassed_by_return.deny == set() with input as {}
}
