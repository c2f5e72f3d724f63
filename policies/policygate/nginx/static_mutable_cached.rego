# METADATA
# title: Lists of module versions may be cached for long
# description: >-
#   In a tree that serves Go modules `@v/list` and `@latest` change with every release, while `.zip`, `.mod` and `.info`
#   never do. One `expires` for all of them lets caches keep the lists, and new versions stay unknown until these are
#   too old.
# related_resources:
#   - ref: https://go.dev/ref/mod#goproxy-protocol
#     description: What the go command asks a module proxy for
#   - ref: https://nginx.org/en/docs/http/ngx_http_headers_module.html#expires
#     description: '`expires`'
# custom:
#   severity: warning
#   fix: >-
#     Set a long `expires` in a location for `\.(zip|mod|info)$` alone, and at most a minute or `no-cache` for the rest.
#   profiles: [baseline]
package policygate.nginx.static_mutable_cached

longest_s := 3600

deny contains finding if {
	some tree in input.network.nginx.trees
	tree.module_proxy
	tree.mutable_cached_s > longest_s
	hours := floor(tree.mutable_cached_s / 3600)
	finding := {
		"message": sprintf("caches may keep `%s` for %d hours", [tree.mutable_path, hours]),
		"subject": sprintf("%s: %s %s", [trim_space(concat(" ", [tree.server, tree.location])), tree.how, tree.directory]),
		"at": tree.mutable_at,
	}
}
