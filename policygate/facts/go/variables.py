"""The variables of the go command that the gate reads (`go help environment`)."""

PATTERN_LISTS = ("GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE")
"""Comma-separated lists of module path patterns."""

PLAIN = ("GONOSUMCHECK", "GOTOOLCHAIN", "GO111MODULE", "GOENV", "GOVCS", "GOAUTH", "GOWORK", "GOMODCACHE")
"""Variables whose value the gate takes as it is."""

VARIABLES = frozenset({"GOPROXY", "GOSUMDB", "GOFLAGS", *PATTERN_LISTS, *PLAIN})
