"""GitHub workflows (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, FileFacts, GoCommand, Place, Problem
from policygate.facts.syntax.declared import blanked, in_order, secret_spans
from policygate.facts.syntax.shell.directories import resolve_directory
from policygate.facts.syntax.shell_session import (
    is_posix_shell,
    may_run_go,
    passing,
    prevailing,
    run_in_turn,
    visible,
    without,
)
from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence, parse
from policygate.location import Text

_EXPRESSION = "${{"
_GO_ACTION = re.compile(r"(?:^|[/_-])go", re.IGNORECASE)
_PERSISTED = re.compile(
    r"^[ \t]*echo[ \t]{1,9}(?P<quote>[\"']?)(?P<name>[A-Z0-9]{1,30})=(?P<value>.{0,500}?)(?P=quote)"
    r"[ \t]{0,9}>>[ \t]{0,9}\"?\$\{?GITHUB_ENV\b",
    re.MULTILINE,
)


def read(path: str, data: bytes) -> FileFacts:
    """One place for each job that runs go or sets its variables, in file order; else one for the `env` of the file.

    `path` is from the root of the checkout. A file that GitHub would refuse gives problems.
    """
    file = Text(path, data)
    tree = parse(file, unique_keys=True)
    workflow = _Workflow(file, list(tree.problems))
    if not tree.documents and not tree.problems:
        workflow.problems.append(Problem(message="no `jobs`", at=file.line_at(1)))
    places = list(workflow.places(tree.documents[0])) if tree.documents else []
    return FileFacts(places=places, problems=in_order(workflow.problems), secrets=secret_spans(file, places))


@dataclass(frozen=True)
class _Defaults:
    """What `run` steps do unless they say otherwise; empty when nothing is said."""

    shell: str
    directory: str


@dataclass
class _Job:
    """What is set for a job, and what its steps have done so far."""

    declared: list[Assignment]
    """For all of its steps, strongest first."""
    persisted: list[Assignment] = field(default_factory=list)
    """Written to $GITHUB_ENV, latest first."""
    in_force: list[Assignment] = field(default_factory=list)
    """What of it the next step sees."""
    made: list[Assignment] = field(default_factory=list)
    """What steps set for themselves, latest first."""
    commands: list[GoCommand] = field(default_factory=list)
    written: list[Assignment] = field(default_factory=list)
    wraps: bool = False
    """Whether a step may run go for the job."""

    def assignments(self) -> list[Assignment]:
        """What holds for the whole job, strongest first; what only some commands see is left to them."""
        own = passing(self.made, self.commands, "in its step")
        return [*own, *prevailing(self.persisted, self.commands), *self.declared, *self.written]


@dataclass
class _Workflow:
    file: Text
    problems: list[Problem]

    def places(self, root: Node) -> Iterator[Place]:
        """The places of the file."""
        workflow = self._mapping(root, "the workflow")
        jobs = workflow and workflow.value("jobs")
        if workflow and not jobs:
            self._report("no `jobs`", root)
        if not workflow or not jobs:
            return
        shared = self._env(workflow, "env")
        defaults = _run_defaults(workflow, _Defaults("", "."))
        found = False
        for id_, (key, node) in _entries(self._mapping(jobs, "`jobs`")):
            block = self._mapping(node, f"job `{id_}`")
            for place in self._job(key, block, shared, defaults) if block else ():
                found = True
                yield place
        if shared and not found:
            yield self._place(self.file.path, workflow.entries["env"][0], _Job(shared))

    def _job(self, key: Scalar, block: Mapping, shared: list[Assignment], defaults: _Defaults) -> Iterator[Place]:
        own = self._env(block, f"job {key.value} env")
        container = block.value("container")
        inside = self._env(container, f"job {key.value} container env") if isinstance(container, Mapping) else []
        job = _Job(visible([*own, *shared, *inside]))
        steps = block.value("steps")
        if isinstance(steps, Sequence):
            defaults = _run_defaults(block, _Defaults(defaults.shell or _default_shell(block), defaults.directory))
            for number, node in enumerate(steps.items, start=1):
                step = self._mapping(node, "a step")
                if step:
                    self._step(job, step, f"job {key.value} step {_text(step, 'name') or number}", defaults)
        elif steps is not None:
            self._report("`steps` is not a list", steps)
        sets = own or inside or job.made or job.persisted or job.written
        if job.commands or sets or (shared and job.wraps):
            yield self._place(f"{self.file.path}#{key.value}", key, job)

    def _step(self, job: _Job, step: Mapping, scope: str, defaults: _Defaults) -> None:
        env = self._env(step, scope)
        run = step.value("run")
        defaults = _Defaults(
            _text(step, "shell") or defaults.shell, _text(step, "working-directory") or defaults.directory
        )
        program = defaults.shell.split()[:1]
        if isinstance(run, Scalar) and (not program or is_posix_shell(program[0])):
            self._run(job, run.snippet(), scope, env, resolve_directory(defaults.directory, "."))
            handed_on = _persisted(run.snippet(), scope, _text(step, "if"))
            job.persisted[:0] = handed_on
            job.in_force = visible([*handed_on, *job.in_force])
        job.wraps |= bool(_GO_ACTION.search(_text(step, "uses"))) or may_run_go(_text(step, "run"))
        job.made[:0] = env

    def _run(self, job: _Job, snippet: Snippet, scope: str, env: list[Assignment], directory: str) -> None:
        surroundings = [*env, *job.in_force, *job.declared]
        script = run_in_turn([(snippet, scope)], directory=directory, environment=surroundings)
        for command in without(script.commands, job.declared):
            assignments = list(map(_replaced, command.assignments))
            job.commands.append(command.model_copy(update={"assignments": assignments}))
        job.made[:0] = map(_replaced, script.assignments)
        job.written[:0] = map(_replaced, script.written)
        self.problems += script.problems

    def _env(self, block: Mapping, scope: str) -> list[Assignment]:
        """The variables of the go command in the `env` of a block."""
        env = block.value("env")
        if env is None or (isinstance(env, Scalar) and (_EXPRESSION in env.value or not env.value)):
            return []
        entries = [(key, node) for name, (key, node) in _entries(self._mapping(env, "`env`")) if name in VARIABLES]
        return [_declared(key, node, scope) for key, node in entries if isinstance(node, Scalar)]

    def _place(self, id_: str, key: Scalar, job: _Job) -> Place:
        return Place(
            id=id_,
            kind="github_job",
            name=key.value,
            at=key.at(),
            directory=".",
            assignments=job.assignments(),
            commands=job.commands,
        )

    def _mapping(self, node: Node, what: str) -> Mapping | None:
        if isinstance(node, Mapping):
            return node
        self._report(f"{what} is not a mapping", node)
        return None

    def _report(self, message: str, node: Node) -> None:
        self.problems.append(Problem(message=message, at=node.at()))


def _entries(block: Mapping | None) -> Iterable[tuple[str, tuple[Scalar, Node]]]:
    return block.entries.items() if block else ()


def _text(block: Mapping, name: str) -> str:
    node = block.value(name)
    return node.value if isinstance(node, Scalar) else ""


def _run_defaults(block: Mapping, outer: _Defaults) -> _Defaults:
    defaults = block.value("defaults")
    run = defaults.value("run") if isinstance(defaults, Mapping) else None
    if not isinstance(run, Mapping):
        return outer
    return _Defaults(_text(run, "shell") or outer.shell, _text(run, "working-directory") or outer.directory)


def _default_shell(job: Mapping) -> str:
    """Windows runners take PowerShell; whatever else is named takes a POSIX shell."""
    return "pwsh" if _text(job, "runs-on").lower().startswith("windows") else ""


def _declared(key: Scalar, node: Scalar, scope: str) -> Assignment:
    value = _as_the_job_sees(node)
    at = node.at() if value else key.at()
    return blanked(Assignment(name=key.value, value=value, at=at, scope=scope, dynamic=_EXPRESSION in value))


def _as_the_job_sees(scalar: Scalar) -> str:
    """The text that GitHub makes of a value: it reads YAML 1.2, where `off` is a string."""
    if scalar.plain and scalar.value in {"~", "null", "Null", "NULL"}:
        return ""
    if scalar.plain and scalar.value in {"True", "TRUE", "False", "FALSE"}:
        return scalar.value.lower()
    return scalar.value


def _replaced(assignment: Assignment) -> Assignment:
    """An expression is replaced before the shell reads it, in single quotes too."""
    dynamic = assignment.dynamic or _EXPRESSION in assignment.value
    return assignment if dynamic == assignment.dynamic else assignment.model_copy(update={"dynamic": dynamic})


def _persisted(snippet: Snippet, scope: str, condition: str) -> list[Assignment]:
    """What a script writes to $GITHUB_ENV for the steps after it, latest first."""
    found = []
    for match in _PERSISTED.finditer(snippet.source):
        name, value, quoted = match["name"], match["value"], match["quote"] == "'"
        if name in VARIABLES:
            at = snippet.at(*match.span("value" if value else "name"))
            dynamic = _EXPRESSION in value or ("$" in value and not quoted)
            assignment = Assignment(name=name, value=value, at=at, scope=scope, condition=condition, dynamic=dynamic)
            found.append(blanked(assignment))
    return found[::-1]
