# METADATA
# title: The vendor directory does not go with go.mod
# description: >-
#   Builds take their packages from a vendor directory, and before that the go command compares vendor/modules.txt with
#   go.mod, or with go.work and its members: requirements, replacements and their targets, both ways. One difference and
#   every build fails with `inconsistent vendoring`. What the vendored files say is never compared with anything.
# related_resources:
#   - ref: https://go.dev/ref/mod#vendoring
#     description: Vendoring
#   - ref: https://go.dev/ref/mod#go-mod-vendor
#     description: go mod vendor
# custom:
#   severity: error
#   fix: Run `go mod vendor` (`go work vendor` in a workspace) and commit what it changes.
#   profiles: [baseline]
package policygate.govendor.inconsistent

says := {
	"not_explicit": "`%s` is required, and not marked so in modules.txt",
	"not_replaced": "`%s` is replaced, and not marked so in modules.txt",
	"other_target": "`%s` is replaced by something else in modules.txt",
	"not_required": "`%s` is marked as required, and is not",
	"only_replaced": "`%s` is marked as replaced, and is not",
	"not_listed": "`%s` is vendored, and not required",
}

deny contains finding if {
	some vendor in input.go.vendors
	vendor.exists
	count(vendor.faults) > 0
	written := [fault.at | some fault in vendor.faults; fault.at.path == vendor.manifest]
	at := array.concat(written, [beginning(vendor.manifest)])[0]
	finding := {
		"message": sprintf("`%s` does not go with `%s`", [vendor.file, vendor.manifest]),
		"subject": vendor.file,
		"at": at,
		"modules": sort({split(fault.module, " ")[0] | some fault in vendor.faults}),
		"evidence": sort({trim_space(concat(" ", [fault.kind, fault.module, fault.wanted, fault.found])) |
			some fault in vendor.faults
		}),
		"related": [{"message": sprintf(says[fault.kind], [fault.module]), "at": fault.at} | some fault in vendor.faults],
	}
}

deny contains finding if {
	some vendor in input.go.vendors
	not vendor.exists
	count(vendor.faults) > 0
	written := [fault.at | some fault in vendor.faults; fault.at.path == vendor.manifest]
	at := array.concat(written, [beginning(vendor.manifest)])[0]
	finding := {
		"message": sprintf("`%s` is missing, and there is a vendor directory", [vendor.file]),
		"subject": vendor.file,
		"at": at,
		"modules": sort({split(fault.module, " ")[0] | some fault in vendor.faults}),
		"evidence": sort({trim_space(concat(" ", [fault.kind, fault.module, fault.wanted, fault.found])) |
			some fault in vendor.faults
		}),
		"related": [{"message": sprintf("`%s` counts as not vendored", [fault.module]), "at": fault.at} |
			some fault in vendor.faults
		],
	}
}

# It stands in the manifest whatever the differences are: one less is no other problem.
beginning(file) := {"path": file, "start": start, "end": start, "origin": "absent"} if {
	start := {"line": 1, "column": 1}
}
