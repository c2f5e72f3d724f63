"""GitLab CI pipelines, with the files of the same repository that they include (https://docs.gitlab.com/ci/yaml/)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from policygate.facts.files import NO_FILES, Files
from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import FileFacts, Place, Problem
from policygate.facts.net.gitlab import PipelineNetwork
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.declared import in_order, secret_spans
from policygate.facts.syntax.gitlab_includes import Entries, Inclusion, Sources
from policygate.facts.syntax.gitlab_pipeline import KEYWORDS, Pipeline
from policygate.facts.syntax.gitlab_rules import condition_of_rule
from policygate.facts.syntax.gitlab_scalar import as_the_job_sees
from policygate.facts.syntax.gitlab_variables import Layer, Variables, layers_of
from policygate.facts.syntax.shell import Script, read_script
from policygate.facts.syntax.shell_session import Part, join, may_run_go, prevailing, run_in_turn, under, without
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence
from policygate.location import Text

ROOT = ".gitlab-ci.yml"
"""The pipeline of the repository itself; any other is a template, or the pipeline of another directory."""

_JOB = 1000
"""What a job of a child pipeline counts of the work that a file may cause."""

_MAX_LEVELS = 2
"""How far child pipelines may reach."""


def read(path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """One place for each job that runs go or sets its variables, in file order; else one for what all jobs inherit.

    The endpoints in variables and the services of jobs are there besides. `path` is from the root of the checkout, and
    so are the paths of what is included. Child pipelines follow. A file that GitLab would refuse gives problems.
    """
    file = Text(path, data)
    sources = Sources(files, strict=path == ROOT and files is not NO_FILES)
    network = PipelineNetwork()
    try:
        places = list(_pipelines(file, sources, network))
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    followed = [inner for inner in sources.texts if inner != path]
    facts = network.facts()
    return facts.model_copy(
        update={
            "places": places,
            "unseen": sources.unseen,
            "followed": followed,
            "problems": in_order(sources.problems),
            "secrets": [*secret_spans(list(sources.texts.values()), places), *facts.secrets],
        }
    )


def _pipelines(file: Text, sources: Sources, network: PipelineNetwork) -> Iterator[Place]:
    """The places of a pipeline and of its child pipelines; what several triggers do alike is there once."""
    waiting = [_Jobs(file.path, "", Inclusion(sources).entries(file), sources)]
    found: dict[str, list[Place]] = {}
    while waiting:
        pipeline = waiting.pop(0)
        for place in pipeline.places():
            same = found.setdefault(place.id, [])
            if not any(place.model_copy(update={"id": other.id}) == other for other in same):
                same.append(place.model_copy(update={"id": f"{place.id}@{pipeline.trigger}"}) if same else place)
                yield same[-1]
        pipeline.add_to(network)
        waiting += pipeline.children()


@dataclass
class _Jobs:
    path: str
    """Of the file that the pipeline begins with."""
    trigger: str
    """The job that triggers it; empty when it is no child pipeline."""
    entries: Entries
    sources: Sources
    forwarded: tuple[Layer, ...] = ()
    """What the job that triggers a child pipeline hands on to it."""
    level: int = 0

    def __post_init__(self) -> None:
        pipeline = self._pipeline = Pipeline(self.entries, self.sources)
        self._default = pipeline.mapping(pipeline.keywords.get("default"), "default")
        self._workflow = pipeline.mapping(pipeline.keywords.get("workflow"), "workflow")
        self._variables = pipeline.mapping(pipeline.keywords.get("variables"), "variables")
        self._snippets: dict[tuple[int, ...], Snippet] = {}
        self._scripts: dict[object, Script] = {}

    def places(self) -> list[Place]:
        """The places of the file."""
        places: list[Place] = []
        for name, block in self._pipeline.jobs.items():
            self._pipeline.budget.spend(_JOB if self.trigger else 0)
            if name.startswith(".") or self._child(block) is not None:
                continue
            if isinstance(block, Mapping):
                places += self._place(f"{self.path}#{name}", name, self._pipeline.keys[name], block)
            else:
                self._pipeline.report(f"job `{name}` is not a mapping", self._pipeline.keys[name])
        return places or list(self._shared_place())

    def add_to(self, network: PipelineNetwork) -> None:
        """Add what the jobs, and all of them together, are given as addresses."""
        shared = list(self._inherited_layers(_nothing(Text(self.path, b""))))
        network.add_variables("", Variables(self._pipeline, shared), shared)
        network.add_services(self._pipeline, self._pipeline.keywords.get("services"))
        if self._default:
            network.add_services(self._pipeline, self._default.value("services"))
        for name, job in self._pipeline.jobs.items():
            if isinstance(job, Mapping) and not name.startswith("."):
                own = list(self._own_layers(job))
                variables = Variables(self._pipeline, [*own, *self._inherited_layers(job)])
                network.add_variables(f"{self.path}#{name}", variables, own)
                network.add_services(self._pipeline, job.value("services"))

    def children(self) -> Iterator["_Jobs"]:
        """The child pipelines that are made of files of this repository; GitLab itself goes no deeper."""
        for name, block in self._pipeline.jobs.items() if self.level < _MAX_LEVELS else ():
            include = self._child(block)
            if name.startswith(".") or include is None or not isinstance(block, Mapping):
                continue
            inclusion = Inclusion(self.sources)
            entries = inclusion.included(include, ("",))
            if inclusion.paths:
                handed_on = self._handed_on(block)
                yield _Jobs(inclusion.paths[0], name, entries, self.sources, handed_on, self.level + 1)

    def _child(self, block: Node) -> Node | None:
        """What the child pipeline is made of that a job triggers, if it does."""
        trigger = self._pipeline.follow(block.value("trigger")) if isinstance(block, Mapping) else None
        return trigger.value("include") if isinstance(trigger, Mapping) else None

    def _handed_on(self, job: Mapping) -> tuple[Layer, ...]:
        """The variables of a trigger job, which are stronger in the child pipeline than its own."""
        trigger = self._pipeline.follow(job.value("trigger"))
        forward = trigger.value("forward") if isinstance(trigger, Mapping) else None
        kept = forward.value("yaml_variables") if isinstance(forward, Mapping) else None
        if isinstance(kept, Scalar) and as_the_job_sees(kept) == "false":
            return ()
        return (*self._own_layers(job), *self._inherited_layers(job))

    def _shared_place(self) -> Iterator[Place]:
        key = next((key for name, key in self._pipeline.keys.items() if name in KEYWORDS), None)
        key = self._pipeline.keys.get("variables", key)
        if key is not None:
            yield from self._place(self.path, "variables", key, _nothing(key.file), shared=True)

    def _place(self, id_: str, name: str, key: Scalar, job: Mapping, *, shared: bool = False) -> Iterator[Place]:
        own = [*self.forwarded, *self._own_layers(job)]
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
            yield from layers_of(self._pipeline, variables, "variables")

    def _inherited_layers(self, job: Mapping) -> Iterator[Layer]:
        only = self._inherited(job, "variables")
        for layer in self._rule_layers(self._workflow):
            yield replace(layer, only=only)
        if self._variables:
            for layer in layers_of(self._pipeline, self._variables, "variables"):
                yield replace(layer, only=only)

    def _inherited(self, job: Mapping, what: str) -> frozenset[str] | None:
        """The names that a job takes over, None for all."""
        inherit = self._pipeline.mapping(job.value("inherit"), "inherit")
        names = self._pipeline.follow(inherit.value(what)) if inherit else None
        if isinstance(names, Sequence):
            return frozenset(name.value for name in names.items if isinstance(name, Scalar))
        return frozenset() if isinstance(names, Scalar) and names.value.lower() in {"false", "no", "off"} else None

    def _matrix_layers(self, job: Mapping) -> Iterator[Layer]:
        """One layer a value; the last one of a variable needs no condition when every row has the variable."""
        parallel = self._pipeline.follow(job.value("parallel"))
        rows = list(self._mappings(parallel.value("matrix") if isinstance(parallel, Mapping) else None))
        given: dict[str, list[tuple[Scalar, Node]]] = {}
        for row in rows:
            for name, (key, value) in row.entries.items():
                values = value.items if isinstance(value, Sequence) else (value,)
                given.setdefault(name, []).extend((key, each) for each in values)
        for name, entries in given.items():
            everywhere = all(name in row.entries for row in rows)
            for entry in entries:
                condition = "" if everywhere and entry is entries[-1] else "in one run of parallel:matrix"
                yield Layer({name: entry}, "parallel matrix", condition, one_of=len(entries) > 1)

    def _rule_layers(self, block: Mapping | None) -> Iterator[Layer]:
        for number, rule in enumerate(self._mappings(block.value("rules") if block else None)):
            variables = self._pipeline.mapping(rule.value("variables"), "variables")
            if variables:
                condition = condition_of_rule(rule) or ("" if number == 0 else "no earlier rule matches")
                yield from layers_of(self._pipeline, variables, "rules variables", condition)

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
        for (_, owner), group in groupby(lines, lambda line: (line.file.path, self._pipeline.owner(line))):
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
            script = self._scripts[key] = read_script(snippet, **state)  # type: ignore[arg-type]
            self.sources.problems += script.problems
        return self._scripts[key]


def _nothing(file: Text) -> Mapping:
    """A job that says nothing."""
    return Mapping(file, 0, 0, "", (), 1)
