"""YAML that no other reader takes: the cases of `manifest_cases.txt`, what costs nothing, and files that mean harm."""

import random
from collections.abc import Callable
from time import process_time

import pytest

from policygate.facts import reader_of, run_reader
from policygate.facts.files import Files
from policygate.facts.model import FileFacts
from policygate.facts.read.manifest import read
from policygate.facts.syntax.budget import Budget
from policygate.facts.syntax.yaml_tree import Tree, parse
from policygate.location import Text
from tests.facts.fuzzing import PASSWORD, PIECES, Mutator, contents, misplaced
from tests.facts.net.telling import span, tell
from tests.linear import grows_linearly

Cases = Callable[[str], dict[str, tuple[str, str]]]
SeveralFiles = Callable[[str], tuple[str, bytes, Files]]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers: [{image: x, env: [{name: A_URL, value: "http://a.acme.example"}]}]
"""
FLOW = """\
"kind": "Pod", "metadata": {"name": "a"},
 "spec": {"containers": [{"image": "x", "env": [{"name": "A_URL", "value": "http://a.acme.example"}]}]}}
"""


def test_files_say_what_is_expected(cases: Cases, several_files: SeveralFiles) -> None:
    table = cases("manifest_cases.txt")
    assert len(table) == 21
    shown = {}
    for name, (text, _) in table.items():
        path, data, _ = several_files(text)
        assert reader_of(path) == "manifest"
        facts = run_reader("manifest", path, data)
        said = facts.model_dump_json()
        assert "PLANTED" not in said
        assert "UExBTlRFRA" not in said
        assert list(misplaced(facts, {path: data})) == []
        shown[name] = tell(facts).strip("\n")
    assert shown == {name: expected for name, (_, expected) in table.items()}


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        ("a.yaml", "a: b\n", 0),
        ("a.yaml", "url: http://a.acme.example\n", 0),
        ("openapi.yaml", "openapi: 3.0.0\nservers: [{url: https://api.acme.example}]\n", 0),
        ("config.yaml", "a: [1, 2, 3]\n", 0),
        ("a.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\n", 0),
        ("a.yaml", POD.replace("kind: Pod", "kind: Role"), 0),
        ("a.yaml", "apiVersion: a/v1\nkind: Ledger\nspec:\n  kind: Pod\n  kind:\n", 0),
        ("a.yaml", POD, 1),
        ("a.yaml", '{"x": "\nkind: Role", "apiVersion": "v1", ' + FLOW, 1),
        ("a.yaml", '--- {"x": "\nkind: Role", "apiVersion": "v1", ' + FLOW, 1),
        ("a.yaml", "  " + POD.replace("\n", "\n  "), 1),
        ("a.yaml", POD.replace("kind: Pod", "'kind' : \"Pod\" # one"), 1),
        ("a.yaml", POD.replace("kind: Pod", "kind:\n  Pod"), 1),
        ("a.yaml", POD.replace("kind: Pod", 'kind: "P\\x6fd"'), 1),
        ("a.yaml", POD.replace("kind: Pod", "kind: !!str Pod"), 1),
        ("a.yaml", "\ufeff" + POD.replace("\n", "\r\n"), 1),
        ("config.yaml", "url: http://a.acme.example\n", 1),
        ("conf/a.yaml", "url: http://a.acme.example\n", 1),
        ("values-prod.yaml", "url: http://a.acme.example\n", 1),
        ("values.yaml", "apiVersion: 1\nkind: b\nurl: http://a.acme.example\n", 0),
        ("values.yaml", "scaling: {apiVersion: 1, kind: b}\nurl: http://a.acme.example\n", 1),
    ],
)
def test_only_files_that_may_say_something_are_parsed(
    path: str, text: str, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []

    def watched(file: Text) -> Tree:
        parsed.append(file.path)
        return parse(file)

    monkeypatch.setattr("policygate.facts.read.manifest.parse", watched)
    assert len(read(path, text.encode()).endpoints) == lines
    assert bool(parsed) == (lines > 0 or path == "values.yaml")


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: SPACE}
spec: {selector: {}, template: {metadata: {labels: {app: LABEL}}, spec: {containers: [{image: x}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: NAME, namespace: SPACE}
spec: {selector: {app: c}}
---
apiVersion: v1
kind: Namespace
metadata: {name: b, labels: {app: LABEL}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME, namespace: SPACE}
spec: {podSelector: {matchLabels: {app: LABEL}}}
"""


@pytest.mark.parametrize(
    ("name", "space", "label", "dynamic"),
    [
        ("a", "b", "c", ""),
        ("{{ .x }}", "b", "c", "all"),
        ("a", "{{ .x }}", "c", "all"),
        ('"{{ .x }}"', "b", "c", "all"),
        ("'$(X)'", "b", "c", "all"),
        ("a", "b-$X", "c", "all"),
        ("a", "b", "{{ .x }}", "labels"),
        ("a", "b", "$X", "labels"),
    ],
)
def test_what_somebody_else_fills_in_is_dynamic(name: str, space: str, label: str, dynamic: str) -> None:
    text = DEPLOYMENT.replace("NAME", name).replace("SPACE", space).replace("LABEL", label)
    (objects,) = read("deploy/a.yaml", text.encode()).kubernetes
    assert [workload.dynamic for workload in objects.workloads] == [dynamic != ""]
    assert [service.dynamic for service in objects.services] == [dynamic == "all"]
    assert [namespace.dynamic for namespace in objects.namespaces] == [dynamic == "labels"]
    assert [policy.dynamic for policy in objects.policies] == [dynamic != ""]
    assert read("deploy/a.yaml", text.encode()).problems == []
    assert len(read("deploy/a.yaml", text.encode()).services) == (0 if dynamic == "all" else 1 if dynamic else 2)


@pytest.mark.parametrize(
    ("taken", "resources", "outside"),
    [
        ("a.yaml", ["deploy/prod/a.yaml"], False),
        ("../base/", ["deploy/base"], False),
        ("../../..", [], True),
        ("../..", ["."], False),
        ("/abs", [], True),
        ("https://x.example/y", [], True),
        ("git@git.acme.example:a/b.git", [], True),
        ("ssh://git@x.example/a", [], True),
        ("github.com/acme/base//overlay?ref=v1", [], True),
        ("base?ref=v1", [], True),
        ("'{a: b}'", ["deploy/prod/{a: b}"], False),
    ],
)
def test_what_a_kustomization_takes_in(taken: str, resources: list[str], outside: bool) -> None:
    facts = read("deploy/prod/kustomization.yml", f"resources: [{taken}]\n".encode())
    ((found,),) = (objects.kustomizations for objects in facts.kubernetes)
    assert (found.resources, found.outside, found.changes) == (resources, outside, False)


@pytest.mark.parametrize(
    "field", ["namePrefix: a-", "patches: [{path: a}]", "helmCharts: [{name: a}]", "labels: [{pairs: {a: b}}]"]
)
def test_a_kustomization_that_changes_what_it_takes(field: str) -> None:
    facts = read("kustomization.yaml", f"resources: [a]\n{field}\n".encode())
    assert facts.kubernetes[0].kustomizations[0].changes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (POD.replace("image: x", "image: [x"), ["not valid YAML: did not find expected ',' or ']' 5:80-82"]),
        (POD.replace("image: x", "image: *none"), ["not valid YAML: unknown alias 5:24-85"]),
        (POD.replace("image: x", "image: {{ .x"), ["unseen 1:1-15"]),
        (POD.replace("  containers", "{% if x %}\n  containers"), ["unseen 1:1-15"]),
        (POD.replace("image: x", "image: [x").replace("apiVersion", "  apiVersion"), []),
        (POD.replace("kind: Pod", "kind: Role").replace("image: x", "image: [x"), []),
        (POD.replace("kind: Pod", "kind: Role").replace("image: x", "image: {{ .x"), []),
    ],
)
def test_what_does_not_parse(text: str, told: list[str]) -> None:
    facts = read("deploy/a.yaml", text.encode())
    problems = [f"{problem.message} {span(problem.at)}" for problem in facts.problems]
    assert [*problems, *(f"unseen {span(unseen.at)}" for unseen in facts.unseen)] == told
    assert [at for objects in facts.kubernetes for at in objects.templates] == [each.at for each in facts.unseen]


def test_a_secret_that_is_not_read_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policygate.facts.read.manifest.Budget", lambda: Budget(10))
    facts = read("deploy/a.yaml", b"apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n")
    assert [problem.message for problem in facts.problems] == ["the file is too large once its references are followed"]
    assert [span(at) for at in facts.secrets] == ["1:1-5:1"]


def test_every_part_of_a_large_file_counts() -> None:
    named = "".join(f"---\n{POD.replace('name: a}', f'name: pod{number}}}')}" for number in range(200))
    facts = read("deploy/a.yaml", f"# first\n{named}".encode())
    (objects,) = facts.kubernetes
    assert [workload.name for workload in objects.workloads] == [f"pod{number}" for number in range(200)]
    assert [workload.at.start.line for workload in objects.workloads] == [5 + 6 * number for number in range(200)]
    assert [endpoint.at.start.line for endpoint in facts.endpoints] == [7 + 6 * number for number in range(200)]


MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {" + ", ".join(
    f"K{number}: 'http://h{number}.example'" for number in range(1_000)
)
MANY = ", ".join(f"{{name: c{number}, image: x, envFrom: [{{configMapRef: {{name: m}}}}]}}" for number in range(1_000))
BOMBS = {
    "environment": f"{MAP}}}\n---\n" + POD.replace("[{image: x", f"[{MANY}, {{image: x"),
    "references": POD.replace(
        "{name: A_URL",
        ", ".join(f"{{name: V{n}, value: xxxxxxxx$(V{n - 1})$(V{n - 1})}}" for n in range(60)) + ", {name: A_URL",
    ),
    "length": POD + "---\n" + POD + "#" + "x" * 700_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_grows_beyond_all_bounds_is_one_problem(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policygate.facts.read.manifest.Budget", lambda: Budget(300_000))
    start = process_time()
    facts = read("deploy/a.yaml", BOMBS[bomb].encode())
    assert [(problem.message, problem.at.start.line) for problem in facts.problems] == [
        ("the file is too large once its references are followed", 1)
    ]
    assert process_time() - start < 3


def test_many_problems_are_a_few() -> None:
    text = "".join(
        f"---\napiVersion: backstage.io/v1\nkind: Component\nmetadata: {{name: n{n}}}\nspec: {{dependsOn: [a]}}\n"
        for n in range(100)
    )
    assert len(read("catalog-info.yaml", text.encode()).problems) == 20


@pytest.mark.parametrize(
    "piece", ["---\n", "--- a\n", "apiVersion: v1\nkind: Pod\n", "kind: \n", "{{", " ", "\t-", "- a\n"]
)
def test_time_is_linear(piece: str) -> None:
    head = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    assert grows_linearly(lambda size: read("config/a.yaml", (head + piece * size).encode()), 8_000)


SEEDS_PATHS = ("deploy/a.yaml", "config/a.yaml", "kustomization.yaml", "charts/a/templates/a.yaml")
ROUNDS = 500


def test_whatever_the_file_is_the_reader_answers(cases: Cases, several_files: SeveralFiles) -> None:
    seeds = [several_files(text)[1].decode() for text, _ in cases("manifest_cases.txt").values()]
    mutator = Mutator(seeds, [*PIECES["yaml"], "$(A)", "$(", "{{ .x }}", "$patch: delete", "kind: List\n", "items:\n"])
    told = 0
    for seed in range(ROUNDS):
        dice = random.Random(seed)  # noqa: S311 - no secret
        path = dice.choice(SEEDS_PATHS)
        files = contents(mutator.text(dice, planted=dice.random() < 0.3), path)
        facts = run_reader("manifest", path, files[path])
        assert list(misplaced(facts, files)) == [], seed
        assert PASSWORD not in facts.model_dump_json(), seed
        told += facts != FileFacts()
    assert told > ROUNDS // 4


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"apiVersion: \xff\nkind: \xfe\n", b"kind: apiVersion\xff"])
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(read("a.yaml", data), FileFacts)
