# METADATA
# title: Two URLs lead to the same files
# description: >-
#   A `root` and an `alias`, or two of either, publish one folder under two URLs. Protection, caching and headers of one
#   location do not hold for the other, and clients cache each file twice.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#alias
#     description: What `alias` makes of a path
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#root
#     description: What `root` makes of a path
# custom:
#   severity: warning
#   fix: >-
#     Keep one of the two: give the server a `root` of its own, or drop the `alias`.
#   profiles: [baseline]
package policygate.nginx.static_double_root

deny contains finding if {
	some tree in input.network.nginx.trees
	some twin in tree.twins
	weaker := {true: ", without its protection", false: ""}[twin.weaker]
	finding := {
		"message": sprintf("the files of `%s %s` are served as `%s`, too%s", [tree.how, tree.directory, twin.path, weaker]),
		"subject": sprintf("%s: %s %s", [trim_space(concat(" ", [tree.server, tree.location])), tree.how, tree.directory]),
		"at": tree.at,
		"related": [{"message": "leads to the same files", "at": twin.at}],
	}
}
