# METADATA
# title: go.sum does not hold a requirement
# description: >-
#   Without its lines in go.sum a required module is not pinned to any content. A build fails before it downloads
#   anything, or in a workspace adds what is missing, and the commands that repair it in CI (`go mod tidy`, `-mod=mod`)
#   accept what the proxy serves at that moment. Direct requirements need two lines, indirect ones that of their go.mod.
#   Modules that are built from a vendor directory are left out.
# related_resources:
#   - ref: https://go.dev/ref/mod#go-sum-files
#     description: go.sum files
# custom:
#   severity: error
#   fix: Run `go mod tidy` and commit go.sum together with go.mod.
#   profiles: [baseline]
package policygate.gosum.missing

vendored := {module.file | some module in input.go.modules; module.vendored}

deny contains finding if {
	some sum in input.go.sums
	sum.needed
	not sum.exists
	not sum.module_file in vendored
	finding := {
		"message": sprintf("`%s` is missing: nothing pins what this module requires", [sum.file]),
		"subject": sum.file,
		"at": sum.at,
	}
}

says := {
	"both": "`%s %s` has no line in `%s`",
	"content": "`%s %s` has no line in `%s` but that of its go.mod",
	"go_mod": "`%s %s` has no line for its go.mod in `%s`",
}

deny contains finding if {
	some sum in input.go.sums
	not sum.module_file in vendored
	some line in sum.missing
	finding := {
		"message": sprintf(says[line.lacks], [line.module, line.version, sum.file]),
		"subject": sprintf("%s %s", [line.module, line.version]),
		"at": line.at,
		"modules": [line.module],
		"evidence": [concat(" ", ["lacks", what]) |
			some what in ["content", "go_mod"]
			line.lacks in {what, "both"}
		],
		"related": [{"message": sprintf("required through `%s`", [concat("` > `", line.via)]), "at": line.via_at} |
			count(line.via) > 0
		],
	}
}
