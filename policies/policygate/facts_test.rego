# Whole facts for the tests of the rules: what a test does not say is harmless.
package policygate.facts_test

at(line, column) := at_in(".gitlab-ci.yml", line, column)

at_in(path, line, column) := {
	"path": path,
	"start": {"line": line, "column": column},
	"end": {"line": line, "column": column + 8},
	"origin": "text",
}

checkout(go) := {"go": go, "config": config(true, {})}

guessed(go) := {"go": go, "config": config(false, {})}

changed(change, base, go) := object.union(checkout(go), {
	"change": object.union({"exists": true, "base": "1111", "head": "2222"}, change),
	"base": {"exists": true, "go": base},
})

differs(path) := {"path": path, "status": "changed", "old_path": ""}

added(path) := {"path": path, "status": "added", "old_path": ""}

renamed(path, old_path) := {"path": path, "status": "renamed", "old_path": old_path}

config(stated, parameters) := {
	"own": {
		"modules": [],
		"public": [],
		"private": [],
		"proxies": [],
		"sumdbs": [],
		"stated": stated,
	},
	"outer": [],
	"parameters": parameters,
}

setting(value, fields) := object.union(
	{
		"value": value,
		"at": at(3, 12),
		"scope": "variables",
		"confidence": "effective",
		"condition": "",
		"lost": "",
		"empty": value == "",
	},
	fields,
)

proxies(chain) := {"settings": {"GOPROXY": [setting("https://...", {"chain": chain})]}}

proxy(host, role, separator, column) := entry(concat("", ["https://", host]), separator, column, {
	"kind": "proxy",
	"host": host,
	"role": role,
})

keyword(word, column) := entry(word, "", column, {"kind": word})

entry(text, separator, column, fields) := object.union(
	{
		"text": text,
		"host": "",
		"role": "none",
		"separator": separator,
		"reachable": true,
		"plain_http": false,
		"credentials": false,
		"problem": "",
		"at": at(3, column),
	},
	fields,
)

pattern(text, fields) := object.union({"text": text, "never": "", "everything": false, "at": at(4, 15)}, fields)

patterns(variable, elements) := {"settings": {variable: [setting("...", {"patterns": elements})]}}

sumdb(value, fields) := setting(value, object.union(
	{
		"off": false,
		"name": "default",
		"url": "",
		"role": "outside",
		"problem": "",
	},
	fields,
))

context(kind, commands, settings) := {
	"id": ".gitlab-ci.yml#build",
	"kind": kind,
	"name": "build",
	"at": at(9, 1),
	"modules": ["go.mod"],
	"commands": commands,
	"settings": settings,
	"outer_declared": true,
}

command(verb, arguments, settings) := {
	"verb": verb,
	"arguments": arguments,
	"text": concat(" ", array.concat(["go"], arguments)),
	"at": at(12, 7),
	"directory": ".",
	"settings": settings,
}

flags(texts) := setting(concat(" ", texts), {"flags": [flag |
	some text in texts
	parts := split(trim_left(text, "-"), "=")
	flag := {"text": text, "name": parts[0], "value": concat("=", array.slice(parts, 1, 9)), "at": at(3, 12)}
]})

module(file, fields) := object.union(
	{
		"file": file,
		"directory": trim_suffix(file, "/go.mod"),
		"path": "git.acme.example/payments/ledger",
		"at": at_in(file, 1, 8),
		"deprecated": "",
		"go": {"exists": true, "version": "1.26", "at": at(3, 4)},
		"toolchain": {"exists": false, "version": "", "at": at(1, 1)},
		"godebug": [],
		"requires": [],
		"excludes": [],
		"replaces": [],
		"retracts": [],
		"tools": [],
		"ignores": [],
		"vendored": false,
	},
	fields,
)

exposure(through, fields) := object.union(
	{
		"through": through,
		"party": "default",
		"modules": ["git.acme.example/platform/kit"],
		"contexts": [".gitlab-ci.yml#build"],
		"asked": "required",
		"reason": "first",
		"at": at(3, 12),
		"scope": "variables",
		"assumes": [],
	},
	fields,
)

work(faults) := checkout({"works": [{
	"file": "go.work",
	"directory": ".",
	"at": at_in("go.work", 1, 4),
	"go": {"exists": true, "version": "1.23", "at": at_in("go.work", 1, 4)},
	"toolchain": {"exists": false, "version": "", "at": at_in("go.work", 1, 1)},
	"godebug": [],
	"uses": [],
	"replaces": [],
	"faults": faults,
}]})

work_fault(kind, fields) := object.union(
	{
		"kind": kind,
		"subject": "./svc",
		"wanted": "",
		"found": "",
		"at": at_in("go.work", 5, 2),
		"other": at_in("svc/go.mod", 3, 4),
	},
	fields,
)

# The network half: hosts outside of which nothing is known.
networked(network, parameters) := {
	"go": {},
	"config": object.union(config(true, parameters), {"network": {
		"stated": true,
		"environments": ["production", "staging"],
		"egress_stated": true,
	}}),
	"network": network,
}

without_network_section(network) := object.union(networked(network, {}), {"config": {"network": {
	"stated": false,
	"environments": [],
	"egress_stated": false,
}}})

endpoint(hosts, fields) := object.union(
	{
		"service": "orders",
		"holder": "orders",
		"environment": "",
		"protected": false,
		"key": "DATABASE_URL",
		"text": "postgres://...",
		"scheme": "postgres",
		"family": "postgresql",
		"is_datastore": true,
		"hosts": hosts,
		"database": "app",
		"tls": "required",
		"mesh_tls": false,
		"credentials": false,
		"dynamic": false,
		"by": "form",
		"local": false,
		"scope": "environment",
		"at": at_in("deploy/compose.yaml", 7, 21),
		"evidence": [{"message": "belongs to `orders`", "at": at_in("policygate.yaml", 4, 5)}],
	},
	fields,
)

endpoint_host(name, fields) := object.union(
	{
		"name": name,
		"port": 5432,
		"host_class": "external",
		"literal_ip": false,
		"service": "",
		"datastore": "",
		"owners": [],
		"pooler": false,
		"environment": "",
		"protected": false,
		"shared": false,
		"allowed": false,
		"evidence": [{"message": sprintf("what claims `%s`", [name]), "at": at_in("policygate.yaml", 9, 14)}],
	},
	fields,
)

service(name, fields) := object.union(
	{
		"name": name,
		"kind": "service",
		"owner": "",
		"system": "",
		"zone": "",
		"layer": "",
		"lifecycle": "",
		"declared": true,
		"declares": true,
		"fan_in": 1,
		"fan_out": 1,
		"at": at_in(sprintf("%s/service.json", [name]), 1, 10),
	},
	fields,
)

edge(source, target, fields) := object.union(
	{
		"source": source,
		"target": target,
		"protocol": "",
		"interface": "",
		"asynchronous": false,
		"declared": true,
		"used": true,
		"breaks": [],
		"source_owner": "",
		"target_owner": "",
		"target_lifecycle": "",
		"source_declares": true,
		"at": at_in("deploy/compose.yaml", 7, 21),
		"evidence": [{"message": "declared here", "at": at_in(sprintf("%s/service.json", [source]), 5, 9)}],
	},
	fields,
)

# Kubernetes manifests: a workload and a policy against which nothing can be said.
manifests(kubernetes) := networked({"kubernetes": kubernetes}, {})

manifest_at(line, column) := at_in("deploy/prod/shop.yaml", line, column)

workload(fields) := object.union(
	{
		"environment": "production",
		"protected": true,
		"isolation_required": true,
		"namespace": "shop",
		"kind": "Deployment",
		"name": "web",
		"known": true,
		"isolated_egress": true,
		"isolated_ingress": true,
		"selected_by_egress": [{"name": "web-out", "at": manifest_at(30, 9)}],
		"selected_by_ingress": [],
		"host_network": false,
		"host_network_at": manifest_at(4, 9),
		"bypasses": [],
		"at": manifest_at(4, 9),
		"evidence": [{"message": "every workload of `production` must be isolated", "at": at_in("policygate.yaml", 3, 5)}],
	},
	fields,
)

network_policy(fields) := object.union(
	{
		"environment": "production",
		"protected": true,
		"namespace": "shop",
		"name": "web-out",
		"egress": true,
		"ingress": false,
		"selects": 1,
		"known": true,
		"selector": "app=web",
		"near": [],
		"like": false,
		"wide": [],
		"at": manifest_at(30, 9),
	},
	fields,
)

wide_rule(fields) := object.union(
	{
		"direction": "egress",
		"kind": "every_address",
		"cidr": "0.0.0.0/0",
		"excepts": [],
		"private_excepted": false,
		"ports": "",
		"at": manifest_at(35, 17),
	},
	fields,
)
