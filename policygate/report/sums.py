"""Show how go.sum compares with a module cache: `policygate gosum` in words and as JSON."""

from collections import Counter

from policygate.comparison import FAILING, Compared, Comparison
from policygate.report.drawing.screen import flat
from policygate.report.json import encode

_VERDICTS = {0: "pass", 1: "fail", 3: "error"}
_CACHED = {"zip": "the zip", "folder": "the unpacked folder", "mod": "the go.mod", "ziphash": "the ziphash file"}


def render_text(comparison: Comparison, *, quiet: bool = False) -> str:
    """One line for each line of go.sum, then the counts; `quiet` leaves those that fail."""
    shown = [line for line in comparison.lines if not quiet or line.status in FAILING]
    told = [f"{line.at.path}:{line.at.start.line}:{line.at.start.column}: {flat(_said(line))}" for line in shown]
    if not quiet:
        told += ["", _summary(comparison)]
    return "".join(f"{line}\n" for line in told)


def render_json(comparison: Comparison) -> str:
    """The comparison as JSON, its keys in a fixed order."""
    document = {
        "version": 1,
        "verdict": _VERDICTS[comparison.exit_code],
        "counts": _counts(comparison),
        "lines": [
            {
                "status": line.status,
                "module": line.module,
                "version": line.version,
                "go_mod": line.go_mod,
                "expected": line.expected,
                "found": dict(line.found),
                "problem": line.problem,
                "path": line.at.path,
                "line": line.at.start.line,
                "column": line.at.start.column,
            }
            for line in comparison.lines
        ],
    }
    return encode(document)


def _said(line: Compared) -> str:
    if line.status == "malformed":
        return f"malformed: {line.problem}"
    if line.status == "broken":
        return f"broken: {line.name}: {line.problem}"
    if line.status == "missing":
        return f"missing in the cache: {line.name}"
    if line.status == "ok":
        return f"ok: {line.name}"
    others = ", ".join(f"{_CACHED[what]} has {line.found[what]}" for what in line.different)
    return f"differs: {line.name}: go.sum has {line.expected}, {others}"


def _counts(comparison: Comparison) -> dict[str, int]:
    counted = Counter(line.status for line in comparison.lines)
    return {status: counted[status] for status in ("ok", "missing", "differs", "broken", "malformed")}


def _summary(comparison: Comparison) -> str:
    parts = [f"{count} {status}" for status, count in _counts(comparison).items() if count]
    if comparison.exit_code == 3:
        parts.append("nothing could be compared")
    return ", ".join(parts) or "no line to compare"
