"""Read the syntax trees that regorus prints: each node is an object of one key, its kind."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from policygate.engine.shapes import Key

    Node = dict[str, Any]
    Path = tuple[str, ...]
    Segment = tuple[Key, int]
    """A key, and the byte offset where it stands."""


class Unit:
    """One module: its text, package and imports."""

    def __init__(self, tree: "Node") -> None:
        source, syntax = tree["source"], tree["ast"]
        self.label: str = source["file"]
        self.text: bytes = source["contents"].encode()
        self.rules: list[Node] = syntax["rules"]
        self.package: Path = constant_path(syntax["package"]["refr"])
        self.imports: dict[str, Path] = {}
        self.imported: list[Node] = []
        """The references of the imports below `data` and `input`."""
        for declared in syntax["imports"]:
            path = constant_path(declared["refr"])
            if path[:1] in {("data",), ("input",)}:
                self.imports[self.slice(declared["as"]) if declared.get("as") else path[-1]] = path
                self.imported.append(declared["refr"])
        self.names: frozenset[str] = frozenset(constant_path(head_of(rule)[1])[0] for rule in self.rules)

    def slice(self, span: "Node") -> str:
        """The name that a span begins with."""
        text = self.text[span["start"] : span["start"] + 256].decode("utf-8", "replace")
        end = next((i for i, char in enumerate(text) if not (char.isalnum() or char == "_")), len(text))
        return text[:end]

    def fault(self, offset: int, message: str) -> tuple[str, int, int, str]:
        """File, line, column in code points, and what is wrong at a byte offset."""
        start = self.text.rfind(b"\n", 0, offset) + 1
        column = len(self.text[start:offset].decode("utf-8", "replace")) + 1
        return self.label, self.text.count(b"\n", 0, offset) + 1, column, message


def kind_of(node: "Node") -> "tuple[str, Node]":
    """The kind of an expression, and what it holds."""
    return next(iter(node.items()))


def head_of(rule: "Node") -> "tuple[str, Node]":
    """The kind of a rule (`Compr`, `Set`, `Func`, `Default`) and the reference that names it."""
    kind, content = kind_of(rule)
    if kind == "Default":
        return kind, content["refr"]
    kind, head = kind_of(content["head"])
    return kind, head["refr"]


def chain(node: "Node") -> "tuple[Node, list[Segment], list[Node]]":
    """A reference taken apart: what it starts from, its segments, and the expressions between its brackets."""
    segments: list[Segment] = []
    computed: list[Node] = []
    while True:
        kind, content = kind_of(node)
        if kind == "RefDot":
            span, key = content["field"]
            segments.append((key, span["start"]))
        elif kind == "RefBrack":
            segments.append(_bracket(content["index"]))
            computed.append(content["index"])
        else:
            return node, segments[::-1], computed
        node = content["refr"]


def _bracket(index: "Node") -> "Segment":
    kind, content = kind_of(index)
    start: int = content["span"]["start"]
    if kind in {"String", "RawString"} or (kind == "Number" and isinstance(content["value"], int)):
        return content["value"], start
    return None, start


def constant_path(node: "Node") -> "Path":
    """The words of a reference up to its first computed segment; empty when it starts from no name."""
    base, segments, _ = chain(node)
    kind, content = kind_of(base)
    if kind != "Var":
        return ()
    path = [content["value"]]
    for key, _ in segments:
        if not isinstance(key, str):
            break
        path.append(key)
    return tuple(path)


def parts(content: "Node") -> "Iterator[Node]":
    """The expressions right inside another one."""
    for value in content.values():
        if isinstance(value, dict):
            if _is_expression(value):
                yield value
        elif isinstance(value, list):
            for item in value:
                yield from (
                    n for n in (item if isinstance(item, list) else [item]) if isinstance(n, dict) and _is_expression(n)
                )


def _is_expression(value: "Node") -> bool:
    return len(value) == 1 and next(iter(value))[0].isupper()


def pattern_names(node: "Node") -> "Iterator[str]":
    """The variables that a pattern binds: a name, or those within its list or object."""
    kind, content = kind_of(node)
    if kind == "Var":
        yield content["value"]
    elif kind == "Array":
        for item in content["items"]:
            yield from pattern_names(item)
    elif kind == "Object":
        for _, _, value in content["fields"]:
            yield from pattern_names(value)


def start_of(node: "Node") -> int:
    """The byte offset where an expression begins."""
    start: int = kind_of(node)[1]["span"]["start"]
    return start


def constant_fields(content: "Node") -> "Iterator[tuple[Key, Node]]":
    """The fields of an object: constant keys, and nothing for each computed one."""
    for _, key, value in content["fields"]:
        yield _bracket(key)[0], value
