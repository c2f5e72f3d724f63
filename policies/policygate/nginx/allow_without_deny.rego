# METADATA
# title: An `allow` without a `deny` lets everybody in
# description: >-
#   Nginx takes the first rule that fits a client and lets in whom no rule fits. An `allow` that no `deny` follows
#   changes nothing. The rules of a block replace those around it, so that a `deny all` outside does not count.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_access_module.html
#     description: '`allow` and `deny`'
# custom:
#   severity: error
#   security_severity: "7.5"
#   fix: >-
#     Write `deny all;` after the last `allow`, in the same block.
#   profiles: [baseline]
package policygate.nginx.allow_without_deny

deny contains finding if {
	some access in input.network.nginx.accesses
	not access.refuses
	not access.otherwise
	not access.undecided
	first := access.idle[0]
	where := trim_space(concat(" ", [access.server, access.location]))
	finding := {
		"message": sprintf("`allow %s` keeps nobody out: no `deny` follows", [first.source]),
		"subject": sprintf("%s: allow %s", [where, first.source]),
		"at": first.at,
	}
}
