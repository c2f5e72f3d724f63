"""What the names of a module stand for: walk its rules, and note each binding, reference and call with its scope."""

from policygate.engine.syntax import chain, constant_fields, constant_path, head_of, kind_of, parts, pattern_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from policygate.engine.shapes import Key
    from policygate.engine.syntax import Node, Path, Unit

    Binding = tuple[str, Node, "Scope", tuple[Key, ...]]
    """How a name gets its value from an expression of a scope: it is the `value`, one of its `item`s, a `parameter`, or
    `any`thing; and the keys that lead from there to its place in a pattern."""

_COMPREHENSIONS = {"ArrayCompr": ("term",), "SetCompr": ("term",), "ObjectCompr": ("key", "value")}


class Scope:
    """The names of one query; what it does not bind is looked up in the scope around it."""

    __slots__ = ("blind", "inner", "loose", "names", "owner", "parent", "unit")

    def __init__(self, unit: "Unit", owner: "Path", parent: "Scope | None" = None, *, blind: bool = False) -> None:
        self.unit = unit
        self.owner = owner
        """The rule that it belongs to, as a path below `data`."""
        self.parent = parent
        self.names: dict[str, list[Binding]] = {}
        self.loose: set[str] = parent.loose if parent else set()
        """Names that get a value by being unified somewhere in the rule: indexes, outputs of calls."""
        self.inner: dict[int, Scope] = {}
        """The scopes of comprehensions, by the identity of their node."""
        self.blind: bool = blind or (parent is not None and parent.blind)
        """Whether `with` replaces the input."""

    def find(self, name: str) -> "Scope | None":
        """The scope that binds a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        return scope

    def within(self, *, blind: bool = False) -> "Scope":
        """A new scope inside."""
        return Scope(self.unit, self.owner, self, blind=blind)


class Definition:
    """One way in which a rule or function gets its value."""

    __slots__ = ("args", "computed", "kind", "offset", "scope", "unit", "value")

    def __init__(self, unit: "Unit", kind: str, value: "Node | None", scope: Scope, offset: int) -> None:
        self.unit = unit
        self.kind = kind
        """`Compr` for a value, `Set` for a member, `Func` for a result."""
        self.value = value
        """Nothing for `true`."""
        self.scope = scope
        self.offset = offset
        self.args: list[Node] = []
        self.computed = 0
        """How many keys of an object the head computes."""


class Walk:
    """Everything that the modules say, in order."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.definitions: dict[Path, list[Definition]] = {}
        """By the constant part of the rule's path below `data`."""
        self.references: list[tuple[Node, Scope]] = []
        self.calls: list[tuple[Node, Scope, bool]] = []
        """Calls, and whether one stands where an argument more than there are parameters receives its result."""
        self.replaced: list[tuple[Node, Node, Scope]] = []
        """Targets and values of `with`."""

    def add(self, unit: "Unit") -> None:
        """Walk one module."""
        self.units.append(unit)
        for rule in unit.rules:
            kind, refr = head_of(rule)
            path = (*unit.package, *constant_path(refr))
            if kind == "Default":
                self._default(unit, path, kind_of(rule)[1])
            else:
                self._rule(unit, path, refr, kind_of(rule)[1])

    def _default(self, unit: "Unit", path: "Path", rule: "Node") -> None:
        scope = Scope(unit, path)
        made = Definition(unit, "Func" if rule["args"] else "Compr", rule["value"], scope, rule["span"]["start"])
        made.args = rule["args"]
        self._visit(rule["value"], scope)
        self.definitions.setdefault(path, []).append(made)

    def _rule(self, unit: "Unit", path: "Path", refr: "Node", rule: "Node") -> None:
        kind, head = kind_of(rule["head"])
        outer = Scope(unit, path)
        args: list[Node] = head.get("args") or []
        for index, arg in enumerate(args):
            self._bind(outer, arg, ("parameter", {"index": index}, outer, ()))
            self._visit_pattern(arg, outer)
        assigned = head.get("assign")
        value = head["key"] if kind == "Set" else assigned and assigned["value"]
        for body in rule["bodies"] or [None]:
            scope = outer.within()
            if body:
                self._query(body["query"], scope)
            own = body and body["is_else"]
            result = (body["assign"] and body["assign"]["value"]) if own else value
            made = Definition(unit, kind, result, scope, rule["span"]["start"])
            made.args = args
            made.computed = self._visit_head(refr, scope)
            if result:
                self._visit(result, scope)
            self.definitions.setdefault(path, []).append(made)

    def _visit_head(self, refr: "Node", scope: Scope) -> int:
        _, segments, computed = chain(refr)
        for index in computed:
            self._visit(index, scope)
        constant = len(constant_path(refr)) - 1
        return len(segments) - constant

    def _query(self, query: "Node", scope: Scope) -> None:
        for statement in query["stmts"]:
            replaced = statement.get("with_mods") or []
            view = scope
            if any(constant_path(mod["refr"])[:1] == ("input",) for mod in replaced):
                view = scope.within(blind=True)
            for mod in replaced:
                self.replaced.append((mod["refr"], mod["as"], scope))
                self._visit(mod["as"], scope)
            self._statement(*kind_of(statement["literal"]), scope, view)

    def _statement(self, kind: str, content: "Node", scope: Scope, view: Scope) -> None:
        if kind == "SomeVars":
            for span in content["vars"]:
                scope.names.setdefault(scope.unit.slice(span), [])
        elif kind == "SomeIn":
            self._visit(content["collection"], view)
            self._iterate(content, content["collection"], scope, view)
        elif kind == "Every":
            self._visit(content["domain"], view)
            inner = view.within()
            for name, how in ((content["key"], "any"), (content["value"], "item")):
                if name:
                    inner.names.setdefault(scope.unit.slice(name), []).append((how, content["domain"], view, ()))
            self._query(content["query"], inner)
        else:
            self._top(content["expr"], scope, view)

    def _iterate(self, content: "Node", collection: "Node", scope: Scope, view: Scope) -> None:
        for pattern, how in ((content["key"], "any"), (content["value"], "item")):
            if pattern:
                self._bind(scope, pattern, (how, collection, view, ()))
                self._visit_pattern(pattern, view)

    def _top(self, expr: "Node", scope: Scope, view: Scope) -> None:
        kind, content = kind_of(expr)
        if kind == "AssignExpr":
            left, right = content["lhs"], content["rhs"]
            self._assign(left, right, scope, view, declared=content["op"] == "ColEq")
            if content["op"] != "ColEq":
                self._assign(right, left, scope, view, declared=False)
                view.loose.update(pattern_names(left), pattern_names(right))
                self._visit(left, view)
            else:
                self._visit_pattern(left, view)
            self._visit(right, view, output=True)
        else:
            self._visit(expr, view, output=True)

    def _assign(self, target: "Node", value: "Node", scope: Scope, view: Scope, *, declared: bool) -> None:
        known = () if declared else {*scope.unit.names, *scope.unit.imports, "input", "data"}
        self._bind(scope, target, ("value", value, view, ()), known)

    def _bind(self, scope: Scope, pattern: "Node", binding: "Binding", known: "Iterable[str]" = ()) -> None:
        kind, content = kind_of(pattern)
        how, node, view, trail = binding
        if kind == "Var" and content["value"] != "_" and content["value"] not in known:
            scope.names.setdefault(content["value"], []).append(binding)
        elif kind == "Array":
            for index, item in enumerate(content["items"]):
                self._bind(scope, item, (how, node, view, (*trail, index)), known)
        elif kind == "Object":
            for key, value in constant_fields(content):
                self._bind(scope, value, (how, node, view, (*trail, key)), known)

    def _visit_pattern(self, pattern: "Node", scope: Scope) -> None:
        kind, content = kind_of(pattern)
        if kind == "Array":
            for item in content["items"]:
                self._visit_pattern(item, scope)
        elif kind == "Object":
            for _, key, value in content["fields"]:
                self._visit(key, scope)
                self._visit_pattern(value, scope)
        elif kind != "Var":
            self._visit(pattern, scope)

    def _visit(self, node: "Node", scope: Scope, *, output: bool = False) -> None:
        kind, content = kind_of(node)
        if kind in {"Var", "RefDot", "RefBrack"}:
            self._reference(node, scope)
        elif kind == "Call":
            self.calls.append((content, scope, output))
            for argument in content["params"]:
                self._visit(argument, scope)
        elif kind in _COMPREHENSIONS:
            inner = scope.inner[id(content)] = scope.within()
            self._query(content["query"], inner)
            for name in _COMPREHENSIONS[kind]:
                self._visit(content[name], inner)
        else:
            for part in parts(content):
                self._visit(part, scope)

    def _reference(self, node: "Node", scope: Scope) -> None:
        base, _, computed = chain(node)
        for index in computed:
            scope.loose.update(pattern_names(index))
            self._visit(index, scope)
        if kind_of(base)[0] != "Var":
            self._visit(base, scope)
        self.references.append((node, scope))
