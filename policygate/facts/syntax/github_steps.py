"""The steps of a GitHub job one after another, those of the repository's own composite actions among them.

https://docs.github.com/en/actions/tutorials/create-actions/create-a-composite-action
"""

import re
from collections.abc import Iterable
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, field, replace

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, GoCommand
from policygate.facts.syntax.declared import blanked
from policygate.facts.syntax.github_env_file import written_variables
from policygate.facts.syntax.github_files import MAX_LEVELS, Sources
from policygate.facts.syntax.github_values import EXPRESSION, Values, as_the_job_sees, env_values, put_in, resolved
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
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar, Sequence

_STEP = 200
"""What following a step counts of the work that a file may cause."""

_NAME = re.compile(r"\w+", re.ASCII)
_GO_ACTION = re.compile(r"(?:^|[/_-])go", re.IGNORECASE)


@dataclass(frozen=True)
class Defaults:
    """What `run` steps do unless they say otherwise; empty when nothing is said."""

    shell: str
    directory: str

    def within(self, block: Mapping, values: Values) -> "Defaults":
        """Those of a workflow or job."""
        defaults = block.value("defaults")
        run = defaults.value("run") if isinstance(defaults, Mapping) else None
        if not isinstance(run, Mapping):
            return self
        return Defaults(
            resolved(run.value("shell"), values) or self.shell,
            resolved(run.value("working-directory"), values) or self.directory,
        )


@dataclass(frozen=True)
class Surroundings:
    """What the steps of a job, or of an action in it, know."""

    values: Values
    defaults: Defaults
    frozen: SequenceOf[Assignment] = ()
    """What is set for the step that uses the action, strongest first; none for the steps of the job itself."""
    trail: tuple[str, ...] = ()
    """The files of the actions that lead here."""


@dataclass
class Steps:
    """What is set for a job, and what its steps have done so far."""

    sources: Sources
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
    known: dict[str, str | None] = field(default_factory=dict)
    """What the `env` context holds for them, by names such as `env.host`; None for what nobody knows."""
    wraps: bool = False
    """Whether a step may run go for the job."""

    def assignments(self) -> list[Assignment]:
        """What holds for the whole job, strongest first; what only some commands see is left to them."""
        own = passing(self.made, self.commands, "in its step")
        return [*own, *prevailing(self.persisted, self.commands), *self.declared, *self.written]

    def follow(self, steps: Node | None, scope: str, surroundings: Surroundings) -> None:
        """Take the steps of a job or action in turn."""
        if isinstance(steps, Sequence):
            for number, node in enumerate(steps.items, start=1):
                if isinstance(node, Mapping):
                    name = resolved(node.value("name"), surroundings.values) or number
                    self._step(node, f"{scope} step {name}", surroundings)
                else:
                    self.sources.report("a step is not a mapping", node)
        elif steps is not None:
            self.sources.report("`steps` is not a list", steps)

    def _step(self, step: Mapping, scope: str, surroundings: Surroundings) -> None:
        self.sources.budget.spend(_STEP)
        if not surroundings.trail:
            surroundings = replace(surroundings, values={**surroundings.values, **self.known})
            self.sources.budget.spend(len(self.known))
        values, defaults = surroundings.values, surroundings.defaults
        env = env_of(self.sources, step, scope, values)
        run, use = step.value("run"), step.value("uses")
        program = (resolved(step.value("shell"), values) or defaults.shell).split()[:1]
        if isinstance(run, Scalar) and (not program or is_posix_shell(program[0])):
            script = put_in(run, {**values, **env_values(step.value("env"), values)})
            self.sources.budget.spend(len(script.value) if script is not run else 1)
            snippet = script.snippet()
            directory = resolved(step.value("working-directory"), values) or defaults.directory
            self._run(snippet, scope, [*env, *surroundings.frozen], resolve_directory(directory, "."))
            handed_on = written_variables(snippet, scope, resolved(step.value("if"), values))
            self.persisted[:0] = handed_on
            self.in_force = visible([*handed_on, *self.in_force])
            self._forget(run.value)
        elif isinstance(use, Scalar):
            self._use(use, step, scope, env, surroundings)
        self.wraps |= bool(_GO_ACTION.search(resolved(use, values))) or may_run_go(resolved(run, values))
        self.made[:0] = env

    def _forget(self, script: str) -> None:
        """What a script may write to $GITHUB_ENV is not what the file says any more."""
        if "GITHUB_ENV" in script:
            words = {word.lower() for word in _NAME.findall(script)}
            self.known.update((name, None) for name in self.known if name.removeprefix("env.") in words)

    def _use(self, use: Scalar, step: Mapping, scope: str, env: list[Assignment], outer: Surroundings) -> None:
        """Run the steps of a composite action.

        Its expressions know its inputs and nothing else. What is set when it begins stays so for all of its steps: what
        these write to $GITHUB_ENV shows in them only where it is new, as the runner has it and act has not.
        """
        action = self.sources.action(use)
        runs = action.value("runs") if action else None
        if action and action.file.path in outer.trail:
            self.sources.report("actions that use one another in a circle", use)
        elif action and isinstance(runs, Mapping) and len(outer.trail) < MAX_LEVELS:
            inputs = input_values(self.sources, action.value("inputs"), step.value("with"), outer.values)
            frozen = visible([*env, *outer.frozen, *self.in_force, *self.declared])
            inner = Surroundings(inputs, Defaults("", "."), frozen, (*outer.trail, action.file.path))
            self.follow(runs.value("steps"), f"{scope} action", inner)

    def _run(self, snippet: Snippet, scope: str, env: list[Assignment], directory: str) -> None:
        surroundings = visible([*env, *self.in_force, *self.declared])
        script = run_in_turn([(snippet, scope)], directory=directory, environment=surroundings)
        for command in without(script.commands, self.declared):
            assignments = list(map(_replaced, command.assignments))
            self.commands.append(command.model_copy(update={"assignments": assignments}))
        self.made[:0] = map(_replaced, script.assignments)
        self.written[:0] = map(_replaced, script.written)
        self.sources.problems += script.problems


def input_values(sources: Sources, declared: Node | None, given: Node | None, values: Values) -> dict[str, str]:
    """The inputs of a workflow or action by names such as `inputs.proxy`: as given, else by default, else empty."""
    with_ = {name.lower(): value for name, (_, value) in given.entries.items()} if isinstance(given, Mapping) else {}
    inputs = {}
    for name, (_, meaning) in declared.entries.items() if isinstance(declared, Mapping) else ():
        value = with_.get(name.lower())
        if value is None and isinstance(meaning, Mapping):
            value = meaning.value("default")
        if value is None or isinstance(value, Scalar):
            text = inputs[f"inputs.{name.lower()}"] = resolved(value, values)
            sources.budget.spend(len(text))
    return inputs


def env_of(sources: Sources, block: Mapping, scope: str, values: Values) -> list[Assignment]:
    """The variables of the go command in the `env` of a block."""
    env = block.value("env")
    if env is None or (isinstance(env, Scalar) and (EXPRESSION in env.value or not env.value)):
        return []
    if not isinstance(env, Mapping):
        sources.report("`env` is not a mapping", env)
        return []
    entries = [(key, node) for name, (key, node) in env.entries.items() if name in VARIABLES]
    return [_declared(key, put_in(node, values), scope) for key, node in entries if isinstance(node, Scalar)]


def _declared(key: Scalar, node: Scalar, scope: str) -> Assignment:
    value = as_the_job_sees(node)
    at = node.at() if value else key.at()
    return blanked(Assignment(name=key.value, value=value, at=at, scope=scope, dynamic=EXPRESSION in value))


def _replaced(assignment: Assignment) -> Assignment:
    """An expression is replaced before the shell reads it, in single quotes too."""
    dynamic = assignment.dynamic or EXPRESSION in assignment.value
    return assignment if dynamic == assignment.dynamic else assignment.model_copy(update={"dynamic": dynamic})


def relevant_parts(steps: Node | None) -> Iterable[Node]:
    """The parts of steps in which an expression may decide about go commands."""
    for step in steps.items if isinstance(steps, Sequence) else ():
        if isinstance(step, Mapping):
            names = ["env", "run", "working-directory"]
            names += ["with"] if _is_own(step.value("uses")) else []
            yield from (node for name in names if (node := step.value(name)) is not None)


def _is_own(use: Node | None) -> bool:
    return isinstance(use, Scalar) and use.value.startswith("./")
