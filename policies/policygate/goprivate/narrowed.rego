# METADATA
# title: A private pattern is gone or covers less
# description: >-
#   What a pattern of GOPRIVATE, GONOPROXY or GONOSUMDB no longer matches is asked of proxies and checksum databases
#   again, by its full name, from the next build on. No rule may see which modules that concerns: they can be required
#   later, or by another repository that takes these settings over.
# related_resources:
#   - ref: https://go.dev/ref/mod#private-modules
#     description: Private modules
#   - ref: https://go.dev/ref/mod#private-module-privacy
#     description: Privacy
# custom:
#   severity: error
#   security_severity: "5.3"
#   fix: Keep the pattern, or replace it by one that matches at least the same modules, such as a shorter prefix.
#   profiles: [baseline]
package policygate.goprivate.narrowed

variables := {"GONOPROXY", "GONOSUMDB", "GOPRIVATE"}

# What differing files were called before.
was := {file.path: old |
	some file in input.change.files
	old := {"changed": file.path, "renamed": file.old_path}[file.status]
}

now := {old: path | some path, old in was}

# ---- Each setting, by file of the base, scope and variable ----

values_before[key] contains setting.value if {
	some variable in variables
	some setting in input.base.go.settings[variable]
	setting.lost == ""
	key := [setting.at.path, setting.scope, variable]
}

needed[key] contains pattern.text if {
	some variable in variables
	some setting in input.base.go.settings[variable]
	setting.lost == ""
	key := [setting.at.path, setting.scope, variable]
	some pattern in setting.patterns
	pattern.never == ""
}

values_after[key] contains value if {
	some variable in variables
	some setting in input.go.settings[variable]
	setting.lost == ""
	key := [was[setting.at.path], setting.scope, variable]
	patterns := {pattern.text | some pattern in setting.patterns}
	everything := {pattern.text | some pattern in setting.patterns; pattern.everything}
	value := [setting.at.start.line, patterns, everything, setting.at]
}

# A whole object is made once, a part of it for each key that is asked for.
before := values_before

after := values_after

# One value before: whatever is there now must cover it. Else some value must: which one was whose is not known.
gaps contains [key, text, at] if {
	some key, texts in needed
	count(before[key]) == 1
	some [_, patterns, everything, at] in after[key]
	some text in (texts - patterns)
	not covered(patterns, everything, text)
}

gaps contains [key, text, at] if {
	some key, texts in needed
	count(before[key]) > 1
	some text in texts
	[_, _, _, at] := min(after[key])
	count([1 | some [_, patterns, everything, _] in after[key]; covered(patterns, everything, text)]) == 0
}

# ---- A setting that is gone: the places that had it are asked what they have now ----

placed contains [setting, context, variable] if {
	some context in input.base.go.contexts
	some variable in variables
	some setting in context.settings[variable]
}

placed contains [setting, context, variable] if {
	some context in input.base.go.contexts
	some command in context.commands
	some variable in variables
	some setting in command.settings[variable]
}

holders[key] contains place if {
	some [setting, context, variable] in placed
	key := [setting.at.path, setting.scope, variable]
	place := [context.at.path, context.name]
}

held_now[place] contains pattern if {
	some context in input.go.contexts
	some variable in variables
	some setting in context.settings[variable]
	place := [was[context.at.path], context.name, variable]
	some pattern in setting.patterns
}

held_now[place] contains pattern if {
	some context in input.go.contexts
	some command in context.commands
	some variable in variables
	some setting in command.settings[variable]
	place := [was[context.at.path], context.name, variable]
	some pattern in setting.patterns
}

had := holders

held := held_now

standing[place] := context.at if {
	some context in input.go.contexts
	place := [was[context.at.path], context.name]
}

gaps contains [key, text, at] if {
	some key, texts in needed
	not after[key]
	some place, at in standing
	place in had[key]
	patterns := {pattern.text | some pattern in held[array.concat(place, [key[2]])]}
	everything := {pattern.text | some pattern in held[array.concat(place, [key[2]])]; pattern.everything}
	some text in (texts - patterns)
	not covered(patterns, everything, text)
}

# No place is known where only a file that others include differs.
gaps contains [key, text, at] if {
	some key, texts in needed
	not after[key]
	not had[key]
	some text in texts
	start := {"line": 1, "column": 1}
	at := {"path": now[key[0]], "start": start, "end": start, "origin": "absent"}
}

deny contains finding if {
	input.change.exists
	some [[_, scope, variable], text, at] in gaps
	finding := {
		"message": sprintf("`%s` of `%s` covered `%s`, and does not any more", [variable, scope, text]),
		"subject": sprintf("%s: %s %s", [scope, variable, text]),
		"at": at,
	}
}

covered(_, everything, _) if count(everything) > 0

covered(patterns, _, text) if {
	some pattern in patterns
	covers(trim_right(pattern, "/"), trim_right(text, "/"))
}

covers(pattern, text) if startswith(concat("", [text, "/"]), concat("", [pattern, "/"]))

# A star covers what stands there, stars included; other wildcards are only compared as they are written.
covers(pattern, text) if {
	regex.match(`^[^?*\[\]{}\\!]*(\*[^?*\[\]{}\\!]+)*\*?$`, pattern)
	not regex.match(`[\[\]{}\\]`, text)
	elements := split(text, "/")
	length := count(split(pattern, "/"))
	count(elements) >= length
	glob.match(pattern, ["/"], concat("/", array.slice(elements, 0, length)))
}
