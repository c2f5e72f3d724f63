"""The pipeline on one page: read -> link -> decide -> compare -> judge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from policygate import builtin
from policygate.case import Case, open_case
from policygate.changes import same_environment
from policygate.config import FILE_NAME
from policygate.engine import EngineChoice, open_engine
from policygate.engine.bundle import write_bundle
from policygate.engine.decision import findings
from policygate.engine.embedded import is_installed
from policygate.engine.policies import Pack, load_pack
from policygate.errors import CheckoutError, PolicygateError, UsageError
from policygate.excerpt import excerpts
from policygate.facts import model
from policygate.facts.change import base_of, base_paths, change_of
from policygate.findings import Checked, EngineInfo, Finding, Preview, Problem, Rule, Verdict, judge
from policygate.gathering import Gathered, gather, merged_pipeline, undecided
from policygate.ground import Ground
from policygate.location import At, Position
from policygate.matching import DERIVED
from policygate.preview import preview
from policygate.reading import unseen_advice
from policygate.request import Request
from policygate.settling import Settled, settle
from policygate.showing import around, new_paths
from policygate.steering import overridden, steering
from policygate.tree import Tree, is_excluded
from policygate.waivers import FILE_NAME as WAIVERS

Progress = Callable[[str], None]

_MANY = 3


@dataclass(frozen=True)
class Decided:
    """All that is known of a case once its policies are evaluated; what is there for each side has the head first."""

    case: Case
    sides: Sequence[Gathered]
    inputs: Sequence[model.Facts]
    engine: EngineInfo
    previews: Sequence[Preview]
    settled: Settled


def check(request: Request, progress: Progress = lambda _: None) -> Verdict:
    """Decide. What prevents a decision is a problem of the verdict, so that every report can say so.

    Raises:
        UsageError: the request or the configuration is wrong.
    """
    asked: tuple[Rule, ...] = ()
    try:
        case = open_case(request)
        asked = case.asked
        return judged(decide(case, progress))
    except UsageError:
        raise
    except PolicygateError as error:
        return Verdict(outcome="error", problems=(_problem(error),), rules=asked, fail_on=request.fail_on or "error")


def decide(case: Case, progress: Progress = lambda _: None) -> Decided:
    """Read, link and evaluate both sides, compare them, and lay the exceptions over what was found.

    Raises:
        PolicygateError: something prevents it.
    """
    request, ground = case.request, case.ground
    with open_engine(
        request.engine, case.pack, opa=request.opa, deadline_s=request.timeout_s, checkout=ground.root
    ) as engine:
        progress("reading the checkout")
        sides = gather(request, ground.settings, ground.sides)
        inputs = inputs_of(case, sides)
        progress("evaluating the policies")
        said = [findings(engine.decide(each.model_dump_json()), case.pack, _anchor(each)) for each in inputs]
        info = EngineInfo(engine.name, engine.version)
    previews = preview(case, inputs) if ground.compared else ()
    found = [
        [*_builtin_findings(case, side, tree), *policies]
        for side, tree, policies in zip(sides, ground.sides, said, strict=True)
    ]
    return Decided(case, sides, inputs, info, previews, settle(case, sides, found))


def judged(decided: Decided) -> Verdict:
    """The verdict, with all that a report may show."""
    case, head = decided.case, decided.sides[0]
    problems = [*head.problems, *undecided(case.asked, head.sources)]
    fail_on = case.request.fail_on or case.config.fail_on
    verdict = judge(decided.settled.findings, problems, fail_on=fail_on, compared=case.ground.compared)
    facts = decided.inputs[0]
    secrets = [*head.files.secrets, *_hidden(facts.change)]
    return replace(
        verdict,
        checked=_checked(facts, case.ground.head, case.asked),
        engine=decided.engine,
        rules=case.asked,
        previews=tuple(decided.previews),
        opened=new_paths(decided.inputs[0].change),
        around=around(decided.inputs[0].change, head.network),
        lines=excerpts(case.ground.head, secrets, verdict.findings, _given(case)),
        advice=tuple(_advice(case.ground, decided.sides, verdict.findings)),
    )


def facts_of(request: Request) -> model.Facts:
    """The exact Rego input of a check, without deciding anything.

    Raises:
        PolicygateError: there is nothing to check, or a source broke.
    """
    return read_checkout(request)[1]


def read_checkout(request: Request) -> tuple[Gathered, model.Facts]:
    """Read and link without deciding: what the files say, and the Rego input made of it.

    Raises:
        PolicygateError: there is nothing to check, or a source broke.
    """
    case = open_case(request)
    sides = gather(request, case.ground.settings, case.ground.sides)
    problems = [*sides[0].problems, *undecided(case.asked, sides[0].sources)]
    if problems:
        first = problems[0]
        raise CheckoutError(first.message, first.hint, first.at)
    return sides[0], inputs_of(case, sides)[0]


def inputs_of(case: Case, sides: Sequence[Gathered]) -> list[model.Facts]:
    """The Rego input of each side; that of the head says what changed, and what the base had there."""
    plain = [_input(case, side) for side in sides]
    compared = case.ground.compared
    if compared is None:
        return plain
    head, base = sides
    revisions = (compared.base_commit, compared.head_commit)
    change = change_of(base.files, head.files, case.ground.changed, revisions=revisions)
    change = change.model_copy(update=_opened(case, base, head))
    before = base_of(base.go, base.network, base_paths(case.ground.changed))
    return [plain[0].model_copy(update={"change": change, "base": before}), *plain[1:]]


def _opened(case: Case, base: Gathered, head: Gathered) -> dict[str, object]:
    """What a change adds to the network: new paths, and endpoints in added lines of files that are not excluded."""
    from policygate.facts.link.endpoints import classified  # noqa: PLC0415 - as below
    from policygate.facts.net.added import added_in  # noqa: PLC0415 - a plain check compares nothing
    from policygate.facts.net.opened import opened  # noqa: PLC0415

    ground = case.ground
    moved = {old: new for old, new in ground.renames.items() if same_environment(old, new)}
    kept = [file for file in ground.changed if not is_excluded(file.path, ground.settings.config.exclude)]
    added = added_in(kept, ground.base.content, ground.head.content) if ground.base else []
    return {
        "opened": opened(base.network, head.network, moved),
        "endpoints": classified(added, head.files, ground.settings.network()) if added else [],
    }


def _hidden(change: model.Change) -> list[At]:
    """The passwords in added lines, which no excerpt may show."""
    if not change.endpoints:
        return []
    from policygate.facts.net.added import hidden  # noqa: PLC0415 - as above

    return list(hidden(change.endpoints))


def _input(case: Case, side: Gathered) -> model.Facts:
    return model.Facts(
        now=case.request.today,
        run=model.Run(
            mode="merge_request" if case.ground.compared else "check",
            rules=[rule.id for rule in case.asked if rule.id not in builtin.RULES],
        ),
        config=model.Config(
            own=side.own,
            network=_network_config(case),
            outer=list(side.outer),
            parameters=case.config.parameters(case.pack.rules),
        ),
        sources=side.sources,
        go=side.go,
        network=side.network,
    )


def _network_config(case: Case) -> model.NetworkConfig:
    section = case.config.network
    return model.NetworkConfig(
        stated=section is not None,
        environments=sorted(section.environments) if section else [],
        egress_stated=section is not None and section.egress is not None,
    )


def bundle(file: Path, policies: Sequence[Path]) -> Pack:
    """Check the policies and write them as an OPA bundle.

    Raises:
        PolicygateError: a policy is wrong, there is no engine to check them with, or the file cannot be written.
    """
    pack = load_pack(policies)
    choice: EngineChoice = "embedded" if is_installed() else "auto"  # its own pass sees more than `opa check`
    with open_engine(choice, pack, checkout=Path.cwd()) as engine:
        engine.check()
    try:
        write_bundle(pack, file)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {(error.strerror or str(error)).lower()}") from error
    return pack


def _problem(error: PolicygateError) -> Problem:
    return Problem(error.message, error.hint, error.at)


def _builtin_findings(case: Case, side: Gathered, tree: Tree) -> Iterable[Finding]:
    found = [*builtin.malformed(side.files.problems), *builtin.leaving(tree.leaving)]
    if case.ground.compared and tree is case.ground.head:
        found += steering(case.request, case.ground, WAIVERS)
    if case.request.guessed and case.ground.compared:
        found += overridden(tree)
    return [finding for finding in found if finding.rule.id in case.ids]


def _anchor(facts: model.Facts) -> At:
    """Where a finding stands that says no place: the first module, else the first context."""
    places = [*(module.at for module in facts.go.modules), *(context.at for context in facts.go.contexts)]
    start = Position(line=1, column=1)
    path = next((at.path for at in places if at.path), FILE_NAME)
    return At(path=path, start=start, end=start, origin="absent")


def _checked(facts: model.Facts, tree: Tree, asked: Sequence[Rule]) -> Checked:
    return Checked(
        files=sum(source.files for source in facts.sources.values()),
        modules=len(facts.go.modules),
        contexts=len(facts.go.contexts),
        endpoints=len(facts.network.endpoints),
        rules=len(asked),
        idle=tuple(rule.id for rule in asked if _is_idle(facts, rule)),
        skipped=tuple(f"{count} by `{pattern}` of `exclude`" for pattern, count in tree.left_out.items()),
    )


def _is_idle(facts: model.Facts, rule: Rule) -> bool:
    """Whether there is none of what a rule is about; one about changes has its turn in merge requests only."""
    about_changes = "change" in rule.about and not facts.change.exists
    return bool(rule.about) and not about_changes and not any(_is_there(facts, part) for part in rule.about)


def _is_there(facts: model.Facts, part: str) -> bool:
    """Whether there is any fact in a part of the Rego input."""
    found: object = facts
    for name in DERIVED.get(part, part).split("."):
        found = getattr(found, name, None)
    if isinstance(found, model.Settings):
        return any(settings for _, settings in found)
    return found.exists if isinstance(found, model.Change) else bool(found)


def _given(case: Case) -> dict[str, bytes]:
    """What findings may stand in that is not of the head: the target's own files, and a merged pipeline."""
    ground = case.ground
    paths = () if ground.tip is ground.head else (FILE_NAME, WAIVERS)
    given = {path: data for path in paths if (data := ground.tip.content(path))}
    merged = merged_pipeline(case.request)
    return given | dict([merged] if merged else [])


def _advice(ground: Ground, sides: Sequence[Gathered], shown: Sequence[Finding]) -> Iterator[str]:
    own = sides[0].own
    if not own.stated:
        guessed = ", ".join(f"`{prefix}`" for prefix in own.modules) or "nothing"
        yield f"taken for your own: {guessed}; state it under `own` in {FILE_NAME} (`policygate init` writes one)"
    if sides[0].network.endpoints and not ground.settings.config.network:
        yield f"which hosts are production, and whose, is not said: `network` in {FILE_NAME} says it"
    if any(FILE_NAME in assumed for finding in shown for assumed in finding.assumes):
        yield f"what {FILE_NAME} does not state is assumed, and findings that rest on it are notes"
    if ground.uncommitted:
        more = len(ground.uncommitted) - _MANY
        names = ", ".join(f"`{path}`" for path in ground.uncommitted[:_MANY]) + (f", {more} more" if more > 0 else "")
        yield f"not judged, since it is not committed: {names}; a check without --base judges the work tree"
    for problem in (problem for side in sides[1:] for problem in side.problems):
        yield f"of the base something is unknown, and counts as new: {problem.message}"
    yield from unseen_advice(sides[0].go.unseen)
