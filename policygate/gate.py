"""The pipeline on one page: read -> link -> decide -> compare -> judge."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from policygate import builtin
from policygate.changes import compare
from policygate.config import FILE_NAME, ConfigFile
from policygate.engine import EngineChoice, open_engine
from policygate.engine.bundle import write_bundle
from policygate.engine.decision import findings
from policygate.engine.embedded import is_installed
from policygate.engine.policies import Pack, load_pack
from policygate.errors import CheckoutError, PolicygateError, UsageError
from policygate.excerpt import excerpts
from policygate.facts import model
from policygate.facts.change import base_of, base_paths, change_of
from policygate.findings import Checked, EngineInfo, Finding, Problem, Rule, Verdict, judge, ordered
from policygate.gathering import Gathered, facts_of_side, gather, merged_pipeline, undecided
from policygate.ground import Ground, load_policies, open_ground
from policygate.location import At, Position
from policygate.preview import preview
from policygate.reading import unseen_advice
from policygate.request import Request
from policygate.steering import overridden, steering
from policygate.tree import Tree

Progress = Callable[[str], None]

_MANY = 3
_DERIVED = {"go.exposures": "go.contexts", "go.sum_conflicts": "go.sums", "go.work_flags": "go.works"}
"""Facts that are there only where something is wrong, and those that they are made of."""


def check(request: Request, progress: Progress = lambda _: None) -> Verdict:
    """Decide. What prevents a decision is a problem of the verdict, so that every report can say so.

    Raises:
        UsageError: the request or the configuration is wrong.
    """
    asked: tuple[Rule, ...] = ()
    try:
        ground = open_ground(request)
        config = ground.settings.config
        pack = load_policies(request, config, ground.tip)
        asked = select(request, ground.settings, pack)
        with open_engine(
            request.engine, pack, opa=request.opa, deadline_s=request.timeout_s, checkout=ground.root
        ) as engine:
            progress("reading the checkout")
            sides = gather(request, ground.settings, ground.sides)
            inputs = inputs_of(request, ground, sides, pack, asked)
            progress("evaluating the policies")
            decided = [findings(engine.decide(each.model_dump_json()), pack, _anchor(each)) for each in inputs]
            info = EngineInfo(engine.name, engine.version)
        previews = preview(request, ground, pack, inputs) if ground.compared else ()
    except UsageError:
        raise
    except PolicygateError as error:
        return Verdict(outcome="error", problems=(_problem(error),), rules=asked, fail_on=request.fail_on or "error")
    found = [
        ordered([*_builtin_findings(request, ground, side, tree, asked), *said], config.severities())
        for side, tree, said in zip(sides, ground.sides, decided, strict=True)
    ]
    shown = found[0] if ground.base is None else ordered(compare(found[0], found[1], ground.renames), {})
    problems = [*sides[0].problems, *undecided(asked, sides[0].sources)]
    verdict = judge(shown, problems, fail_on=request.fail_on or config.fail_on, compared=ground.compared)
    return replace(
        verdict,
        checked=_checked(inputs[0], ground.head, asked),
        engine=info,
        rules=asked,
        previews=previews,
        lines=excerpts(ground.head, sides[0].files.secrets, verdict.findings, _given(request)),
        advice=tuple(_advice(ground, sides, verdict.findings)),
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
    ground = open_ground(request)
    pack = load_policies(request, ground.settings.config, ground.tip)
    asked = select(request, ground.settings, pack)
    sides = gather(request, ground.settings, ground.sides)
    problems = [*sides[0].problems, *undecided(asked, sides[0].sources)]
    if problems:
        first = problems[0]
        raise CheckoutError(first.message, first.hint, first.at)
    return sides[0], inputs_of(request, ground, sides, pack, asked)[0]


def inputs_of(
    request: Request, ground: Ground, sides: Sequence[Gathered], pack: Pack, asked: Sequence[Rule]
) -> list[model.Facts]:
    """The Rego input of each side; that of the head says what changed, and what the base had there."""
    plain = [facts_of_side(side, request, ground.settings, pack, asked) for side in sides]
    if ground.compared is None:
        return plain
    head, base = sides
    revisions = (ground.compared.base_commit, ground.compared.head_commit)
    change = change_of(base.files, head.files, ground.changed, revisions=revisions)
    before = base_of(base.go, base_paths(ground.changed))
    return [plain[0].model_copy(update={"change": change, "base": before}), *plain[1:]]


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


def select(request: Request, settings: ConfigFile, pack: Pack) -> tuple[Rule, ...]:
    """The rules to decide, sorted by id.

    Raises:
        UsageError: a rule that was named does not exist, or none is left.
    """
    rules = {rule.id: rule for rule in (*pack.rules, *builtin.RULES.values())}
    settings.check_rules(list(rules.values()))
    for name in (*request.only, *request.skip):
        if not any(_names(name, id_) for id_ in rules):
            raise UsageError(f"unknown rule `{name}`", "`policygate rules` lists them")
    off = settings.config.disabled()
    chosen = tuple(
        rules[id_]
        for id_ in sorted(rules)
        if id_ not in off
        and (not request.only or any(_names(name, id_) for name in request.only))
        and not any(_names(name, id_) for name in request.skip)
    )
    if not chosen:
        raise UsageError("no rule is left to decide", "give fewer --skip-rule, or another --rule")
    return chosen


def _names(name: str, rule_id: str) -> bool:
    return rule_id == name or rule_id.startswith(f"{name}.")


def _problem(error: PolicygateError) -> Problem:
    return Problem(error.message, error.hint, error.at)


def _builtin_findings(
    request: Request, ground: Ground, side: Gathered, tree: Tree, asked: Sequence[Rule]
) -> Iterable[Finding]:
    ids = {rule.id for rule in asked}
    found = [*builtin.malformed(side.files.problems), *builtin.leaving(tree.leaving)]
    if ground.compared and tree is ground.head:
        found += steering(request, ground, "policygate-waivers.yaml")
    if request.guessed:
        found += overridden(tree)
    return [finding for finding in found if finding.rule.id in ids]


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
        rules=len(asked),
        idle=tuple(rule.id for rule in asked if rule.about and not any(_is_there(facts, part) for part in rule.about)),
        skipped=tuple(f"{count} by `{pattern}` of `exclude`" for pattern, count in tree.left_out.items()),
    )


def _is_there(facts: model.Facts, part: str) -> bool:
    """Whether there is any fact in a part of the Rego input."""
    found: object = facts
    for name in _DERIVED.get(part, part).split("."):
        found = getattr(found, name, None)
    if isinstance(found, model.Settings):
        return any(settings for _, settings in found)
    return found.exists if isinstance(found, model.Change) else bool(found)


def _given(request: Request) -> dict[str, bytes]:
    """The files outside of the checkout that a finding may stand in."""
    merged = merged_pipeline(request)
    return dict([merged]) if merged else {}


def _advice(ground: Ground, sides: Sequence[Gathered], shown: Sequence[Finding]) -> Iterator[str]:
    own = sides[0].own
    if not own.stated:
        guessed = ", ".join(f"`{prefix}`" for prefix in own.modules) or "nothing"
        yield f"taken for your own: {guessed}; state it under `own` in {FILE_NAME} (`policygate init` writes one)"
    if any(FILE_NAME in assumed for finding in shown for assumed in finding.assumes):
        yield f"what {FILE_NAME} does not state is assumed, and findings that rest on it are notes"
    if ground.uncommitted:
        more = len(ground.uncommitted) - _MANY
        names = ", ".join(f"`{path}`" for path in ground.uncommitted[:_MANY]) + (f", {more} more" if more > 0 else "")
        yield f"not judged, since it is not committed: {names}; a check without --base judges the work tree"
    for problem in (problem for side in sides[1:] for problem in side.problems):
        yield f"of the base something is unknown, and counts as new: {problem.message}"
    yield from unseen_advice(sides[0].go.unseen)
