"""GitHub workflows, with what they use of their own repository (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax)."""

from collections.abc import Iterator
from dataclasses import dataclass

from policygate.facts.files import NO_FILES, Files
from policygate.facts.model import FileFacts, Place, Problem
from policygate.facts.net.github import network_of
from policygate.facts.syntax.budget import TooLargeError
from policygate.facts.syntax.declared import in_order, secret_spans
from policygate.facts.syntax.github_files import MAX_LEVELS, Sources
from policygate.facts.syntax.github_steps import Defaults, Steps, Surroundings, env_of, input_values, relevant_parts
from policygate.facts.syntax.github_values import Values, env_values, matrix_names, matrix_rows, resolved
from policygate.facts.syntax.shell_session import visible
from policygate.facts.syntax.variants import merge_places
from policygate.facts.syntax.yaml_tree import Mapping, Node, Scalar
from policygate.location import Text

_JOB = 200
"""What following a job counts of the work that a file may cause."""

_MAX_VARIANTS = 16
"""Of a job with a matrix; when there are more of them, what the matrix says stays open."""


def read(path: str, data: bytes, files: Files = NO_FILES) -> FileFacts:
    """One place for each job that runs go or sets its variables, in file order; else one for the `env` of the file.

    The endpoints in every `env` and the services of jobs are there besides. `path` is from the root of the checkout.
    Workflows and composite actions of the same repository are followed. A file that GitHub would refuse gives problems.
    """
    file = Text(path, data)
    sources = Sources(files)
    root = sources.root(file)
    try:
        places = list(_Workflow(path, sources, {}).places(root)) if root else []
    except TooLargeError as error:
        return FileFacts(problems=[Problem(message=error.message, at=file.line_at(1))])
    network = network_of(path, root)
    return network.model_copy(
        update={
            "places": places,
            "unseen": list(sources.unseen.values()),
            "followed": [inner for inner in sources.followed if inner != path],
            "problems": in_order(sources.problems),
            "secrets": [*secret_spans(list(sources.texts.values()), places), *network.secrets],
        }
    )


@dataclass(frozen=True)
class _Workflow:
    path: str
    """Of the file that is read, whatever it calls."""
    sources: Sources
    values: Values
    caller: str = ""
    """The jobs that call it, each with a slash."""
    trail: tuple[str, ...] = ()
    """The workflows that lead to it."""

    def places(self, root: Node) -> Iterator[Place]:
        """The places of the workflow."""
        workflow = self._mapping(root, "the workflow")
        jobs = workflow and workflow.value("jobs")
        if workflow and not jobs:
            self.sources.report("no `jobs`", root)
        block = self._mapping(jobs, "`jobs`") if jobs else None
        if not workflow or not block:
            return
        found = False
        for key, node in block.entries.values():
            job = self._mapping(node, f"job `{key.value}`")
            for place in self._job(key, job, workflow) if job else ():
                found = True
                yield place
        shared = env_of(self.sources, workflow, "env", self.values)
        if shared and not found and not self.caller:
            key = workflow.entries["env"][0]
            yield self._place(self.path, key, Steps(self.sources, shared))

    def _job(self, key: Scalar, job: Mapping, workflow: Mapping) -> list[Place]:
        """The places of a job, whose matrix makes several of it."""
        variants = [("", self.values), *self._variants(job)]
        made = []
        use = job.value("uses")
        self.sources.budget.spend(_JOB * len(variants))
        for condition, values in variants[1:] or variants:
            if isinstance(use, Scalar):
                places = self._called(key, use, job, values)
            else:
                places = self._run(key, job, workflow, values)
            made.append((condition, list(places)))
        return merge_places(made)

    def _variants(self, job: Mapping) -> Iterator[tuple[str, Values]]:
        """What a matrix gives to the names that matter, and the condition that says so."""
        parts = [job.value(name) for name in ("env", "with", "container", "defaults")]
        names = matrix_names([*(part for part in parts if part), *relevant_parts(job.value("steps"))])
        rows = matrix_rows(job.value("strategy"), self.values) if names else []
        chosen = {tuple((name, row.get(name, "")) for name in sorted(names)): None for row in rows}
        if len(chosen) <= _MAX_VARIANTS:
            for pairs in chosen:
                shown = ", ".join(f"{name.removeprefix('matrix.')}={value}" for name, value in pairs if value)
                yield f"matrix {shown or 'without'}", {**self.values, **dict(pairs)}

    def _called(self, key: Scalar, use: Scalar, job: Mapping, values: Values) -> Iterator[Place]:
        """The places of a reusable workflow, which sees nothing of the caller but its inputs."""
        called = self.sources.workflow(use) if len(self.trail) < MAX_LEVELS else None
        if called and called.file.path in (self.path, *self.trail):
            self.sources.report("workflows that call one another in a circle", use)
        elif called:
            on = called.value("on")
            call = on.value("workflow_call") if isinstance(on, Mapping) else None
            declared = call.value("inputs") if isinstance(call, Mapping) else None
            inputs = input_values(self.sources, declared, job.value("with"), values)
            trail = (*self.trail, called.file.path)
            yield from _Workflow(self.path, self.sources, inputs, f"{self.caller}{key.value}/", trail).places(called)

    def _run(self, key: Scalar, job: Mapping, workflow: Mapping, values: Values) -> Iterator[Place]:
        shared = env_of(self.sources, workflow, "env", self.values)
        own = env_of(self.sources, job, f"job {key.value} env", values)
        container = job.value("container")
        inside = []
        if isinstance(container, Mapping):
            inside = env_of(self.sources, container, f"job {key.value} container env", values)
        known = {**env_values(workflow.value("env"), self.values), **env_values(job.value("env"), values)}
        steps = Steps(self.sources, visible([*own, *shared, *inside]), known=known)
        defaults = Defaults("", ".").within(workflow, self.values)
        defaults = Defaults(defaults.shell or _default_shell(job, values), defaults.directory).within(job, values)
        steps.follow(job.value("steps"), f"job {key.value}", Surroundings(values, defaults))
        sets = own or inside or steps.made or steps.persisted or steps.written
        if steps.commands or sets or (shared and steps.wraps):
            yield self._place(f"{self.path}#{self.caller}{key.value}", key, steps)

    def _place(self, id_: str, key: Scalar, steps: Steps) -> Place:
        return Place(
            id=id_,
            kind="github_job",
            name=f"{self.caller}{key.value}",
            at=key.at(),
            directory=".",
            assignments=steps.assignments(),
            commands=steps.commands,
        )

    def _mapping(self, node: Node, what: str) -> Mapping | None:
        if isinstance(node, Mapping):
            return node
        self.sources.report(f"{what} is not a mapping", node)
        return None


def _default_shell(job: Mapping, values: Values) -> str:
    """Windows runners take PowerShell; whatever else is named takes a POSIX shell."""
    return "pwsh" if resolved(job.value("runs-on"), values).lower().startswith("windows") else ""
