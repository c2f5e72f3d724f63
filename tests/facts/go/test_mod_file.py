"""go.mod and go.work texts that nobody wrote, read by us and by Go."""

import base64
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from policygate.facts.model import FileFacts, Module, Work
from policygate.facts.read import go_mod, go_work

Ask = Callable[[Iterable[Mapping[str, str]]], list[Any]]
RecordCount = Callable[[str, int, int], None]
Read = Callable[[str, bytes], FileFacts]

PIECES = (
    *("module", "go", "toolchain", "godebug", "require", "exclude", "replace", "retract", "tool", "ignore", "use"),
    *("a.example/x", "a.example/x/v2", "gopkg.in/y.v1", "gopkg.in/y", "./x", "..", "/x", "C:", "a.example/x/v1", "x"),
    *("v1.0.0", "v1", "v2.0.0", "v2.0.0+incompatible", "v0.0.0-20200101000000-abcdefabcdef", "master", "v1.0.0-a+b"),
    *("1.21", "1.21.0rc1", "go1.21.0", "default", "k=v", "=>", "=>", "=>", "(", ")", "[", "]", ",", "(\n", ")\n", "{"),
    *('"a.example/x"', '"v1.0.0"', '"a b"', '"\\x61"', '"\\q"', "`x`", "'x'", 'x"y', '"', "`", "\\", '"\\'),
    *(
        "// indirect",
        "//indirect; x",
        "// Deprecated: y",
        "// why",
        "//",
        "/*",
        "/",
        ";",
        "\r",
        "\t",
        "\x0c",
        "\xa0",
        "é",
    ),
    *("\n", "\n", "\n", "\n", "\n\n", "\r\n"),
)
ARGUMENTS = {
    "go.mod": {
        "module": ("a.example/m", "m // Deprecated: use n", '"m"'),
        "go": ("1.21", "1.21.0rc1"),
        "toolchain": ("go1.22-x", "default"),
        "godebug": ("k=v", "k=a=b", "k="),
        "require": (
            "a.example/x v1.0.0",
            "a.example/x v1 // indirect",
            '"gopkg.in/y.v2" "v2.1"//indirect; x',
            "x v3.0.0+incompatible",
        ),
        "exclude": ("a.example/x v1.2", "a.example/x/v2 v2.0.0+meta // indirect"),
        "replace": (
            "a.example/x => ../x // why",
            "a.example/x v1 => a.example/y v1.0",
            'x => "./a b"',
            "x => c:/x",
            "x => y/v2 v1",
        ),
        "retract": ("v1.0.0", "[v1.0.0, v1.1.0] // why", "[v1,master]", '"v1"', "] // ]"),
        "tool": ("a.example/t", '"t" // why'),
        "ignore": ("./x", "y/z", '"a b"'),
    },
    "go.work": {
        "go": ("1.21", "1.18beta1"),
        "toolchain": ("go1.22-x", "default"),
        "godebug": ("k=v", "k="),
        "use": ("./a", "a/b", "..", '"a b" // why', '""', "C:/x", ".\\a", "/x"),
        "replace": ("a.example/x => ../x // why", "a.example/x v1 => a.example/y v1.0", 'x => "./a b"', "x => y/v2 v1"),
    },
}
BETWEEN = (
    "",
    "",
    "",
    "\n",
    "\n\n",
    "// why\n",
    "//\n",
    "// Deprecated: use b\n",
    "// first\n// second\n",
    "// apart\n\n",
    "\t//\r\n",
)
BROKEN = (
    "foo bar\n",
    "foo (\n)\n",
    "( )\n",
    ")\n",
    "(\n",
    "require a.example/x master\n",
    "x v1\n",
    "tool a b\n",
    "/*\n",
    "go (\n)\n",
)
ROUNDS = 3000


def words(dice: random.Random, file: str) -> str:
    """A text of pieces, mostly broken."""
    verb = dice.choice((*ARGUMENTS[file], ""))
    return f"{verb} " + "".join(piece + dice.choice((" ", "")) for piece in dice.choices(PIECES, k=dice.randint(1, 9)))


def scarred(dice: random.Random, file: str) -> str:
    """A text of statements with one character lost or replaced."""
    text = statements(dice, file)
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(("", *PIECES, "\x00", "\ufeff", "\u2028", "\U0001f600")) + text[at + 1 :]


def statements(dice: random.Random, file: str) -> str:
    """A text of statements, mostly fine one by one, with comments and blank lines all over."""
    text = ""
    for verb in dice.choices(list(ARGUMENTS[file]), k=dice.randint(1, 5)):
        arguments = dice.choices(ARGUMENTS[file][verb], k=dice.randint(0, 3))
        text += dice.choice(BETWEEN)
        if dice.random() < 0.05:
            text += dice.choice(BROKEN)
        elif dice.random() < 0.5 and verb not in ("go", "toolchain"):
            inside = "".join(f"{dice.choice(BETWEEN)}\t{argument}\n" for argument in arguments) + dice.choice(BETWEEN)
            text += f"{verb} ({dice.choice(('', ' // opened'))}\n{inside}) {dice.choice(('', '// closed'))}\n"
        elif arguments:
            text += f"{verb} {arguments[0]}{dice.choice(('', ' // behind'))}{dice.choice(('', chr(13)))}\n"
    return text


@pytest.mark.parametrize("make", [words, statements, scarred])
@pytest.mark.parametrize(
    ("file", "read"), [("go.mod", go_mod.read), ("go.work", go_work.read)], ids=["go.mod", "go.work"]
)
def test_random_files_read_as_go_reads_them(
    ask: Ask, record_count: RecordCount, file: str, read: Read, make: Callable[[random.Random, str], str]
) -> None:
    dice = random.Random(20)  # noqa: S311 - no secret
    texts = [make(dice, file) for _ in range(ROUNDS)]
    kind = file.removeprefix("go.")
    answers = ask({"Kind": kind, "Data": base64.b64encode(text.encode()).decode()} for text in texts)

    ours = [_content(read(file, text.encode())) for text in texts]

    differing = [(text, us, go) for text, us, go in zip(texts, ours, answers, strict=True) if us != _reduced(go)]
    record_count("parser (random texts)", ROUNDS, len(differing))
    assert differing == []
    accepted = sum("error" not in answer for answer in answers)
    assert ROUNDS // 30 < accepted < ROUNDS


def _reduced(answer: dict[str, Any]) -> dict[str, Any]:
    return {"error": True} if "error" in answer else {key: value for key, value in answer.items() if value}


def _content(facts: FileFacts) -> dict[str, Any]:
    """A module or workspace in the form of the oracle: each fact with its line."""
    if facts.problems:
        return {"error": True}
    content = [*map(_of_module, facts.modules), *map(_of_work, facts.works)]
    assert len(content) == 1
    return {key: value for key, value in content[0].items() if value}


def _of_module(m: Module) -> dict[str, Any]:
    return {
        **_shared(m),
        "module": [m.path, m.deprecated, m.at.start.line] if m.at.origin == "text" else None,
        "require": [[x.path, x.version, x.indirect, x.at.start.line] for x in m.requires],
        "exclude": [[x.path, x.version, x.at.start.line] for x in m.excludes],
        "retract": [[x.low, x.high, x.rationale, x.at.start.line] for x in m.retracts],
        "tool": [[x.path, x.at.start.line] for x in m.tools],
        "ignore": [[x.path, x.at.start.line] for x in m.ignores],
    }


def _of_work(w: Work) -> dict[str, Any]:
    return {**_shared(w), "use": [[x.path, x.at.start.line] for x in w.uses]}


def _shared(m: Module | Work) -> dict[str, Any]:
    return {
        "go": [m.go.version, m.go.at.start.line] if m.go.exists else None,
        "toolchain": [m.toolchain.version, m.toolchain.at.start.line] if m.toolchain.exists else None,
        "godebug": [[x.key, x.value, x.at.start.line] for x in m.godebug],
        "replace": [[x.old_path, x.old_version, x.new_path, x.new_version, x.at.start.line] for x in m.replaces],
    }
