# METADATA
# title: Private modules go around the private proxy
# description: >-
#   GOPRIVATE is also the default of GONOPROXY: the modules that it matches are fetched from their repositories, never
#   from the proxy of the organisation that stands in GOPROXY. They are not cached there, builds fail when the repository
#   host is down, and every job needs credentials for it.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-module-proxy-private
#     description: A private proxy that serves private modules
# custom:
#   severity: note
#   fix: >-
#     If the proxy serves the private modules, add `GONOPROXY=none`, or write the prefixes into `GONOSUMDB` instead of
#     `GOPRIVATE`. If it does not, leave it as it is.
#   profiles: [baseline]
package policygate.goprivate.bypasses_own_proxy

# Settings are shared: one finding for all contexts that they hold for.
bypasses[finding] contains context.id if {
	some context in input.go.contexts
	count(context.settings.GONOPROXY) == 0
	some proxy in context.settings.GOPROXY
	proxy.lost == ""
	some entry in proxy.chain
	entry.role == "own"
	entry.reachable
	some private in context.settings.GOPRIVATE
	private.lost == ""
	some pattern in private.patterns
	pattern.never == ""
	not pattern.everything
	finding := {
		"message": sprintf("what `%s` matches is never asked of `%s`", [pattern.text, entry.host]),
		"subject": sprintf("%s: %s around %s", [private.scope, pattern.text, entry.host]),
		"at": pattern.at,
		"related": [{"message": "the proxy that is left out", "at": entry.at}],
	}
}

deny contains finding if {
	some found, contexts in bypasses
	finding := object.union(found, {
		"contexts": sort(contexts),
		"evidence": [sprintf("context %s", [context]) | some context in contexts],
	})
}
