"""Readers and small parsers against texts that mean harm: they answer, within the file, and never with a password."""

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from policygate.errors import PolicygateError
from policygate.facts import READERS, run_reader
from policygate.facts.files import Files
from policygate.facts.go.glob import parse_glob
from policygate.facts.go.goflags import parse_goflags
from policygate.facts.go.graph import parse_graph, shortest_paths
from policygate.facts.go.module_path import (
    canonical_version,
    check_path,
    check_path_major,
    is_import_path,
    split_path_version,
    version_order,
)
from policygate.facts.go.pattern import matches, parse_patterns, split_patterns
from policygate.facts.go.proxy_list import parse_proxy_list
from policygate.facts.go.sumdb import parse_sumdb
from policygate.facts.go.url import parse_url
from policygate.facts.model import FileFacts
from policygate.location import Text
from tests.facts.fuzzing import FORMATS, PASSWORD, PIECES, Mutator, contents, encoded, misplaced

RecordCount = Callable[[str, int, int], None]

READER_ROUNDS = {
    "go_mod": 8_000,
    "go_work": 8_000,
    "go_sum": 8_000,
    "vendor": 8_000,
    "gitlab_ci": 5_000,
    "github_workflow": 5_000,
    "dockerfile": 5_000,
    "compose": 4_000,
    "devcontainer": 4_000,
    "makefile": 5_000,
    "shell": 5_000,
    "env_file": 3_000,
    "go_env": 6_000,
    "service_file": 2_000,
    "app_config": 1_000,
    "nginx": 2_000,
    "manifest": 2_000,
}
PARSER_ROUNDS = 5_000
SLOW_S = 2.0


class Failure(NamedTuple):
    """What went wrong with one input, which `seed` makes again."""

    seed: int
    why: str
    text: str


def _failures(
    rounds: int, make: Callable[[random.Random], str], check: Callable[[str], Iterator[str]]
) -> list[Failure]:
    """The inputs that a check complains about, or breaks on."""
    found = []
    for seed in range(rounds):
        text = make(random.Random(seed))  # noqa: S311 - no secret
        started = time.process_time()
        try:
            whys = list(check(text))
        except PolicygateError as error:
            whys = [] if error.message else ["an error without a message"]
        except Exception as error:  # noqa: BLE001 - anything else is what the test looks for
            whys = [f"{type(error).__name__}: {error}"[:200]]
        if time.process_time() - started > SLOW_S:
            whys.append(f"took longer than {SLOW_S} s")
        found += [Failure(seed, why, repr(text)[:600]) for why in whys[:1]]
    return found


def _report(record_count: RecordCount, name: str, rounds: int, failures: list[Failure]) -> None:
    record_count(f"fuzz, {name}", rounds, len(failures))
    record_count("fuzz", rounds, len(failures))
    assert failures[:3] == [], f"{name}: {len(failures)} of {rounds}"


def test_every_reader_is_fuzzed_and_all_inputs_together_are_a_hundred_thousand() -> None:
    assert list(READER_ROUNDS) == list(FORMATS) == list(READERS)
    assert sum(READER_ROUNDS.values()) + PARSER_ROUNDS * len(PARSERS) >= 100_000


@pytest.mark.parametrize("reader", READER_ROUNDS)
def test_a_reader_answers_whatever_the_file_is(reader: str, record_count: RecordCount) -> None:
    form = FORMATS[reader]
    rounds = READER_ROUNDS[reader]
    mutator = Mutator(form.seeds, PIECES[form.family])
    told = 0

    def make(dice: random.Random) -> str:
        return mutator.text(dice, planted=dice.random() < 0.3)

    def check(text: str) -> Iterator[str]:
        nonlocal told
        files = contents(text, form.path)
        facts = run_reader(reader, form.path, files[form.path], Files(sorted(files), files.get))
        told += facts.problems == [] and facts != FileFacts()
        yield from misplaced(facts, files)
        if PASSWORD in facts.model_dump_json():
            yield "a password is shown"

    failures = _failures(rounds, make, check)

    _report(record_count, reader, rounds, failures)
    assert told > rounds // 20


def _check_proxy_list(text: str) -> Iterator[str]:
    at = Text("x", encoded(text)).at(0, 0)
    entries = parse_proxy_list(text, at, lambda _: "outside")
    yield from (entry.text for entry in entries if entry.text not in text)


def _check_patterns(text: str) -> Iterator[str]:
    at = Text("x", encoded(text)).at(0, 0)
    split = split_patterns(text)
    if [pattern.text for pattern in parse_patterns(text, at)] != split:
        yield "elements differ"
    for element in split:
        if parse_glob(element.removesuffix("/")) is None and matches([element], "a.example/x"):
            yield "a malformed glob matches"


def _check_sumdb(text: str) -> Iterator[str]:
    parsed = parse_sumdb(text, lambda _: "outside")
    if parsed.off != (text == "off"):
        yield "off"


def _check_url(text: str) -> Iterator[str]:
    url = parse_url(text)
    if url.problem and (url.host or url.scheme):
        yield "a URL that does not parse has parts"


def _check_path_and_version(text: str) -> Iterator[str]:
    split = split_path_version(text)
    canonical = canonical_version(text)
    if split and "".join(split) != text:
        yield "a path is more than its parts"
    if not check_path(text) and not (split and is_import_path(text)):
        yield "a path that can be fetched is none of a package"
    if canonical and (
        canonical_version(canonical) != canonical or version_order(canonical)[0] != version_order(text)[0]
    ):
        yield "a canonical version is another one"
    check_path_major(canonical or "v1.0.0", split[1] if split else "")


def _check_goflags(text: str) -> Iterator[str]:
    yield from (flag.text for flag in parse_goflags(text, Text("x", b"").at(0, 0)) if flag.text not in text)


def _check_graph(text: str) -> Iterator[str]:
    graph = parse_graph(text, "graph.txt")
    roots = next(iter(graph.values()), [])
    for path, way in shortest_paths(graph, roots).items():
        if way[-1] != path or way[0] not in {root for root, _ in roots}:
            yield f"a way with other ends: {way}"


LISTS = ("https://a.example/x,direct|off", "*.acme.example,git.a.example/b/*", "sum.example+0a+AAAA https://b.example")
PATHS = ("a.example/b/v2", "gopkg.in/y.v1", "v1.2.3-rc.1+incompatible", "v0.0.0-20200101000000-abcdefabcdef", "v2")
GRAPHS = ("a.example/m a.example/x@v1.0.0\na.example/x@v1.0.0 b.example/y@v1.1.0\nb.example/y@v1.1.0 go@1.21\n",)
PARSERS: dict[str, tuple[tuple[str, ...], Callable[[str], Iterator[str]]]] = {
    "GOPROXY list": (LISTS, _check_proxy_list),
    "patterns": (LISTS, _check_patterns),
    "GOSUMDB": (LISTS, _check_sumdb),
    "GOFLAGS": (("-mod=mod '-ldflags=-s -w' -v",), _check_goflags),
    "URL": (LISTS, _check_url),
    "paths and versions": (PATHS, _check_path_and_version),
    "graph": (GRAPHS, _check_graph),
}


@pytest.mark.parametrize("parser", PARSERS)
def test_a_parser_answers_whatever_the_text_is(parser: str, record_count: RecordCount) -> None:
    seeds, check = PARSERS[parser]

    failures = _failures(PARSER_ROUNDS, Mutator(seeds, PIECES["list"]).text, check)

    _report(record_count, parser, PARSER_ROUNDS, failures)
