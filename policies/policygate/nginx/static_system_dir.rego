# METADATA
# title: A folder of the system is served
# description: >-
#   The folder belongs to the system or to nginx itself: clients get configuration, keys, logs or programs. Packages put
#   more into such folders with every update, as RHEL's do with the configuration of nginx modules.
# related_resources:
#   - ref: https://nginx.org/en/docs/http/ngx_http_core_module.html#root
#     description: What `root` makes of a path
# custom:
#   severity: warning
#   security_severity: "5.5"
#   fix: >-
#     Serve a folder that holds nothing but what clients may have, such as one below /srv or /var/www.
#   profiles: [baseline]
package policygate.nginx.static_system_dir

# Nothing in them is for clients.
whole := {"/etc", "/proc", "/sys", "/dev", "/root", "/boot", "/run", "/var/run", "/var/log", "/usr/share/nginx/modules"}

# Parts of them may be.
parents := {
	"/",
	"/bin",
	"/home",
	"/lib",
	"/lib64",
	"/opt",
	"/sbin",
	"/tmp",
	"/usr",
	"/usr/bin",
	"/usr/lib",
	"/usr/lib/nginx",
	"/usr/lib/nginx/modules",
	"/usr/lib64/nginx",
	"/usr/lib64/nginx/modules",
	"/usr/local",
	"/usr/sbin",
	"/usr/share",
	"/usr/share/nginx",
	"/var",
	"/var/lib",
}

# Where builds of nginx have their pages by default.
pages := {"/etc/nginx/html"}

deny contains finding if {
	some tree in input.network.nginx.trees
	tree.open
	inside := [folder |
		some folder in whole
		startswith(sprintf("%s/", [tree.directory]), sprintf("%s/", [folder]))
	]
	named := [folder |
		some folder in parents
		folder == tree.directory
	]
	folders := array.concat(inside, named)
	not tree.directory in pages
	finding := {
		"message": sprintf("`%s %s` serves what is in `%s` of the system", [tree.how, tree.directory, folders[0]]),
		"subject": sprintf("%s: %s %s", [trim_space(concat(" ", [tree.server, tree.location])), tree.how, tree.directory]),
		"at": tree.at,
	}
}
