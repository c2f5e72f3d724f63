package policygate.net.exception_in_declaration_test

import data.policygate.facts_test
import data.policygate.net.exception_in_declaration

checkout(service) := facts_test.networked(
	{"exemptions": [{
		"service": service,
		"text": "prod-db-access-approved",
		"at": facts_test.at_in("orders/service.json", 9, 18),
	}]},
	{},
)

approval := checkout("orders")

test_approval_of_its_own if {
	exception_in_declaration.deny == {{
		"message": "`prod-db-access-approved` of `orders` approves nothing: a waiver has an owner, a reason and an end",
		"subject": "orders: prod-db-access-approved",
		"at": facts_test.at_in("orders/service.json", 9, 18),
	}} with input as approval
}

of_nobody := checkout("")

test_service_without_a_name if {
	{[finding.message, finding.subject] | some finding in exception_in_declaration.deny} == {[
		"`prod-db-access-approved` approves nothing: a waiver has an owner, a reason and an end",
		"prod-db-access-approved",
	]} with input as of_nobody
}

nothing := facts_test.networked({"exemptions": []}, {})

test_nothing_without_approvals if {
	exception_in_declaration.deny == set() with input as nothing
	exception_in_declaration.deny == set() with input as {}
}
