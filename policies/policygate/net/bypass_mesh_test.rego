package policygate.net.bypass_mesh_test

import data.policygate.facts_test
import data.policygate.net.bypass_mesh

around(kind, key, value, everything) := {
	"kind": kind,
	"key": key,
	"value": value,
	"everything": everything,
	"at": facts_test.manifest_at(9, 30),
}

without_proxy(fields) := facts_test.manifests({"workloads": [facts_test.workload(object.union(
	{"bypasses": [around("no_proxy", "sidecar.istio.io/inject", "false", true)]},
	fields,
))]})

outgoing(kind, everything) := facts_test.manifests({"workloads": [facts_test.workload({"bypasses": [around(
	kind,
	"skip",
	"5432,6379",
	everything,
)]})]})

no_proxy := without_proxy({})

test_pods_without_a_proxy if {
	bypass_mesh.deny == {{
		"message": "all traffic of `web` goes around the mesh, by `sidecar.istio.io/inject`",
		"subject": "shop/Deployment web: sidecar.istio.io/inject=false",
		"at": facts_test.manifest_at(9, 30),
		"related": [{"message": "the workload", "at": facts_test.manifest_at(4, 9)}],
	}} with input as no_proxy
}

some_ports := outgoing("ports", false)

all_ports := outgoing("ports", true)

some_addresses := outgoing("addresses", false)

all_addresses := outgoing("addresses", true)

messages := {finding.message | some finding in bypass_mesh.deny}

test_outgoing_traffic_around_the_proxy if {
	messages == {"what leaves for ports 5432,6379 of `web` goes around the mesh, by `skip`"} with input as some_ports
	messages == {"all outgoing traffic of `web` goes around the mesh, by `skip`"} with input as all_ports
	messages == {"outgoing traffic to some addresses of `web` goes around the mesh, by `skip`"} with input as some_addresses
	messages == {"all outgoing traffic of `web` goes around the mesh, by `skip`"} with input as all_addresses
}

protected_job := without_proxy({"kind": "Job"})

job := without_proxy({"kind": "Job", "protected": false})

cron_job := without_proxy({"kind": "CronJob", "protected": false})

meshed := facts_test.manifests({"workloads": [facts_test.workload({})]})

test_jobs_count_where_they_are_protected if {
	count(bypass_mesh.deny) == 1 with input as protected_job
	bypass_mesh.deny == set() with input as job
	bypass_mesh.deny == set() with input as cron_job
	bypass_mesh.deny == set() with input as meshed
	bypass_mesh.deny == set() with input as {}
}
