"""The walk of a download, held against what the real go command does with servers on the loopback."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.download import Download
from policygate.facts.go.pattern import parse_patterns
from policygate.facts.go.proxy_list import parse_proxy_list
from policygate.facts.go.walk import walk
from policygate.location import Text
from policygate.routes import Checksums, Learner, Route, Step
from tests.facts.go.oracle import chains, servers
from tests.facts.go.oracle.questions import HERE, parse_sumdb_setting, request

RecordCount = Callable[[str, int, int], None]

SAMPLE = 40
STALLS = 2


def predict(entries: Sequence[str]) -> chains.Observed:
    """What should become of a list of answers; nothing but the loopback can be reached."""
    hosts = [entry if entry in servers.NO_URL else f"https://{i // 2}.example" for i, entry in enumerate(entries)]
    answers = {f"{i // 2}.example": entry for i, entry in enumerate(entries) if entry not in servers.NO_URL}
    route = walk(request("".join(hosts)), {**answers, "example.test": "refused"})
    asked = tuple(party.removesuffix(".example") for party in route.asked)
    return route.outcome, asked, route.served_by and route.served_by.removesuffix(".example")


WALKS = Path(__file__).with_name("walks.json").read_text(encoding="utf-8")
RECORDED = chains.decode(WALKS)


def test_every_recorded_walk_is_predicted(record_count: RecordCount) -> None:
    wrong = {"".join(it): (predict(it), seen) for it, seen in RECORDED.items() if predict(it) != seen}

    record_count(f"chain, recorded ({json.loads(WALKS)['go']})", len(RECORDED), len(wrong))
    assert wrong == {}
    assert len(RECORDED) == len(set(chains.all_lists())) == 13 + 13**2 * 2 + 13**3 * 4


def _sample() -> list[chains.List]:
    """Lists with every result that was ever seen, in an order that is always the same."""
    lists = sorted(RECORDED, key=lambda it: sha256("".join(it).encode()).digest())
    hanging = [it for it in lists if RECORDED[it][0] == "hangs"][:STALLS]
    others = [it for it in lists if RECORDED[it][0] != "hangs"]
    first = {RECORDED[it]: it for it in others}.values()
    return list(dict.fromkeys([*hanging, *first, *others]))[:SAMPLE]


def test_a_sample_of_the_walks_is_the_same_today(tmp_path: Path, record_count: RecordCount) -> None:
    sample = _sample()
    with servers.Proxies() as proxies, ThreadPoolExecutor(3) as pool:
        cases = [f"c{number}" for number in range(len(sample))]
        runs = pool.map(lambda case, it: servers.download(proxies, case, it, tmp_path, {}), cases, sample)
        seen = [servers.observe(proxies, ran) for ran in runs]

    changed = {"".join(it): (RECORDED[it], now) for it, now in zip(sample, seen, strict=True) if RECORDED[it] != now}
    record_count("chain, live", len(sample), len(changed))
    assert changed == {}


def test_a_walk_names_the_setting_behind_each_step() -> None:
    chain, patterns, database = (
        Text("ci.yml", text.encode()).at(0, len(text))
        for text in ("https://mirror.acme.example,https://goproxy.io,direct", "*.corp.example", "sum.acme.example")
    )
    asked = replace(
        request("https://mirror.acme.example,https://goproxy.io,direct", module="github.com/acme/m"),
        chain=parse_proxy_list("https://mirror.acme.example,https://goproxy.io,direct", chain, lambda _: "outside"),
        no_proxy=parse_patterns("*.corp.example", patterns),
        sumdb=parse_sumdb_setting("sum.acme.example", database),
    )

    route = walk(asked, {"mirror.acme.example": "404"})

    first, second = (entry.at for entry in asked.chain[:2])
    files = (".info", ".mod", ".zip")
    what = f"github.com/acme/m@{servers.VERSION}"
    mirror, goproxy = "https://mirror.acme.example", "https://goproxy.io"
    on = "it is the first proxy that passes lookups on"
    assert route == Route(
        outcome="found",
        served_by="goproxy.io",
        asked=("mirror.acme.example", "goproxy.io"),
        steps=(
            Step(mirror, files, "404", "next", "does not have it; so go asks the next element", first),
            Step(goproxy, files, "200", "use", "is taken to have it", second),
            Step(
                mirror,
                ("supported",),
                "404",
                "next",
                "does not pass lookups on; so go asks the next element",
                first,
            ),
            Step(goproxy, ("supported",), "200", "use", "passes lookups on", second),
            Step(goproxy, ("lookup",), "200", "use", f"{on}; has the checksums", second),
        ),
        learns=(
            Learner("mirror.acme.example", "proxy", what, "it is the first element of GOPROXY", first),
            Learner("goproxy.io", "proxy", what, f"asked after `{mirror}`: does not have it", second),
            Learner("goproxy.io", "sumdb", what, on, second),
            Learner("sum.acme.example", "sumdb", what, f"`{goproxy}` passes the lookup on to it", database),
        ),
        sumdb=Checksums(used=True, name="sum.acme.example", through="goproxy.io", why=on, at=database),
    )


def test_a_login_page_breaks_at_the_zip() -> None:
    route = walk(request("https://a.example|https://b.example"), {"a.example": "html"})

    a, b = "https://a.example", "https://b.example"
    info = "a web page is no valid `.info`; after `|` every error leads to the next element"
    assert (route.outcome, route.served_by) == ("failed", None)
    assert route.steps == (
        Step(a, (".info",), "html", "next", info, HERE),
        Step(b, (".info",), "200", "use", "is taken to have it", HERE),
        Step(a, (".mod",), "html", "use", "a web page passes as `.mod`", HERE),
        Step(a, (".zip",), "html", "stop", "the page is no zip, which go sees only after it has taken it", HERE),
    )


def test_a_private_module_is_fetched_directly_and_looked_up_through_the_proxy() -> None:
    module = "git.corp.example/m"

    route = walk(
        request("https://a.example,off", module=module, gonoproxy="*.corp.example", gosumdb="default"),
        {"a.example": "200"},
    )

    what = f"{module}@{servers.VERSION}"
    alone = "`*.corp.example` in GONOPROXY or GOPRIVATE matches, so that no proxy is asked; is taken to have it"
    lookup = f"only `https://{module}?go-get=1` tells where the repository is"
    on = "it is the first proxy that passes lookups on"
    assert (route.outcome, route.served_by, route.asked) == ("found", "direct", ("direct",))
    assert route.steps[0] == Step("direct", (".info", ".mod", ".zip"), "200", "use", alone, HERE)
    assert route.learns == (
        Learner("git.corp.example", "vanity", module, lookup, HERE),
        Learner("", "direct", module, "it is the repository host that `git.corp.example` names", HERE),
        Learner("a.example", "sumdb", what, on, HERE),
        Learner("default", "sumdb", what, "`https://a.example` passes the lookup on to it", HERE),
    )


@pytest.mark.parametrize(
    ("asked", "answers", "outcome", "parties", "why"),
    [
        (request("$GOPROXY,direct"), {}, "unknown", (), "`$GOPROXY` is not known here"),
        (request("https://a.example,$B"), {"a.example": "404"}, "unknown", ("a.example",), "`$B` is not known here"),
        (request("https://a.example,$B"), {}, "found", ("a.example",), "is taken to have it"),
        (request("$B,Direct"), {}, "unknown", (), "`$B` is not known here"),
        (
            request("https://$U:$P@a.example/go,off"),
            {},
            "unknown",
            ("a.example",),
            "`https://$U:$P@a.example/go` is not known here",
        ),
        (request("https://$U:$P@a.example/go,off"), {"a.example": "200"}, "found", ("a.example",), "has the module"),
        (
            request("http://$U:$P@a.example,off"),
            {"a.example": "200"},
            "failed",
            (),
            "go sends no credentials over plain http; after `,` only 404 and 410 lead to the next element",
        ),
        (request("off", gonoproxy="$P"), {}, "unknown", (), "whether GONOPROXY matches depends on `$P`"),
        (request("off", gonoproxy="*,$P"), {}, "found", ("direct",), ""),
        (
            request("https://a.example", gosumdb="default", gonosumdb="$P"),
            {},
            "unknown",
            ("a.example",),
            "whether GONOSUMDB matches depends on `$P`",
        ),
        (request("https://a.example", gosumdb="$S"), {}, "unknown", ("a.example",), "`$S` is not known here"),
        (request("https://a.example", gosumdb="x.y $S"), {}, "unknown", ("a.example",), "`x.y $S` is not known here"),
        (request("direct", module="a.test/m.hg"), {}, "found", ("direct",), "is taken to have it"),
        (request("direct", module="a.test/m.svn"), {}, "unknown", ("direct",), "may use svn depends on GOVCS"),
        (request(""), {}, "failed", (), "the list has no element"),
        (
            request("https://a.example", module="Acme/x"),
            {},
            "failed",
            (),
            "`Acme/x` is no module path that can be fetched: the first element has no dot",
        ),
        (
            request("https://a.example,Off"),
            {},
            "failed",
            (),
            "go refuses the whole list for it: `Off` is not `off`: keywords are in lower case",
        ),
    ],
)
def test_nothing_is_predicted_beyond_what_is_known(
    asked: Download, answers: dict[str, str], outcome: str, parties: tuple[str, ...], why: str
) -> None:
    route = walk(asked, answers)

    assert (route.outcome, route.asked) == (outcome, parties)
    assert route.steps[-1].why.endswith(why)
    assert (route.steps[-1].then == "unknown") == (outcome == "unknown")


def test_credentials_are_shown_nowhere() -> None:
    route = walk(request("https://u:hunter2@a.example", gosumdb="default https://u:hunter2@b.example"), {})

    assert (route.outcome, route.asked) == ("found", ("a.example",))
    assert "hunter2" not in repr(route)


def test_long_lists_are_walked_in_linear_time() -> None:
    count = 20_000
    asked = request(",".join(["https://a.example"] * count), gosumdb="default")
    started = time.perf_counter()

    route = walk(asked, {"a.example": "404"})

    assert (route.outcome, len(route.steps)) == ("not_found", count)
    assert time.perf_counter() - started < 5


TEXTS = st.text(st.sampled_from("a.$/:@,|{}~*[\\ htps")) | st.text()
PLACES = st.sampled_from(["a.example", "a.example/x", "/srv", "direct", "sumdb", "default"])


ELEMENTS = st.sampled_from(["https://a.example/x", "file:///srv", "direct", "off", "default", "$A"])


@given(
    TEXTS | st.lists(ELEMENTS).map("|".join),
    TEXTS | st.just("git.a.example/m"),
    TEXTS,
    st.dictionaries(PLACES, st.sampled_from(chains.ANSWERS)),
)
def test_no_setting_makes_the_walk_fail(goproxy: str, module: str, text: str, answers: dict[str, str]) -> None:
    asked = request(goproxy, module=module, version=text, gonoproxy=text, gosumdb=text, gonosumdb=text)

    route = walk(asked, answers)

    assert (route.served_by is None) == (route.outcome != "found")
    assert route.served_by is None or route.served_by in route.asked
