"""`make bench`: whole processes, paired in one run. Only the ratios mean something; absolute times do not.

Each pair runs in turns, so that both sides see the same machine; medians of all turns.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import monorepo

PROJECT = Path(__file__).parents[2]
POLICYGATE = str(PROJECT / ".venv/bin/policygate")
OPA = str(PROJECT / ".tools")
CONFTEST = str(PROJECT / ".tools/conftest")
SIZES = (1, 50, 500)

BUDGETS = {"--version": 8.0, "check, embedded": 25.0, "check, opa": 50.0}
"""Times a bare Python start, from the project's first issue."""
MERGE_REQUEST = 1.7
"""Times a plain check."""


def run(command: Sequence[str], codes: Sequence[int] = (0, 1)) -> float:
    """Milliseconds of one whole process; any other exit code is an error of the benchmark."""
    environment = {"PATH": f"{OPA}:{os.environ['PATH']}", "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8"}
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, env=environment, cwd="/")
    elapsed = (time.perf_counter() - start) * 1000
    if done.returncode not in codes:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
    return elapsed


def medians(commands: dict[str, Sequence[str]], turns: int) -> dict[str, float]:
    """The median of each command, all of them in turns, after one turn that does not count."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(turns + 1):
        for name, command in commands.items():
            elapsed = run(command)
            if turn:
                times[name].append(elapsed)
    return {name: statistics.median(values) for name, values in times.items()}


def start_up(folder: Path, turns: int) -> None:
    """How many bare Python starts a command costs."""
    monorepo.write(folder / "one", 1)
    check = [POLICYGATE, "check", str(folder / "one"), "--format", "json"]
    figures = medians(
        {
            "bare python": [str(PROJECT / ".venv/bin/python"), "-c", "pass"],
            "--version": [POLICYGATE, "--version"],
            "check, embedded": [*check, "--engine", "embedded"],
            "check, opa": [*check, "--engine", "opa"],
        },
        turns,
    )
    bare = figures["bare python"]
    print(f"{'start-up, one module':<34}{'ms':>8}{'x bare':>9}{'budget':>9}")
    for name, value in figures.items():
        budget = f"{BUDGETS[name]:>8.0f}x" if name in BUDGETS else ""
        print(f"{name:<34}{value:>8.0f}{value / bare:>8.1f}x{budget}")


def against_conftest(folder: Path, turns: int) -> None:
    """policygate from the files on, beside conftest on the facts made beforehand, with the same rules."""
    wrappers = folder / "wrappers"
    wrap(wrappers)
    print(f"\n{'modules (requires)':<20}{'policygate':>12}{'conftest':>10}{'ratio':>8}   ms, embedded engine")
    for size in SIZES:
        root = folder / f"m{size}"
        monorepo.write(root, size)
        facts = folder / f"m{size}.json"
        facts.write_bytes(subprocess.run([POLICYGATE, "facts", str(root)], check=True, capture_output=True).stdout)
        policies = ["-p", str(PROJECT / "policies/policygate"), "-p", str(wrappers)]
        figures = medians(
            {
                "policygate": [POLICYGATE, "check", str(root), "--engine", "embedded", "--format", "json"],
                "conftest": [CONFTEST, "test", str(facts), *policies, "--namespace", "bench", "--output", "json"],
            },
            turns,
        )
        ours, theirs = figures["policygate"], figures["conftest"]
        print(f"{f'{size} ({size * monorepo.REQUIRES})':<20}{ours:>12.0f}{theirs:>10.0f}{ours / theirs:>7.1f}x")


def scaling(folder: Path, turns: int) -> None:
    """What twice the modules cost."""
    print(f"\n{'modules':<20}{'ms':>12}{'x the half':>12}   embedded engine")
    before = 0.0
    for size in (125, 250, 500, 1000):
        root = folder / f"s{size}"
        monorepo.write(root, size)
        command = [POLICYGATE, "check", str(root), "--engine", "embedded", "--format", "json"]
        value = medians({"check": command}, turns)["check"]
        growth = f"{value / before:.2f}x" if before else ""
        print(f"{size:<20}{value:>12.0f}{growth:>12}")
        before = value


def merge_request(folder: Path, turns: int) -> None:
    """What it costs to judge the change of one module instead of the whole, beside a plain check of the same tree."""
    root = folder / "request"
    monorepo.write(root, SIZES[-1])
    who = ["-c", "user.name=Bench", "-c", "user.email=bench@acme.example"]
    manifest = root / "services/svc-007/go.mod"
    for change in ("", "\nreplace github.com/owner217/repo00 => github.com/owner218/repo00 v0.1.0\n"):
        manifest.write_text(manifest.read_text(encoding="utf-8") + change, encoding="utf-8")
        subprocess.run(["git", *who, "commit", "--quiet", "--all", "--message", "x"], cwd=root, check=True)
    check = [POLICYGATE, "check", str(root), "--engine", "embedded", "--format", "json"]
    figures = medians({"plain": check, "with --base": [*check, "--base", "HEAD~1"]}, turns)
    plain = figures["plain"]
    print(f"\n{f'{SIZES[-1]} modules, one changed':<34}{'ms':>8}{'x plain':>9}{'budget':>9}")
    for name, value in figures.items():
        budget = f"{MERGE_REQUEST:>8.1f}x" if name != "plain" else ""
        print(f"{name:<34}{value:>8.0f}{value / plain:>8.2f}x{budget}")


def wrap(folder: Path) -> None:
    """Policies that hand our findings to conftest, which wants the message under another key."""
    folder.mkdir()
    packages = [p.relative_to(PROJECT / "policies").with_suffix("") for p in shipped()]
    names = [".".join(package.parts) for package in packages]
    rules = "\n\n".join(
        f'deny contains {{"msg": finding.message}} if some finding in data.{name}.deny' for name in names
    )
    (folder / "bench.rego").write_text(f"package bench\n\n{rules}\n", encoding="utf-8")


def shipped() -> list[Path]:
    """The rules, without their tests."""
    return [p for p in sorted((PROJECT / "policies/policygate").rglob("*.rego")) if not p.name.endswith("_test.rego")]


def main() -> None:
    """Run all parts, or the one that is named."""
    parts: dict[str, Callable[[Path, int], None]] = {
        "start-up": start_up,
        "conftest": against_conftest,
        "scaling": scaling,
        "merge-request": merge_request,
    }
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*parts, []], help="default: all")
    parser.add_argument("--turns", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.part or parts:
            parts[name](Path(folder), arguments.turns)


if __name__ == "__main__":
    main()
