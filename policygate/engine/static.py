"""Check policies without evaluating them: unknown fields, names and functions, refused built-ins, recursion."""

from policygate.engine.inference import Inference
from policygate.engine.portable import PORTABLE, REFUSED
from policygate.engine.scopes import Scope, Walk
from policygate.engine.shapes import UnknownField, from_schema, names_in
from policygate.engine.syntax import Unit, chain, constant_path, kind_of, pattern_names, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from policygate.engine.shapes import Shape
    from policygate.engine.syntax import Node, Path

    Fault = tuple[str, int, int, str]
    """File, 1-based line and column in code points, message."""


def check(trees: "Iterable[Node]", schema: "Mapping[str, Any]") -> "list[Fault]":
    """Everything wrong in modules, given as regorus prints their syntax; `schema` describes the input."""
    walk = Walk()
    for tree in trees:
        walk.add(Unit(tree))
    checker = _Checker(walk, from_schema(schema))
    try:
        checker.check()
    except RecursionError:
        checker.faults.append(("policies", 0, 0, "an expression is nested too deeply"))
    return sorted(set(checker.faults))


class _Checker:
    def __init__(self, walk: Walk, input_shape: "Shape | None") -> None:
        self.faults: list[Fault] = []
        self._walk = walk
        self._input_names = names_in(input_shape)
        self._inference = Inference(walk, input_shape)
        self._edges: dict[Path, dict[Path, None]] = {path: {} for path in walk.definitions}

    def check(self) -> None:
        for target, value, scope in self._walk.replaced:
            self._inference.replace(target, value, scope)
        for call, scope, output in self._walk.calls:
            self._check_call(call, scope, output=output)
        for unit in self._walk.units:
            top = Scope(unit, unit.package)
            for node in unit.imported:
                self._check_fields(node, top)
        for node, scope in self._walk.references:
            self._check_name(node, scope)
            self._check_fields(node, scope)
        self.faults += self._recursions()

    def _fault(self, scope: "Scope", offset: int, message: str) -> None:
        self.faults.append(scope.unit.fault(offset, message))

    def _depend(self, scope: "Scope", targets: "Iterable[Path]") -> None:
        self._edges[scope.owner].update(dict.fromkeys(targets))

    def _check_call(self, call: "Node", scope: "Scope", *, output: bool) -> None:
        given = len(call["params"])
        path = self._inference.function(call["fcn"], scope)
        if path:
            self._depend(scope, [path])
            self._inference.calls.setdefault(path, []).append((call["params"], scope))
            wanted = len(self._walk.definitions[path][0].args)
            name = path[-1]
        else:
            name = ".".join(constant_path(call["fcn"]))
            wanted = PORTABLE.get(name, given if name == "print" else -1)
            if wanted < 0:
                self._fault(scope, start_of(call["fcn"]), _explain_missing(name))
                return
        if given == wanted + 1 and output:
            scope.loose.update(pattern_names(call["params"][-1]))
        elif given != wanted:
            self._fault(scope, start_of(call["fcn"]), f"`{name}` takes {wanted} arguments, not {given}")
        if name == "walk" and given == wanted:
            self._fault(scope, start_of(call["fcn"]), "write `walk(x, [path, value])`: the other form is not portable")

    def _check_name(self, node: "Node", scope: "Scope") -> None:
        base, segments, _ = chain(node)
        kind, content = kind_of(base)
        if kind != "Var":
            return
        path = self._inference.data_path(content["value"], segments, scope)
        if path is None:
            if not self._inference.is_known(content["value"], scope):
                self._fault(scope, start_of(base), f"unknown name `{content['value']}`")
            return
        reached = self._inference.reached(path)
        if not reached:
            dotted = ".".join(("data", *path))
            self._fault(
                scope, start_of(base), f"nothing declares `{dotted}`: there are no data documents, only policies"
            )
        self._depend(scope, reached)

    def _check_fields(self, node: "Node", scope: "Scope") -> None:
        base, segments, _ = chain(node)
        try:
            self._inference.shape_of_chain(base, segments, scope)
        except UnknownField as error:
            if error.key not in self._input_names or not self._is_generic(base, scope):
                self._fault(scope, error.offset, str(error))

    def _is_generic(self, base: "Node", scope: "Scope") -> bool:
        """Whether a reference is to a local name of a function, which may serve more shapes than it is called with."""
        kind, content = kind_of(base)
        functional = any(definition.args for definition in self._walk.definitions.get(scope.owner, ()))
        return functional and kind == "Var" and scope.find(content["value"]) is not None

    def _recursions(self) -> "Iterator[Fault]":
        """One fault a circle of rules or functions that need one another."""
        done: set[Path] = set()
        for root in self._edges:
            trail: list[Path] = []
            waiting = [(root, iter(self._edges[root]))] if root not in done else []
            while waiting:
                path, rest = waiting[-1]
                if len(trail) < len(waiting):
                    trail.append(path)
                    done.add(path)
                following = next(rest, None)
                if following is None:
                    waiting.pop()
                    trail.pop()
                elif following in trail:
                    yield self._circle([*trail[trail.index(following) :], following])
                elif following not in done:
                    waiting.append((following, iter(self._edges[following])))

    def _circle(self, circle: "list[Path]") -> "Fault":
        first = self._walk.definitions[circle[0]][0]
        shown = " -> ".join(f"`{'.'.join(path)}`" for path in circle)
        return first.unit.fault(first.offset, f"recursion, which Rego does not have: {shown}")


def _explain_missing(name: str) -> str:
    if name in REFUSED:
        return f"`{name}` is refused: {REFUSED[name]}"
    return f"`{name}` is neither a function of the policies nor a built-in that every engine has"
