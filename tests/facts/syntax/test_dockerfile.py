"""Instructions as BuildKit has them; `dockerfile_texts.json` holds what `parser.Parse` of BuildKit 0.26.2 says."""

import json
import re
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.syntax.dockerfile import INSTRUCTIONS, Instruction, heredoc_of, json_words, split
from policygate.facts.syntax.dockerfile_words import WordError, raw_words, split_words
from policygate.location import At, Text

BUILDKIT: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "dockerfile_texts.json").read_text(encoding="utf-8")
)


def split_text(text: str) -> tuple[Instruction, ...]:
    return split(Text("Dockerfile", text.encode())).instructions


def span(at: At) -> tuple[int, int, int, int]:
    return at.start.line, at.start.column, at.end.line, at.end.column


def _shown(instruction: Instruction) -> list[object]:
    heredocs = [[heredoc.name, heredoc.content.source] for heredoc in instruction.heredocs]
    values = None
    if instruction.name == "RUN":
        source = instruction.arguments.source
        words = json_words(instruction.arguments)
        values = [source][: len(source)] if words is None else [word for word, _ in words]
    flags = list(instruction.flags)
    return [instruction.name, instruction.line, instruction.end_line, flags, heredocs, instruction.on_build, values]


@pytest.mark.parametrize("case", BUILDKIT, ids=range(len(BUILDKIT)))
def test_instructions_are_those_of_buildkit(case: dict[str, Any]) -> None:
    """BuildKit drops the tabs of `<<-` later than we do, and leaves unknown instructions to its next stage."""
    result = split(Text("Dockerfile", case["text"].encode()))
    if case["instructions"] is None:
        assert result.problems
        return
    assert [_shown(instruction) for instruction in result.instructions] == [
        [name, line, end, flags, [[word, re.sub(r"(?m)^\t+", "", text)] for word, text in heredocs], on_build, words]
        for name, line, end, flags, heredocs, on_build, words in case["instructions"]
        if name in INSTRUCTIONS
    ]
    unknown = [name for name, *_ in case["instructions"] if name not in INSTRUCTIONS]
    assert len(result.problems) == len(unknown)


def test_the_table_is_whole() -> None:
    assert len(BUILDKIT) >= 60
    assert sum(case["instructions"] is None for case in BUILDKIT) == 4


def test_where_words_arguments_and_heredocs_stand() -> None:
    text = "\ufeffFROM é\r\n  run --x \\\r\n # c\r\n\tgo \\\r\n    build <<-E\r\n\té\r\n\tE\r\nONBUILD  RUN go\n"
    _, run, trigger = split_text(text)
    assert (span(run.at), span(trigger.at)) == ((2, 3, 2, 6), (8, 10, 8, 13))
    source = run.arguments.source
    assert source == "go     build <<-E"
    assert span(run.arguments.at(0, 2)) == (4, 2, 4, 4)
    assert span(run.arguments.at(source.index("build"), len(source))) == (5, 5, 5, 15)
    (heredoc,) = run.heredocs
    assert (heredoc.name, heredoc.chomp, heredoc.content.source) == ("E", True, "é\r\n")
    assert span(heredoc.content.at(0, 1)) == (6, 2, 6, 3)


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("FROM a\nFOO b", "unknown instruction `FOO`", (2, 1, 2, 4)),
        ("FROM a\n  && go build", "unknown instruction `&&`", (2, 3, 2, 5)),
        ("FROM a\nrün b", "unknown instruction `rün`", (2, 1, 2, 4)),
        ("FROM a\nONBU\u0131LD b", "unknown instruction `ONBU\u0131LD`", (2, 1, 2, 8)),
        ("FROM a\nTOKEN=abc b", "unknown instruction `TOKEN=***`", (2, 1, 2, 10)),
        ("FROM a\n\x00" + "x" * 60, "unknown instruction `\ufffd" + "x" * 39 + "`", (2, 1, 2, 62)),
        ("FROM a\nONBUILD", "ONBUILD without an instruction", (2, 1, 2, 8)),
        ("FROM a\nONBUILD ONBUILD RUN x", "`ONBUILD` behind an ONBUILD", (2, 9, 2, 16)),
        ("FROM a\nONBUILD FROM b", "`FROM` behind an ONBUILD", (2, 9, 2, 13)),
        ("FROM a\nRUN <<A <<B\nA\nb", "unterminated heredoc `B`", (2, 1, 2, 4)),
        ("# escape = / \nFROM a", "escape `/` is neither `\\` nor a backtick", (1, 1, 1, 13)),
        ("# syntax=a\n#SYNTAX=b\nFROM a", "more than one parser directive `syntax`", (2, 1, 2, 10)),
        ("FROM a\nRUN " + "é" * 32_766, "a line longer than 65,535 bytes", (2, 1, 2, 2)),
        ("FROM a\n" * 10_001, "more than 10,000 instructions", (10_001, 1, 10_001, 7)),
        ("#" * 5_000_001, "the file is larger than 5,000,000 characters", (1, 1, 1, 5_000_002)),
    ],
    ids=range(15),
)
def test_what_buildkit_refuses_is_a_problem_at_its_place(text: str, message: str, at: tuple[int, ...]) -> None:
    problems = split(Text("Dockerfile", text.encode())).problems
    assert [(problem.message, span(problem.at)) for problem in problems] == [(message, at)]


def test_the_longest_line_is_read() -> None:
    assert len(split_text("FROM a\nRUN " + "x" * 65_531 + "\nRUN b")) == 3


def test_the_exec_form_and_where_its_words_stand() -> None:
    _, run = split_text('FROM a\nRUN [ "go" , "é\\"" , \\\n "b" ]')
    words = json_words(run.arguments)
    assert words is not None
    assert [(word, span(run.arguments.at(offset, offset + 1))) for word, offset in words] == [
        ("go", (2, 8, 2, 9)),
        ('é"', (2, 15, 2, 16)),
        ("b", (3, 3, 3, 4)),
    ]
    (lone,) = split_text('RUN ["\\ud800"]')
    assert json_words(lone.arguments) == [("?", 2)]


@pytest.mark.parametrize("array", ["[1]", '["a", ["b"]]', "[null]"])
def test_an_exec_form_holds_strings_only(array: str) -> None:
    (run,) = split_text(f"RUN {array}")
    with pytest.raises(WordError, match="not a string"):
        json_words(run.arguments)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("<<EOF", ("EOF", False)),
        ("<<-EOF", ("EOF", True)),
        ("3<<'E F'", ("E F", False)),
        ('<<"E"F', ("EF", False)),
        ("<<E F", None),
        ("<<<x", None),
        ("<<", None),
        ("a<<E", None),
        ("<<'E", None),
        ("<E", None),
    ],
)
def test_which_words_open_a_heredoc(word: str, expected: tuple[str, bool] | None) -> None:
    assert heredoc_of(word) == expected


def test_words_are_split_at_white_space_outside_of_quotes() -> None:
    text = "a=\"b c\"d  e='f\\' g=h\\ i\\"
    assert [text[start:end] for start, end in split_words(text, "\\")] == ['a="b c"d', "e='f\\'", "g=h\\ i\\"]
    assert raw_words('RUN a"b c" $x ${y:-z w} \\"d \'e\'') == ["RUN", 'a"b c"', "$x", "${y:-z", "w}", '\\"d', "'e'"]
    assert raw_words("RUN 'a") == raw_words("RUN ${a") == []


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN go \\\n" * 9_000,
        "RUN a " + "\\\n" * 1_000_000,
        "RUN a \\\n" + "# c\n" * 1_000_000,
        "RUN " + "<<E " * 15_000 + "\n" + "E\n" * 15_000,
        "RUN <<E\n" * 9_000,
        "RUN <<-E\n" + "\ta\n" * 500_000 + "E",
        "RUN [" + '"a", \\\n' * 300_000 + '"a"]',
        "RUN " + "[" * 60_000,
        "RUN " + "--a " * 15_000,
        "RUN " + "${a:-" * 10_000,
        "# escape=" + " " * 60_000 + "x" + " " * 5_000,
        "RUN " + "'" * 60_000 + "<<",
    ],
    ids=range(12),
)
def test_the_time_grows_with_the_length(text: str) -> None:
    """Quadratic would be minutes."""
    start = process_time()
    for instruction in split_text(text):
        json_words(instruction.arguments)
        raw_words(instruction.arguments.source)
    assert process_time() - start < 20


_TEXT = st.text(st.sampled_from("RUNENVFOMarg <-E\\`\"'[]{}$:#=,\n\r\t\ufeff\x00é😀\x85"), max_size=60)


@given(
    _TEXT
    | st.lists(st.sampled_from(["RUN ", "<<E", "\n", "E", "\\", "#", "ENV", " ", "[", '"']), max_size=30).map("".join)
)
def test_no_text_breaks_the_splitter(text: str) -> None:
    file = Text("Dockerfile", text.encode())
    for instruction in split(file).instructions:
        source = instruction.arguments.source
        for offset, char in enumerate(source):
            at = instruction.arguments.at(offset, offset + 1)
            assert file.text[file.offset(at.start.line, at.start.column)] == char
