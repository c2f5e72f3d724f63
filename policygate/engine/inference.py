"""Infer the shapes of what policies name; wherever it is not certain, a value may be anything."""

from policygate.engine.shapes import NUMBER, TEXT, TRUTH, Many, Record, UnknownField, join, step
from policygate.engine.syntax import chain, constant_fields, constant_path, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from policygate.engine.scopes import Binding, Definition, Scope, Walk
    from policygate.engine.shapes import Shape
    from policygate.engine.syntax import Node, Path, Segment

_PLAIN = {
    "String": TEXT,
    "RawString": TEXT,
    "Number": NUMBER,
    "Bool": TRUTH,
    "BoolExpr": TRUTH,
    "Membership": TRUTH,
}
_LIKE_ITS_ARGUMENT = frozenset({"array.reverse", "array.slice", "sort"})


class Inference:
    """The shapes of the names, rules and functions of all modules."""

    def __init__(self, walk: "Walk", input_shape: "Shape | None") -> None:
        self.calls: dict[Path, list[tuple[Sequence[Node], Scope]]] = {}
        """The arguments of every call of a function; complete before any shape is asked for."""
        self._definitions = walk.definitions
        self._input = input_shape
        self._below: dict[Path, list[Path]] = {}
        for path in walk.definitions:
            for size in range(len(path) + 1):
                self._below.setdefault(path[:size], []).append(path)
        self._shapes: dict[object, Shape | None] = {}
        self._replaced: set[Path] = set()

    # Names

    def data_path(self, name: str, segments: "Sequence[Segment]", scope: "Scope") -> "Path | None":
        """The constant path below `data` that a reference takes; nothing when it does not lead there."""
        if scope.find(name):
            return None
        imported = scope.unit.imports.get(name, ())
        if name == "data":
            start: Path = ()
        elif imported[:1] == ("data",):
            start = imported[1:]
        elif name in scope.unit.names and not imported:
            start = (*scope.unit.package, name)
        else:
            return None
        return start + _constants(segments)

    def is_known(self, name: str, scope: "Scope") -> bool:
        """Whether anything gives a value to the name."""
        return (
            name in {"_", "input", "data"}
            or scope.find(name) is not None
            or name in scope.loose
            or name in scope.unit.imports
            or name in scope.unit.names
        )

    def reached(self, path: "Path") -> "list[Path]":
        """The rules that a path below `data` needs: those that it leads into, and all below it."""
        around = [path[:size] for size in range(len(path)) if path[:size] in self._definitions]
        return [*around, *self._below.get(path, [])]

    def function(self, name: "Node", scope: "Scope") -> "Path | None":
        """The path of the function that a call means; nothing for a built-in."""
        base, segments, _ = chain(name)
        kind, content = kind_of(base)
        path = self.data_path(content["value"], segments, scope) if kind == "Var" else None
        return path if path in self._definitions else None

    def replace(self, target: "Node", value: "Node", scope: "Scope") -> None:
        """Note that `with` puts another value in the place of a rule, or another function."""
        for node in (target, value):
            base, segments, _ = chain(node)
            kind, content = kind_of(base)
            path = self.data_path(content["value"], segments, scope) if kind == "Var" else None
            if path is not None:
                self._replaced.update(self.reached(path))

    # Shapes

    def shape_of_chain(self, base: "Node", segments: "Sequence[Segment]", scope: "Scope") -> "Shape | None":
        """The shape that a reference leads to.

        Raises: UnknownField with the offset of the key.
        """
        kind, content = kind_of(base)
        taken = 0
        if kind != "Var":
            shape = self.shape_of(base, scope)
        else:
            shape, taken = self._shape_of_name(content["value"], segments, scope)
        return self.follow(shape, segments[taken:])

    def follow(self, shape: "Shape | None", segments: "Sequence[Segment]") -> "Shape | None":
        """The shape at the end of some segments.

        Raises: UnknownField with the offset of the key.
        """
        for key, offset in segments:
            try:
                shape = step(shape, key)
            except UnknownField as error:
                error.offset = offset
                raise
        return shape

    def _shape_of_name(self, name: str, segments: "Sequence[Segment]", scope: "Scope") -> "tuple[Shape | None, int]":
        """The shape of what a name stands for, and how many segments that took."""
        home = scope.find(name)
        if home is not None:
            return self._remember((id(home), name), lambda: self._first_known(home.names[name])), 0
        imported = scope.unit.imports.get(name, (name,))
        if imported[0] == "input":
            shape = None if scope.blind else self._input
            return self._follow_import(shape, imported[1:]), 0
        path = self.data_path(name, segments, scope)
        if path is None:
            return None, 0
        rules = [path[:size] for size in range(len(path) + 1) if path[:size] in self._definitions]
        if len(rules) != 1 or self._below.get(path, rules) != rules:
            return None, len(segments)
        used = len(rules[0]) - (len(path) - len(_constants(segments)))
        return self.shape_of_rule(rules[0]), used

    def _follow_import(self, shape: "Shape | None", path: "Path") -> "Shape | None":
        """What an import stands for; its own faults are found where it is written."""
        try:
            return self.follow(shape, [(key, 0) for key in path])
        except UnknownField:
            return None

    def _first_known(self, bindings: "Iterable[Binding]") -> "Shape | None":
        """All bindings of a name hold at once, so that the first one of a known shape will do."""
        return next((shape for shape in map(self._shape_of_binding, bindings) if shape is not None), None)

    def _shape_of_binding(self, binding: "Binding") -> "Shape | None":
        how, node, scope, trail = binding
        if how == "parameter":
            shape = self._shape_of_parameter(scope.owner, node["index"])
        else:
            shape = None if how == "any" else self.shape_of(node, scope)
        try:
            for key in (None, *trail) if how == "item" else trail:
                shape = step(shape, key)
        except UnknownField:
            return None
        return shape

    def _shape_of_parameter(self, function: "Path", index: int) -> "Shape | None":
        calls = self.calls.get(function, [])
        if function in self._replaced:
            return None
        return join(self.shape_of(given[index], scope) if index < len(given) else None for given, scope in calls)

    def shape_of_rule(self, path: "Path") -> "Shape | None":
        """The shape of the value of a rule, or of the result of a function."""
        if path in self._replaced:
            return None
        return self._remember(path, lambda: join(map(self._shape_of_definition, self._definitions[path])))

    def _shape_of_definition(self, definition: "Definition") -> "Shape | None":
        shape = TRUTH if definition.value is None else self.shape_of(definition.value, definition.scope)
        if definition.kind == "Set":
            shape = Many(shape, "set")
        for _ in range(definition.computed):
            shape = Record({}, shape)
        return shape

    def _remember(self, key: object, infer: "Callable[[], Shape | None]") -> "Shape | None":
        """What was inferred before; anything while it is being inferred."""
        if key not in self._shapes:
            self._shapes[key] = None
            self._shapes[key] = infer()
        return self._shapes[key]

    def shape_of(self, node: "Node", scope: "Scope") -> "Shape | None":
        """The shape of the value of an expression."""
        kind, content = kind_of(node)
        if kind in {"Var", "RefDot", "RefBrack"}:
            base, segments, _ = chain(node)
            try:
                return self.shape_of_chain(base, segments, scope)
            except UnknownField:
                return None
        if kind in _PLAIN:
            return _PLAIN[kind]
        if kind == "Call":
            return self._shape_of_call(content, scope)
        return self._shape_of_composite(kind, content, scope)

    def _shape_of_composite(self, kind: str, content: "Node", scope: "Scope") -> "Shape | None":
        if kind in {"Array", "Set"}:
            shapes = [self.shape_of(item, scope) for item in content["items"]]
            return Many(join(shapes), "list", shapes) if kind == "Array" else Many(join(shapes), "set")
        if kind == "Object":
            fields = ((key, value) for key, value in constant_fields(content) if isinstance(key, str))
            return Record({key: self.shape_of(value, scope) for key, value in fields})
        if kind in {"ArrayCompr", "SetCompr"}:
            inner = scope.inner[id(content)]
            return Many(self.shape_of(content["term"], inner), "list" if kind == "ArrayCompr" else "set")
        if kind == "ObjectCompr":
            return Record({}, self.shape_of(content["value"], scope.inner[id(content)]))
        return self._shape_of_sets(kind, content, scope)

    def _shape_of_sets(self, kind: str, content: "Node", scope: "Scope") -> "Shape | None":
        """The shape of a union or intersection, or of a difference, which is arithmetic to the parser."""
        if kind == "BinExpr":
            return join((self.shape_of(content["lhs"], scope), self.shape_of(content["rhs"], scope)))
        left = self.shape_of(content["lhs"], scope) if kind == "ArithExpr" else None
        return left if isinstance(left, Many) else None

    def _shape_of_call(self, call: "Node", scope: "Scope") -> "Shape | None":
        path = self.function(call["fcn"], scope)
        if path:
            return self.shape_of_rule(path)
        name = ".".join(constant_path(call["fcn"]))
        given = call["params"]
        if name in _LIKE_ITS_ARGUMENT and given:
            shape = self.shape_of(given[0], scope)
            return Many(shape.item, "list") if isinstance(shape, Many) else None
        if name == "array.concat" and len(given) == 2:
            return join(self.shape_of(part, scope) for part in given)
        return None


def _constants(segments: "Sequence[Segment]") -> "Path":
    path = []
    for key, _ in segments:
        if not isinstance(key, str):
            break
        path.append(key)
    return tuple(path)
