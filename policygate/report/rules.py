"""Show rules: the table of all of them, and the page of one."""

import json
from collections.abc import Sequence

from policygate.findings import Link, Rule
from policygate.report.drawing.screen import BLANK, Line, flat, fold, headline, measure, paint, show

MIN_WIDTH = 40


def render_table(rules: Sequence[Rule], *, width: int = 100) -> str:
    """One line a rule, in the order given: id, severity, title; empty without rules."""
    names = max((measure(show(rule.id)) for rule in rules), default=0)
    indent = names + len("  warning  ")
    lines: list[Line] = []
    for rule in rules:
        head = f"{show(rule.id)}{' ' * (names - measure(show(rule.id)))}  {rule.severity:7}  "
        first, *others = fold(rule.title, max(width, MIN_WIDTH) - indent)
        lines.append(((head + first, "plain"),))
        lines += [((" " * indent + text, "plain"),) for text in others]
    return paint(lines, color=False)


def render_page(rule: Rule, *, width: int = 100, color: bool = False) -> str:
    """All that a rule says about itself, as `policygate explain` prints it."""
    width = max(width, MIN_WIDTH)
    lines = headline(f"{rule.severity}[{show(rule.id)}]", rule.severity, rule.title, width)
    lines += _section("why", _prose(rule.description, width))
    lines += _section("fix", _prose(rule.fix, width))
    lines += _section("in policygate.yaml", _settings(rule, width))
    lines += _section("read on", [line for link in rule.links for line in _link(link, width)])
    lines += [BLANK] if rule.profiles or rule.needs or rule.security_severity else []
    lines += _field("profiles", ", ".join(rule.profiles), width)
    lines += _field("reads", ", ".join(rule.needs), width)
    lines += _field("security severity", rule.security_severity, width)
    return paint(lines, color=color)


def render_markdown_table(rules: Sequence[Rule]) -> str:
    """The table as Markdown, in the order given."""
    lines = ["| rule | severity | what it finds |", "| ---- | -------- | ------------- |"]
    lines += [f"| `{rule.id}` | {rule.severity} | {_cell(rule.title)} |" for rule in rules]
    return "".join(f"{line}\n" for line in lines)


def _section(title: str, lines: Sequence[Line]) -> list[Line]:
    return [BLANK, ((f"{title}:", "bold"),), *lines] if lines else []


def _field(name: str, value: str, width: int) -> list[Line]:
    if not value:
        return []
    first, *others = fold(value, width - len(name) - 2, width - 2)
    head: Line = ((f"{name}:", "bold"), (f" {first}", "plain"))
    return [head, *(((f"  {text}", "plain"),) for text in others)]


def _prose(text: str, width: int) -> list[Line]:
    """The lines of a text, each wrapped by itself; what continues a list item is indented."""
    lines: list[Line] = []
    for line in text.strip().splitlines():
        hang = "    " if line.lstrip().startswith("- ") else "  "
        first, *others = fold(line, width - 2, width - len(hang))
        lines += [((f"  {first}", "plain"),), *(((hang + other, "plain"),) for other in others)]
    return lines


def _settings(rule: Rule, width: int) -> list[Line]:
    """What can be set for the rule, ready to be copied."""
    lines: list[Line] = [(("  rules:", "plain"),), ((f"    {show(rule.id)}:", "plain"),)]
    lines += _setting(f"severity: {rule.severity}", "error, warning, note, or off", 6, width)
    if rule.parameters:
        lines.append((("      parameters:", "plain"),))
    for parameter in rule.parameters:
        value = json.dumps(parameter.default, ensure_ascii=False, default=str)
        lines += _setting(f"{show(parameter.name)}: {show(value)}", parameter.description, 8, width)
    return lines


def _setting(setting: str, meaning: str, indent: int, width: int) -> list[Line]:
    margin = " " * indent
    comment = fold(meaning, width - indent - 2) if meaning.strip() else []
    return [*(((f"{margin}# {text}", "frame"),) for text in comment), ((margin + setting, "plain"),)]


def _link(link: Link, width: int) -> list[Line]:
    described = bool(link.description.strip())
    ref = show(link.ref.strip())
    texts = [*(fold(link.description, width - 2) if described else []), f"  {ref}" if described else ref]
    return [((f"  {text}", "plain"),) for text in texts if text.strip()]


def _cell(text: str) -> str:
    return flat(text).replace("|", "\\|")
