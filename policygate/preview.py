"""What the rules would find that a merge request adds or edits; they judge only once they are merged."""

from collections.abc import Sequence

from policygate.case import Case
from policygate.changes import compare
from policygate.engine import open_engine
from policygate.engine.decision import findings
from policygate.engine.policies import Pack
from policygate.errors import PolicygateError
from policygate.facts import model
from policygate.findings import Finding, Preview
from policygate.ground import Ground, load_policies
from policygate.location import nowhere
from policygate.request import Request
from policygate.steering import head_config, policy_folders


def preview(case: Case, inputs: Sequence[model.Facts]) -> tuple[Preview, ...]:
    """The rules of the head that the target's pack does not have like this, decided on the facts of both sides."""
    request, ground = case.request, case.ground
    config, wrong = head_config(request, ground)
    folders = [f"{folder}/" for folder in policy_folders(request, ground, config)]
    edited = {file.path for file in ground.changed if file.path.endswith(".rego")}
    listed = list(config.policies) != list(ground.settings.config.policies)
    touched = any(f"{path}/".startswith(folder) for path in edited for folder in folders)
    if wrong or not folders or not (listed or touched):
        return ()
    try:
        theirs = load_policies(request, config, ground.head)
        rules = _changed(theirs, case.pack, edited)
        return _decided(request, ground, theirs, rules, inputs) if rules else ()
    except PolicygateError as error:
        return (Preview("policies", 0, 0, error.message),)


def _changed(theirs: Pack, pack: Pack, edited: set[str]) -> list[str]:
    """The ids of the rules that are new, or whose file the merge request changes."""
    known = {file.package: file.text for file in pack.files}
    held = {rule.id for rule in pack.rules}
    files = {file.package: file for file in theirs.files}
    return [
        entry.rule
        for entry in theirs.entries
        if (file := files[entry.package]).text != known.get(entry.package)
        and (file.path in edited or entry.rule not in held)
    ]


def _decided(
    request: Request, ground: Ground, pack: Pack, rules: Sequence[str], inputs: Sequence[model.Facts]
) -> tuple[Preview, ...]:
    if request.opa is not None:
        why = "an OPA server holds the policies of the target only"
        return tuple(Preview(rule, 0, 0, why) for rule in rules)
    found: list[list[Finding]] = []
    with open_engine(request.engine, pack, deadline_s=request.timeout_s, checkout=ground.root) as engine:
        for facts in inputs:
            asked = facts.model_copy(update={"run": facts.run.model_copy(update={"rules": list(rules)})})
            found.append(findings(engine.decide(asked.model_dump_json()), pack, nowhere("absent")))
    compared = compare(found[0], found[1], ground.renames)
    return tuple(
        Preview(
            rule,
            sum(f.rule.id == rule and f.change != "fixed" for f in compared),
            sum(f.rule.id == rule and f.change in {"carried", "changed"} for f in compared),
        )
        for rule in rules
    )
