"""What the modules of the loopback hold; `internet.go` knows the same."""

PUBLISHED = frozenset({"corp.test/x/priv", "corp.test/x/lib", "corp.test/y/lib", "example.test/m"})
"""What a proxy with the answer `known` has."""


def module_content(module: str) -> dict[str, bytes]:
    """The files of a module by their path: a go.mod, and for modules of `corp.test` a package and a program."""
    content = {"go.mod": f"module {module}\n".encode()}
    if module.startswith("corp.test/"):
        content |= {"cmd/tool/main.go": b"package main\n\nfunc main() {}\n", "p.go": b"package p\n"}
    return content
