# METADATA
# title: A change opens a way into a protected environment
# description: >-
#   A service that talks to production for the first time, or that reaches a datastore there through a service it now
#   calls, can change or leak what it could not before, and its outage becomes theirs. This says so while the change is
#   reviewed, be the way itself allowed or not. A merge request is compared with its base, the whole network of both.
# related_resources:
#   - ref: https://csrc.nist.gov/pubs/sp/800/207/final
#     description: Access is granted for each connection, and for no more than it needs
#   - ref: https://attack.mitre.org/tactics/TA0008/
#     description: Lateral movement
# custom:
#   severity: note
#   parameters:
#     transitive:
#       default: true
#       description: Whether datastores count that a service reaches through others only.
#   fix: >-
#     Have the owners of the target agree in the merge request, or go through the service that owns the data. Where such a
#     way shall never open unseen, grade the rule up in policygate.yaml and waive the ones that are agreed on.
#   profiles: [baseline]
package policygate.net.new_path

deny contains finding if {
	some path in input.change.opened
	path.protected
	counts(path.hops)
	finding := {
		"message": sprintf("`%s` can now reach `%s` of `%s`%s", [
			path.source,
			path.target,
			path.environment,
			over(path.hops),
		]),
		"subject": concat(": ", [part |
			some part in [sprintf("%s -> %s", [path.source, path.target]), path.environment, path.protocol]
			not part == ""
		]),
		"at": path.at,
		"related": path.evidence,
	}
}

counts(hops) if count(hops) == 0

counts(_) if input.config.parameters["net.new_path"].transitive

over([]) := ""

over(hops) := sprintf(" through `%s`", [concat("`, `", hops)]) if count(hops) > 0
