"""SARIF as GitHub code scanning takes it (https://docs.github.com/code-security/reference/code-scanning/sarif-support)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice, repeat

from policygate.findings import Finding, Verdict
from policygate.report.drawing.words import stands
from policygate.report.json import encode
from policygate.report.sarif import gravest_of, log_of, run_of

_CATEGORY = "policygate/"
"""It ends with a slash, or GitHub takes it for the name of a run; it comes before the uploader's own category."""
_WINDOW = 100
"""The UTF-16 units of a line's hash."""
_BASE = 37
_MASK = 2**64 - 1
_END = 65535
"""Stands for the end of the file."""
_DIGITS = 8

Lines = Mapping[str, Mapping[int, str]]


def render(verdict: Verdict) -> str:
    """The log of what stands, judged or carried: GitHub shows what is suppressed, and closes what disappears."""
    standing = [finding for finding in verdict.findings if stands(finding)]
    shown = gravest_of(standing)
    run = run_of(replace(verdict, findings=tuple(standing)), shown, len(standing))
    for result, line_hash in zip(run["results"], line_hashes(shown, verdict.lines), strict=True):
        result["partialFingerprints"]["primaryLocationLineHash"] = line_hash
    return encode(log_of({**run, "automationDetails": {"id": _CATEGORY}}))


def line_hashes(findings: Sequence[Finding], lines: Lines) -> list[str]:
    """What GitHub knows each finding by: the hash of its line, and `:n` for the n-th line at hand that is alike.

    It is what the uploader would compute, but for three: a secret is hashed blanked; like lines that no finding is
    near are not counted; and where two results of one rule share a line, which would be one alert, the beginning of
    the fingerprint follows. Without the line it is the fingerprint alone.
    """
    tables = {path: _table(lines.get(path, {})) for path in {finding.at.path for finding in findings}}
    places = Counter((finding.rule.id, finding.at.path, finding.at.start.line) for finding in findings)
    seen: Counter[tuple[str, str, str]] = Counter()
    hashes = []
    for finding in findings:
        path, line = finding.at.path, finding.at.start.line
        known = tables[path].get(line, finding.fingerprint)
        if places[finding.rule.id, path, line] > 1:
            known += f"-{finding.fingerprint[:_DIGITS]}"
        key = (finding.rule.id, path, known)
        seen[key] += 1
        hashes.append(known if seen[key] == 1 else f"{known}-{seen[key]}")
    return hashes


def line_hash(lines: Mapping[int, str], number: int) -> str:
    """The hash of a line as `github/codeql-action/upload-sarif` has it, without its `:n`."""
    total = 0
    for unit in islice(chain(_units(lines, number), [_END], repeat(0)), _WINDOW):
        total = (total * _BASE + unit) & _MASK
    return f"{total:x}"


def _table(lines: Mapping[int, str]) -> dict[int, str]:
    """The hash of each line at hand, with its `:n`."""
    seen: Counter[str] = Counter()
    table = {}
    for number in sorted(lines):
        hashed = line_hash(lines, number)
        seen[hashed] += 1
        table[number] = f"{hashed}:{seen[hashed]}"
    return table


def _units(lines: Mapping[int, str], number: int) -> Iterator[int]:
    """The UTF-16 units from a line on without blanks, every line end a line feed, up to the first line not at hand."""
    after_return = False
    while number in lines:
        for character in chain(lines[number], "\n" if number + 1 in lines else ""):
            if character not in " \t" and not (after_return and character == "\n"):
                yield from _utf_16("\n" if character == "\r" else character)
            after_return = character == "\r"
        number += 1


def _utf_16(character: str) -> tuple[int, ...]:
    code = ord(character)
    return (code,) if code < 0x10000 else (0xD800 + ((code - 0x10000) >> 10), 0xDC00 + (code & 0x3FF))
