# METADATA
# title: A declaration approves itself
# description: >-
#   An approval that stands in the file that needs it is written by whoever writes the change. It names nobody who answers for
#   it and never ends, so it approves nothing here: the findings that it means to excuse stay. A waiver has an owner,
#   a reason and an end, and holds only once it is on the target branch.
# related_resources:
#   - ref: https://csrc.nist.gov/glossary/term/separation_of_duty
#     description: Separation of duty
#   - ref: https://docs.gitlab.com/user/project/codeowners/
#     description: Owners of a file approve its changes
# custom:
#   severity: warning
#   fix: >-
#     Take it out. `policygate waive` writes a waiver into policygate-waivers.yaml, with rule, subject, owner, reason and `expires`;
#     have that merged by those who may approve it.
#   profiles: [baseline]
package policygate.net.exception_in_declaration

deny contains finding if {
	some exemption in input.network.exemptions
	finding := {
		"message": sprintf("%s approves nothing: a waiver has an owner, a reason and an end", [
			whose(exemption.text, exemption.service),
		]),
		"subject": subject([exemption.service, exemption.text]),
		"at": exemption.at,
	}
}

whose(text, service) := concat(" of ", [sprintf("`%s`", [part]) | some part in [text, service]; not part == ""])

subject(parts) := concat(": ", [part | some part in parts; not part == ""])
