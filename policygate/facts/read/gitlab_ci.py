"""GitLab CI pipelines (https://docs.gitlab.com/ci/yaml/). Files that they include are not followed."""

from collections.abc import Iterator
from itertools import groupby

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import FileFacts, Place, Problem
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.declared import in_order, secret_spans
from policygate.facts.syntax.gitlab_pipeline import KEYWORDS, Pipeline
from policygate.facts.syntax.gitlab_variables import Layer, Variables
from policygate.facts.syntax.shell import Script, read_script
from policygate.facts.syntax.shell_session import Part, join, may_run_go, prevailing, run_in_turn, under, without
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence, parse
from policygate.location import Text


def read(path: str, data: bytes) -> FileFacts:
    """One place for each job that runs go or sets its variables, in file order; else one for what all jobs inherit.

    `path` is from the root of the checkout. A file that GitLab would refuse gives problems.
    """
    file = Text(path, data)
    try:
        jobs = _Jobs(file, Pipeline(parse(file)))
        places = jobs.places()
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    return FileFacts(places=places, problems=jobs.problems(), secrets=secret_spans(file, places))


class _Jobs:
    def __init__(self, file: Text, pipeline: Pipeline) -> None:
        self._file = file
        self._pipeline = pipeline
        self._default = pipeline.mapping(pipeline.keywords.get("default"), "default")
        self._workflow = pipeline.mapping(pipeline.keywords.get("workflow"), "workflow")
        self._variables = pipeline.mapping(pipeline.keywords.get("variables"), "variables")
        self._snippets: dict[tuple[int, ...], Snippet] = {}
        self._scripts: dict[object, Script] = {}

    def places(self) -> list[Place]:
        """The places of the file."""
        places: list[Place] = []
        for name, block in self._pipeline.jobs.items():
            if name.startswith("."):
                continue
            if isinstance(block, Mapping):
                places += self._place(f"{self._file.path}#{name}", name, self._pipeline.keys[name], block)
            else:
                self._pipeline.report(f"job `{name}` is not a mapping", self._pipeline.keys[name])
        return places or list(self._shared_place())

    def problems(self) -> list[Problem]:
        """What could not be understood, each once."""
        scripts = [problem for script in self._scripts.values() for problem in script.problems]
        return in_order([*self._pipeline.problems, *scripts])

    def _shared_place(self) -> Iterator[Place]:
        key = next((key for name, key in self._pipeline.keys.items() if name in KEYWORDS), None)
        key = self._pipeline.keys.get("variables", key)
        if key is not None:
            nothing = Mapping(self._file, key.start, key.end, "", (), 1)
            yield from self._place(self._file.path, "variables", key, nothing, shared=True)

    def _place(self, id_: str, name: str, key: Scalar, job: Mapping, *, shared: bool = False) -> Iterator[Place]:
        own = list(self._own_layers(job))
        declared = Variables(self._pipeline, [*own, *self._inherited_layers(job)]).assignments()
        parts = list(self._parts(self._script(job, "before_script"), job.value("script")))
        after = list(self._parts(self._script(job, "after_script")))
        shells = [
            run_in_turn(each, directory=".", environment=declared, read=self._read_script) for each in (parts, after)
        ]
        commands = without((command for shell in shells for command in shell.commands), declared)
        made = [
            *prevailing(shells[0].assignments, commands),
            *(a if a.lost else under(a, "in after_script") for a in shells[1].assignments),
        ]
        written = [assignment for shell in shells for assignment in shell.written]
        assignments = [*made, *declared, *written]
        sets = any(layer.find(name) for layer in own for name in VARIABLES) or any(
            assignment.scope.startswith("job ") for assignment in [*made, *written]
        )
        wraps = shared or any(may_run_go(snippet.source) for snippet, _ in [*parts, *after])
        if commands or sets or (assignments and wraps):
            yield Place(
                id=id_,
                kind="gitlab_job",
                name=name,
                at=key.at(),
                directory=".",
                assignments=assignments,
                commands=commands,
            )

    def _own_layers(self, job: Mapping) -> Iterator[Layer]:
        yield from self._matrix_layers(job)
        yield from self._rule_layers(job)
        variables = self._pipeline.mapping(job.value("variables"), "variables")
        if variables:
            yield Layer(variables.entries, "variables")

    def _inherited_layers(self, job: Mapping) -> Iterator[Layer]:
        only = self._inherited(job, "variables")
        for layer in self._rule_layers(self._workflow):
            yield Layer(layer.entries, layer.part, layer.condition, only)
        if self._variables:
            yield Layer(self._variables.entries, "variables", only=only)

    def _inherited(self, job: Mapping, what: str) -> frozenset[str] | None:
        """The names that a job takes over, None for all."""
        inherit = self._pipeline.mapping(job.value("inherit"), "inherit")
        names = self._pipeline.follow(inherit.value(what)) if inherit else None
        if isinstance(names, Sequence):
            return frozenset(name.value for name in names.items if isinstance(name, Scalar))
        return frozenset() if isinstance(names, Scalar) and names.value.lower() in {"false", "no", "off"} else None

    def _matrix_layers(self, job: Mapping) -> Iterator[Layer]:
        parallel = self._pipeline.follow(job.value("parallel"))
        for row in self._mappings(parallel.value("matrix") if isinstance(parallel, Mapping) else None):
            for name, (key, value) in row.entries.items():
                values = value.items if isinstance(value, Sequence) else (value,)
                for each in values:
                    yield Layer({name: (key, each)}, "parallel matrix", "in one run of parallel:matrix")

    def _rule_layers(self, block: Mapping | None) -> Iterator[Layer]:
        for number, rule in enumerate(self._mappings(block.value("rules") if block else None)):
            variables = self._pipeline.mapping(rule.value("variables"), "variables")
            if variables:
                yield Layer(variables.entries, "rules variables", _condition(rule, first=number == 0))

    def _mappings(self, node: Node | None, left: int = 10) -> Iterator[Mapping]:
        """The mappings of a list that may hold lists."""
        node = self._pipeline.follow(node)
        self._pipeline.budget.spend(1)
        if isinstance(node, Mapping):
            yield node
        elif isinstance(node, Sequence) and left:
            for item in node.items:
                yield from self._mappings(item, left - 1)

    def _script(self, job: Mapping, name: str) -> Node | None:
        """The job's own script of this name, else the one that it inherits."""
        only = self._inherited(job, "default")
        if name in job.entries or (only is not None and name not in only):
            return job.value(name)
        default = self._default.value(name) if self._default else None
        return default or self._pipeline.keywords.get(name)

    def _parts(self, *scripts: Node | None) -> Iterator[Part]:
        lines = (line for script in scripts for line in self._pipeline.lines(script))
        for owner, group in groupby(lines, self._pipeline.owner):
            scope = (
                f"job {owner} script" if owner not in KEYWORDS else "default script" if owner == "default" else owner
            )
            yield self._joined(list(group)), scope

    def _joined(self, lines: list[Scalar]) -> Snippet:
        key = tuple(map(id, lines))
        if key not in self._snippets:
            self._snippets[key] = join(line.snippet() for line in lines)
        return self._snippets[key]

    def _read_script(self, snippet: Snippet, **state: object) -> Script:
        """As `read_script`; jobs that share a script and what is set for it share the answer."""
        key = (id(snippet), *state.values())
        if key not in self._scripts:
            self._scripts[key] = read_script(snippet, **state)  # type: ignore[arg-type]
        return self._scripts[key]


def _condition(rule: Mapping, *, first: bool) -> str:
    when = rule.value("if")
    parts = [when.value] if isinstance(when, Scalar) else []
    parts += [name for name in ("changes", "exists") if name in rule.entries]
    return " and ".join(parts) or ("" if first else "no earlier rule matches")
