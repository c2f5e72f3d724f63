# METADATA
# title: A protected location answers before it asks who is there
# description: >-
#   Nginx runs `return` and `rewrite` before it checks `allow`, `deny` and passwords, so that these protect nothing of
#   what is answered that way. An `error_page` for the refusal that hands the request over all the same undoes the
#   protection, too.
# related_resources:
#   - ref: https://nginx.org/en/docs/dev/development_guide.html#http_phases
#     description: The phases of a request
#   - ref: https://nginx.org/en/docs/http/ngx_http_access_module.html
#     description: '`allow` and `deny`'
# custom:
#   severity: error
#   security_severity: "7.5"
#   fix: >-
#     Move what is returned, or where the rewrite leads, into a location of its own that is protected or `internal`, and
#     reach it by `try_files` or `proxy_pass`, which run after the check.
#   profiles: [baseline]
package policygate.nginx.acl_bypassed_by_return

deny contains finding if {
	some bypass in input.network.nginx.bypasses
	why := {
		"return": "everybody gets its answer",
		"rewrite": sprintf("everybody is led to `location %s`", [bypass.to]),
		"error_page": sprintf("those who are refused are served by `location %s`", [bypass.to]),
	}[bypass.kind]
	where := trim_space(concat(" ", [bypass.server, bypass.location]))
	finding := {
		"message": sprintf("`%s` makes nothing of `%s`: %s", [bypass.text, concat("`, `", bypass.protected_by), why]),
		"subject": sprintf("%s: %s", [where, bypass.text]),
		"at": bypass.at,
		"related": [{"message": "protects nothing here", "at": bypass.protected_at}],
	}
}
