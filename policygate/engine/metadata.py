"""What a policy says of itself in its METADATA block (https://www.openpolicyagent.org/docs/policy-language#annotations)."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from yaml import MappingNode, MarkedYAMLError, Node, SequenceNode, YAMLError, parse
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event

from policygate.engine.faults import Fault
from policygate.engine.scan import Annotation
from policygate.findings import Link, Severity

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_DEEPEST = 40

Words = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Reference(_Strict):
    """A page to read on."""

    ref: Words
    description: str = ""


class ParameterNote(_Strict):
    """What one parameter means, and its value where `policygate.yaml` gives none."""

    default: JsonValue
    description: Words


class Custom(_Strict):
    """Our own keys."""

    severity: Severity | None = None
    security_severity: Annotated[str, Field(pattern=r"^(?:10\.0|[1-9]\.[0-9]|0\.[1-9])$")] | None = None
    parameters: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ParameterNote] = {}
    fix: str = ""
    profiles: list[Words] = []


class Metadata(_Strict):
    """The keys that `opa inspect` knows, and `custom`."""

    title: str = ""
    description: str = ""
    related_resources: list[str | Reference] = []
    custom: Custom = Custom()
    scope: Literal["package", "subpackages"] = "package"
    authors: list[JsonValue] = []
    organizations: list[str] = []
    schemas: list[JsonValue] = []
    entrypoint: bool = False

    @property
    def links(self) -> tuple[Link, ...]:
        """The related resources, in their order."""
        pages = (Reference(ref=page) if isinstance(page, str) else page for page in self.related_resources)
        return tuple(Link(page.ref, page.description) for page in pages)


def read_metadata(label: str, annotation: Annotation | None) -> tuple[Metadata, list[Fault]]:
    """What the block says, and everything that is wrong with it; the metadata of a faulty block are the defaults."""
    if annotation is None:
        return Metadata(), []
    loader = Loader(annotation.yaml)
    places = _Places(label, annotation.line)
    try:
        places.check_structure(annotation.yaml)
        if places.faults:
            return Metadata(), places.faults
        node = loader.get_single_node()
        if node is None:
            return Metadata(), []
        places.add(node, ())
        if not places.faults:
            return Metadata.model_validate(loader.construct_document(node)), []
    except ValidationError as error:
        places.faults += [places.fault(problem["loc"], _explain(problem)) for problem in error.errors()]
    except MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        places.faults.append(Fault(label, annotation.line + line, 1, f"METADATA is no YAML: {error.problem}"))
    except (YAMLError, ValueError) as error:
        places.faults.append(Fault(label, annotation.line, 1, f"METADATA is no YAML: {error}"))
    finally:
        loader.dispose()
    return Metadata(), places.faults


Path = tuple[int | str, ...]


def _line(event: Event) -> int:
    return event.start_mark.line if event.start_mark else 0


class _Places:
    """The line of each value of a block, by its path."""

    def __init__(self, label: str, line: int) -> None:
        self.faults: list[Fault] = []
        self._label = label
        self._line = line
        self._lines: dict[Path, int] = {}

    def check_structure(self, text: str) -> None:
        """Refuse what would cost more than it says, before anything is built from it: aliases and deep nests."""
        depth = 0
        for event in parse(text, Loader=Loader):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _DEEPEST or isinstance(event, AliasEvent):
                what = "anchors and aliases are not supported" if depth <= _DEEPEST else "it is nested too deeply"
                self.faults.append(Fault(self._label, self._line + _line(event), 1, f"METADATA: {what}"))
                return

    def add(self, node: Node, path: Path) -> None:
        """Note where a node stands; a key given twice is a fault."""
        self._lines.setdefault(path, self._line + node.start_mark.line)
        if isinstance(node, MappingNode):
            for key, value in node.value:
                below = (*path, str(key.value))
                twice = below in self._lines
                self._lines[below] = self._line + key.start_mark.line
                if twice:
                    self.faults.append(self.fault(below, f"METADATA: `{key.value}` is given twice"))
                self.add(value, below)
        elif isinstance(node, SequenceNode):
            for index, value in enumerate(node.value):
                self.add(value, (*path, index))

    def fault(self, path: Path, message: str) -> Fault:
        """A fault of the value at a path, or of the nearest one around it."""
        while path not in self._lines and path:
            path = path[:-1]
        return Fault(self._label, self._lines.get(path, self._line), 1, message)


def _explain(problem: "ErrorDetails") -> str:
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        return f"METADATA: unknown key `{name}`; known: {', '.join(_known(problem['loc'][:-1]))}"
    message = problem["msg"]
    if not name:
        return "METADATA: it should be a mapping of keys"
    return f"METADATA: `{name}`: {message[:1].lower()}{message[1:]}"


def _known(path: tuple[int | str, ...]) -> list[str]:
    below: type[BaseModel] = ParameterNote if path[:1] == ("custom",) else Reference
    model = Metadata if not path else Custom if path == ("custom",) else below
    return sorted(model.model_fields)
