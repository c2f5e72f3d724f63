"""The pipeline on one page: read -> link -> decide -> judge."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from policygate import builtin
from policygate.checkout import Checkout, existing_folder, read_beside
from policygate.config import FILE_NAME, Config, ConfigFile, parse_config
from policygate.engine import EngineChoice, OpaServer, open_engine
from policygate.engine.bundle import write_bundle
from policygate.engine.decision import findings
from policygate.engine.embedded import is_installed
from policygate.engine.policies import Pack, load_pack
from policygate.errors import CheckoutError, PolicygateError, UsageError
from policygate.excerpt import excerpts
from policygate.facts import LINKERS, model, reader_of, run_linker
from policygate.facts.own import Surroundings, guess_own, state_own
from policygate.findings import Checked, EngineInfo, Finding, Problem, Rule, Severity, Verdict, judge
from policygate.graphs import cached_go_mod, read_graphs
from policygate.location import At, Position
from policygate.reading import broken, read_files, unseen_advice

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What is asked of a check."""

    root: Path
    today: str
    """`YYYY-MM-DD`."""
    config: Path | None = None
    """A configuration elsewhere; else `policygate.yaml` at the root, if there is one."""
    policies: Sequence[Path] = ()
    only: Sequence[str] = ()
    """Rule ids, or the packages above them such as `goproxy`; empty for all."""
    skip: Sequence[str] = ()
    engine: EngineChoice = "auto"
    opa: OpaServer | None = None
    fail_on: Severity | None = None
    environment: Mapping[str, str] | None = None
    """The caller's environment, when it is to be judged too."""
    gitlab_merged: Path | None = None
    """The merged YAML that GitLab prints, in the place of `.gitlab-ci.yml`."""
    graphs: Sequence[Path] = ()
    """What `go mod graph` printed, of one module or of several."""
    modcache: Path | None = None
    """A module cache, which holds the graph of every module that was built with it."""
    timeout_s: float = 60.0


@dataclass
class Gathered:
    """What one run has read, and what went wrong on the way."""

    files: model.FileFacts = field(default_factory=model.FileFacts)
    sources: dict[str, model.Source] = field(default_factory=dict)
    go: model.Go = field(default_factory=model.Go)
    problems: list[Problem] = field(default_factory=list)


def check(request: Request, progress: Progress = lambda _: None) -> Verdict:
    """Decide. What prevents a decision is a problem of the verdict, so that every report can say so.

    Raises:
        UsageError: the request or the configuration is wrong.
    """
    root, settings = _open(request)
    config = settings.config
    checkout = Checkout(root, _is_wanted, config.exclude)
    asked: tuple[Rule, ...] = ()
    try:
        pack = load_policies(request, root, config)
        asked = select(request, settings, pack)
        with open_engine(request.engine, pack, opa=request.opa, deadline_s=request.timeout_s, checkout=root) as engine:
            progress("reading the checkout")
            gathered, facts = gather(request, checkout, settings, pack, asked)
            progress("evaluating the policies")
            decision = engine.decide(facts.model_dump_json())
            info = EngineInfo(engine.name, engine.version)
        found = [*_builtin_findings(gathered, checkout, asked), *findings(decision, pack, _anchor(facts))]
    except UsageError:
        raise
    except PolicygateError as error:
        return Verdict(outcome="error", problems=(_problem(error),), rules=asked, fail_on=config.fail_on)
    verdict = judge(found, gathered.problems, fail_on=request.fail_on or config.fail_on, severities=config.severities())
    return replace(
        verdict,
        checked=_checked(gathered, asked),
        engine=info,
        rules=asked,
        lines=excerpts(checkout, gathered.files.secrets, verdict.findings, _merged(request)),
        advice=tuple(_advice(facts, verdict.findings)),
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
    root, settings = _open(request)
    pack = load_policies(request, root, settings.config)
    asked = select(request, settings, pack)
    gathered, facts = gather(request, Checkout(root, _is_wanted, settings.config.exclude), settings, pack, asked)
    if gathered.problems:
        first = gathered.problems[0]
        raise CheckoutError(first.message, first.hint, first.at)
    return gathered, facts


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


def load_policies(request: Request, root: Path, config: Config) -> Pack:
    """The shipped policies, those of the configuration and those of the request."""
    return load_pack([*(root / folder for folder in config.policies), *request.policies])


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


def gather(
    request: Request, checkout: Checkout, settings: ConfigFile, pack: Pack, asked: Sequence[Rule]
) -> tuple[Gathered, model.Facts]:
    """Read and link: everything up to the Rego input.

    Raises:
        CheckoutError: the files cannot be listed, or there is nothing to check.
    """
    reading = read_files(checkout, request.environment, _merged(request))
    gathered = Gathered(reading.files, reading.sources, problems=list(reading.problems))
    surroundings = replace(
        _surroundings(settings, gathered.files),
        entries=checkout.entries,
        graph=read_graphs(request.graphs),
        cached_go_mod=cached_go_mod(request.modcache),
    )
    _link(gathered, surroundings)
    gathered.problems += _undecided(asked, gathered.sources)
    facts = model.Facts(
        now=request.today,
        run=model.Run(mode="check", rules=[rule.id for rule in asked if rule.id not in builtin.RULES]),
        config=model.Config(
            own=surroundings.own,
            outer=sorted(surroundings.outer),
            parameters=settings.config.parameters(pack.rules),
        ),
        sources=gathered.sources,
        go=gathered.go,
    )
    return gathered, facts


def _open(request: Request) -> tuple[Path, ConfigFile]:
    try:
        root = existing_folder(request.root)
        if request.config is not None:
            return root, parse_config(str(request.config), request.config.read_bytes())
        data = read_beside(root, FILE_NAME)
    except CheckoutError as error:
        raise UsageError(error.message, error.hint) from error
    except OSError as error:
        raise UsageError(f"{request.config}: cannot be read: {(error.strerror or '').lower()}") from error
    return root, ConfigFile(Config()) if data is None else parse_config(FILE_NAME, data)


def _is_wanted(path: str) -> bool:
    return bool(reader_of(path))


def _names(name: str, rule_id: str) -> bool:
    return rule_id == name or rule_id.startswith(f"{name}.")


def _merged(request: Request) -> tuple[str, bytes] | None:
    """The path and content of the merged pipeline, if one is given."""
    if request.gitlab_merged is None:
        return None
    try:
        return str(request.gitlab_merged), request.gitlab_merged.read_bytes()
    except OSError as error:
        raise UsageError(f"{request.gitlab_merged}: cannot be read: {(error.strerror or '').lower()}") from error


def _link(gathered: Gathered, surroundings: Surroundings) -> None:
    for name in LINKERS:
        try:
            gathered.go = run_linker(name, gathered.files, surroundings, gathered.go)
        except Exception as error:  # noqa: BLE001 - as for readers
            gathered.problems.append(broken(f"linker `{name}`", error))
        status = "failed" if any(f"`{name}`" in problem.message for problem in gathered.problems) else "ok"
        gathered.sources[name] = model.Source(status="failed" if status == "failed" else "ok", files=0, problems=[])


def _surroundings(settings: ConfigFile, files: model.FileFacts) -> Surroundings:
    own = settings.config.own
    if own is None:
        return Surroundings(guess_own(files), settings.outer())
    stated = state_own(modules=own.modules, public=own.public, proxies=own.proxies, sumdbs=own.sumdbs)
    return Surroundings(stated, settings.outer())


def _undecided(asked: Sequence[Rule], sources: Mapping[str, model.Source]) -> Iterator[Problem]:
    """A rule whose facts are incomplete denies: what it did not see may be what it is about."""
    for name, source in sources.items():
        rules = [rule.id for rule in asked if name in rule.needs]
        if source.status == "failed" and rules:
            yield Problem(f"source `{name}` failed, so these rules could not be decided: {', '.join(rules)}")


def _problem(error: PolicygateError) -> Problem:
    return Problem(error.message, error.hint, error.at)


def _builtin_findings(gathered: Gathered, checkout: Checkout, asked: Sequence[Rule]) -> Iterable[Finding]:
    ids = {rule.id for rule in asked}
    found = [*builtin.malformed(gathered.files.problems), *builtin.leaving(checkout.leaving)]
    return [finding for finding in found if finding.rule.id in ids]


def _anchor(facts: model.Facts) -> At:
    """Where a finding stands that says no place: the first module, else the first context."""
    places = [*(module.at for module in facts.go.modules), *(context.at for context in facts.go.contexts)]
    start = Position(line=1, column=1)
    path = next((at.path for at in places if at.path), FILE_NAME)
    return At(path=path, start=start, end=start, origin="absent")


def _checked(gathered: Gathered, asked: Sequence[Rule]) -> Checked:
    files = sum(source.files for source in gathered.sources.values())
    return Checked(files, len(gathered.go.modules), len(gathered.go.contexts), len(asked))


def _advice(facts: model.Facts, shown: Sequence[Finding]) -> Iterator[str]:
    if not facts.config.own.stated:
        guessed = ", ".join(f"`{prefix}`" for prefix in facts.config.own.modules) or "nothing"
        yield f"taken for your own: {guessed}; state it under `own` in {FILE_NAME} (`policygate init` writes one)"
    if any(FILE_NAME in assumed for finding in shown for assumed in finding.assumes):
        yield f"what {FILE_NAME} does not state is assumed, and findings that rest on it are notes"
    yield from unseen_advice(facts.go.unseen)
