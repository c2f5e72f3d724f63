# METADATA
# title: Another name for a protected host
# description: >-
#   An ExternalName Service lets the pods of another environment reach a host of a protected one under a name that looks like
#   their own. Rules and people that look for the protected name in configuration no longer find it, and the certificate of
#   the host does not fit the new name, so that clients are made to skip its check. A Service of which nobody says the
#   environment is left alone: endpoints that use it are judged by the host behind it.
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/service/#externalname
#     description: Services of type ExternalName, and their trouble with HTTP and TLS
# custom:
#   severity: error
#   security_severity: "6.5"
#   fix: Point the Service to a host of its own environment, or delete it; inside the protected environment name the host itself.
#   profiles: [baseline]
package policygate.net.externalname_to_protected

deny contains finding if {
	some alias in input.network.kubernetes.aliases
	alias.host_protected
	not alias.environment in {"", alias.host_environment}
	not alias.pooler
	finding := {
		"message": sprintf("`%s` of `%s` stands for `%s`, a host of the protected environment `%s`", [
			alias.name,
			alias.environment,
			alias.host,
			alias.host_environment,
		]),
		"subject": sprintf("%s/%s: %s", [alias.namespace, alias.name, alias.host]),
		"at": alias.at,
		"related": alias.evidence,
	}
}
