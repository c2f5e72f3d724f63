"""The shapes of the values that a policy meets, from the JSON Schema of its input (https://json-schema.org/draft/2020-12)."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Key = str | int | None
    """A constant field, a constant place in a list, or nothing for a computed key."""


class Shape:
    """What is known of a value; the absence of a shape (`None`) stands for any value."""

    __slots__ = ()


class Plain(Shape):
    """A value without parts."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Many(Shape):
    """A list or a set of items; each place of a list that is written out has a shape of its own."""

    __slots__ = ("item", "name", "parts")

    def __init__(self, item: Shape | None, name: str, parts: "Sequence[Shape | None]" = ()) -> None:
        self.item = item
        self.name = name
        self.parts = parts


class Record(Shape):
    """An object: fields by name, and the shape of all others if it is open."""

    __slots__ = ("closed", "fields", "rest")

    def __init__(self, fields: "dict[str, Shape | None]", rest: Shape | None = None, *, closed: bool = False) -> None:
        self.fields = fields
        self.rest = rest
        self.closed = closed


class Either(Shape):
    """One of several shapes."""

    __slots__ = ("options",)

    def __init__(self, options: "list[Shape]") -> None:
        self.options = options


class UnknownField(Exception):  # noqa: N818 - the message is for the author of a policy, who knows no exceptions
    """A constant key that no value of the shape has."""

    def __init__(self, key: str, shape: Shape) -> None:
        super().__init__(_explain(key, shape))
        self.key = key
        self.offset = 0
        """The byte offset of the key in its module, once that is known."""


TEXT = Plain("string")
NUMBER = Plain("number")
TRUTH = Plain("boolean")


def join(shapes: "Iterable[Shape | None]") -> Shape | None:
    """The shape of a value that has one of these; any value when there is none to choose from."""
    options: list[Shape] = []
    for shape in shapes:
        if shape is None:
            return None
        options += [s for s in (shape.options if isinstance(shape, Either) else [shape]) if s not in options]
    return Either(options) if len(options) > 1 else options[0] if options else None


def step(shape: Shape | None, key: "Key") -> Shape | None:
    """The shape of a part: of the field or place `key`, or of any one when the key is not constant.

    Raises: UnknownField when no such value has the key.
    """
    if isinstance(shape, Either):
        return _step_either(shape, key)
    if isinstance(shape, Record):
        if not isinstance(key, str):
            return join([*shape.fields.values(), shape.rest] if not shape.closed else shape.fields.values())
        if key not in shape.fields and shape.closed:
            raise UnknownField(key, shape)
        return shape.fields.get(key, shape.rest)
    if isinstance(shape, Many):
        if isinstance(key, str) and shape.name == "list":
            raise UnknownField(key, shape)
        return shape.parts[key] if isinstance(key, int) and key < len(shape.parts) else shape.item
    if shape is not None and isinstance(key, str):
        raise UnknownField(key, shape)
    return None


def items(shape: Shape | None) -> Shape | None:
    """The shape of what an iteration over a value yields."""
    return step(shape, None)


def _step_either(shape: Either, key: "Key") -> Shape | None:
    found = []
    failed = None
    for option in shape.options:
        try:
            found.append(step(option, key))
        except UnknownField as error:
            failed = failed or error
    if failed and not found:
        raise UnknownField(str(key), shape) if all(isinstance(o, Record) for o in shape.options) else failed
    return join(found)


def _explain(key: str, shape: Shape) -> str:
    if isinstance(shape, Many):
        return f"`{key}` is no field of a list: iterate with `[_].{key}` or `some ... in`"
    if isinstance(shape, Plain):
        return f"`{key}` is no field: the value before it is a {shape.name}"
    records = [o for o in (shape.options if isinstance(shape, Either) else [shape]) if isinstance(o, Record)]
    known = sorted({name for record in records for name in record.fields})
    return f"unknown input field `{key}`; known: {', '.join(known) or 'none'}"


def from_schema(schema: "Mapping[str, Any]") -> Shape | None:
    """The shape of the values that a schema allows; `$ref` leads below `$defs` of the same schema."""
    return _Reader(schema.get("$defs", {})).read(schema)


class _Reader:
    def __init__(self, definitions: "Mapping[str, Any]") -> None:
        self._definitions = definitions
        self._named: dict[str, Shape | None] = {}

    def read(self, schema: "Mapping[str, Any]") -> Shape | None:
        if "$ref" in schema:
            return self._named_shape(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return join(self.read(option) for option in schema["anyOf"])
        kind = schema.get("type")
        if kind == "object":
            return self._record(schema)
        if kind == "array":
            return Many(self.read(schema.get("items", {})), "list")
        return Plain(kind) if isinstance(kind, str) else None

    def _named_shape(self, name: str) -> Shape | None:
        if name not in self._named:
            self._named[name] = None
            self._named[name] = self.read(self._definitions[name])
        return self._named[name]

    def _record(self, schema: "Mapping[str, Any]") -> Record:
        fields = {name: self.read(below) for name, below in schema.get("properties", {}).items()}
        others = schema.get("additionalProperties", True)
        rest = self.read(others) if isinstance(others, dict) else None
        return Record(fields, rest, closed=others is False)


def names_in(shape: Shape | None) -> "set[str]":
    """Every field name that a value of the shape can hold at any depth."""
    names: set[str] = set()
    waiting, seen = [shape], set[int]()
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Record):
            names.update(current.fields)
            waiting += [*current.fields.values(), current.rest]
        elif isinstance(current, Many):
            waiting.append(current.item)
        elif isinstance(current, Either):
            waiting += current.options
    return names
