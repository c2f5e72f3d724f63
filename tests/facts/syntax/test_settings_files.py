"""Properties, INI and TOML files: values and places, against what the programs make of them."""

import configparser
import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.errors import SourceError
from policygate.facts.syntax.ini_file import parse_ini
from policygate.facts.syntax.properties_file import parse_properties
from policygate.facts.syntax.setting import Setting
from policygate.facts.syntax.toml_file import parse_toml
from policygate.location import Text
from tests.facts.net.telling import span
from tests.linear import grows_linearly

JAVA: list[tuple[str, dict[str, str] | None]] = [
    ("a=b\n", {"a": "b"}),
    ("a = b \n", {"a": "b "}),
    ("a:b\r\nc : d\r", {"a": "b", "c": "d"}),
    ("a b\n", {"a": "b"}),
    ("  a\t=\x0c b\n", {"a": "b"}),
    ("a==b\n", {"a": "=b"}),
    ("a= = b\n", {"a": "= b"}),
    ("a\\ b\\=c\\:d=e\n", {"a b=c:d": "e"}),
    ("# no\n ! no\n\t#no\na=# yes\n", {"a": "# yes"}),
    ("a=b\\\n   c\\\r\n\td\n", {"a": "bcd"}),
    ("a=b\\\\\nc=d\n", {"a": "b\\", "c": "d"}),
    ("a=b\\\n# part\n", {"a": "b# part"}),
    ("\\\n# no\na=b\n", {"a": "b"}),
    ("a=\\\n\n b=c\n", {"a": "", "b": "c"}),
    ("a=\\u0062\\t\\n\\q\\\\\n", {"a": "b\t\nq\\"}),
    ("a\n", {"a": ""}),
    ("=b\n", {"": "b"}),
    ("a=1\nb=2\na=3\n", {"a": "3", "b": "2"}),
    ("a=é \\u00e9 \\ud83d\\ude00\n", {"a": "é é 😀"}),
    ("a=\\u12\n", None),
    ("a=\\user\n", None),
    ("jdbc.url=jdbc\\:postgresql\\://h/d\n", {"jdbc.url": "jdbc:postgresql://h/d"}),
    ("a=b\\", {"a": "b"}),
    ("a=b\n#---\nc=d\n", {"a": "b", "c": "d"}),
]
"""What `java.util.Properties` of OpenJDK 17.0.15 reads; None where it refuses the file."""


def properties(text: str) -> list[Setting]:
    return [setting for document in parse_properties(Text("a.properties", text.encode())) for setting in document]


@pytest.mark.parametrize(("text", "expected"), JAVA)
def test_properties_are_those_of_java(text: str, expected: dict[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(SourceError, match="malformed"):
            properties(text)
    else:
        assert {setting.name: setting.text for setting in properties(text)} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b c \n", ["1:5-8"]),
        ("é\\u0041=😀x\n", ["1:9-11"]),
        ("a=\n", ["1:1-2"]),
        ("\r\na:b\r\n  c d", ["2:3-4", "3:5-6"]),
        ("a=x\\\n  y\n", ["1:3-2:4"]),
        ("a=x\\:y", ["1:3-7"]),
    ],
)
def test_places_of_properties(text: str, expected: list[str]) -> None:
    assert [span(setting.at) for setting in properties(text)] == expected


@pytest.mark.parametrize("mark", ["#---", "!---", "#--- \t"])
def test_a_document_ends_where_spring_ends_it(mark: str) -> None:
    text = f"a=1\nb=2\n{mark}\na=3\n"
    documents = list(parse_properties(Text("a.properties", text.encode())))
    assert [[setting.text for setting in document] for document in documents] == [["1", "2"], ["3"]]


@pytest.mark.parametrize("mark", [" #---", "#----", "#--", "a=#---"])
def test_other_lines_end_no_document(mark: str) -> None:
    assert len(list(parse_properties(Text("a.properties", f"b=1\n{mark}\nb=2\n".encode())))) == 1


def test_the_place_of_a_malformed_escape() -> None:
    with pytest.raises(SourceError) as error:
        properties("a=b\nc=\\x\\u00zz\n")
    assert error.value.at is not None
    assert span(error.value.at) == "2:5-7"


INI = [
    "[a]\nx = 1\ny: 2\nz=\n",
    "[a]\nx=1=2:3\n[b c]\nx = a:b\n",
    "# no = 1\n[a]\n; no = 2\nx = 1 # 2\n  # no\ny = http://a/b?c=d\n",
    "[a]\n  x = 1\n  y = 2\n",
    "[a]\nx = é\r\n[ b ]\nX=1\n",
    "[a]\nmy key = 1\n",
]


@pytest.mark.parametrize("text", INI)
def test_options_are_those_of_configparser(text: str) -> None:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    expected = {
        f"{section.strip()}.{name}": value for section in parser.sections() for name, value in parser.items(section)
    }
    assert {setting.name: setting.text for setting in parse_ini(Text("a.ini", text.encode()))} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n[a]\ny=2\n", [("x", "1", "1:5-6"), ("a.y", "2", "3:3-4")]),
        ("[a]\nx = \"b c\"\ny='d'\n", [("a.x", "b c", "2:6-9"), ("a.y", "d", "3:4-5")]),
        (
            "[a]\nx =\n  b\n   c = d\ny = e\n",
            [("a.x", "", "2:4-4"), ("a.x", "b", "3:3-4"), ("a.x", "c = d", "4:4-9"), ("a.y", "e", "5:5-6")],
        ),
        ("[a\nno\n=1\n[b] # c\nx=1", [("b.x", "1", "5:3-4")]),
        ("[a]\nx=1\n[b]\n  y=2\n", [("a.x", "1", "2:3-4"), ("b.y", "2", "4:5-6")]),
    ],
)
def test_options_and_places(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(s.name, s.text, span(s.at)) for s in parse_ini(Text("a.ini", text.encode()))] == expected


def toml(text: str) -> list[tuple[str, str, str]]:
    return [(setting.name, setting.text, span(setting.at)) for setting in parse_toml(Text("a.toml", text.encode()))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a = "b"\n', [("a", "b", "1:6-7")]),
        ("a = 5432\nb = true\nc = 1.5\n", [("a", "5432", "1:5-9"), ("b", "true", "2:5-9"), ("c", "1.5", "3:5-8")]),
        ('a.b."c.d" = "x"\n', [("a.b.c.d", "x", "1:14-15")]),
        ("[t]\na = 'x'\n[ t . u ]\na = 'x'\n", [("t.a", "x", "2:6-7"), ("t.u.a", "x", "4:6-7")]),
        (
            "[[t]]\na=1\n[[t]]\na=1\n[t.u]\nb=1\n",
            [("t[0].a", "1", "2:3-4"), ("t[1].a", "1", "4:3-4"), ("t[1].u.b", "1", "6:3-4")],
        ),
        (
            "[[t.u]]\na=1\n[[t.u.v]]\nb=1\n[[t.u.v]]\nb=1\n",
            [("t.u[0].a", "1", "2:3-4"), ("t.u[0].v[0].b", "1", "4:3-4"), ("t.u[0].v[1].b", "1", "6:3-4")],
        ),
        (
            "a = ['x',\n 'x', 'é']\nb = 'x'\n",
            [("a", "x", "1:7-8"), ("a", "x", "2:3-4"), ("a", "é", "2:8-9"), ("b", "x", "3:6-7")],
        ),
        (
            "a = [[1, 2], [{b = 3}]]\n",
            [("a[0]", "1", "1:7-8"), ("a[0]", "2", "1:10-11"), ("a[1][0].b", "3", "1:20-21")],
        ),
        ('a = "x\\ty"  # c\nb = 1\n', [("a", "x\ty", "1:5-16"), ("b", "1", "2:5-6")]),
        ("a = '''\nx\ny'''\nb = 1\n", [("a", "x\ny", "2:1-3:2"), ("b", "1", "4:5-6")]),
        ('a = """\nb = 2\n"""\nb = 1\n', [("a", "b = 2\n", "2:1-3:1"), ("b", "1", "4:5-6")]),
        ("a = {b = 'x', c = {d = 'y'}}\n", [("a.b", "x", "1:11-12"), ("a.c.d", "y", "1:25-26")]),
        ("a = 2020-01-01\n", [("a", "2020-01-01", "1:5-15")]),
        ("a = 0x10\n", [("a", "16", "1:5-9")]),
        ("a = ''\n", [("a", "", "1:5-7")]),
        ("\r\na = 'x'\r\n", [("a", "x", "2:6-7")]),
    ],
)
def test_settings_and_places_of_toml(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert toml(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a = 1\nb = x\n", "not valid TOML", 2),
        ("a = 1\na = 2\n", "not valid TOML", 2),
        ("a = '\n", "not valid TOML", 1),
        ("a = " + "9" * 5000, "not valid TOML", 1),
        ("a = 1\nb = " + "[" * 5000, "not valid TOML", 1),
        ("a = 1\n" + ".".join("b" * 40) + " = 1\n", "a name of more than 30 parts", 2),
    ],
)
def test_toml_that_is_refused(text: str, message: str, line: int) -> None:
    with pytest.raises(SourceError) as error:
        toml(text)
    assert (error.value.message, error.value.at and error.value.at.start.line) == (message, line)


_PIECES = [
    "a",
    "b",
    "=",
    ":",
    " ",
    "\n",
    "\r",
    "\\",
    "[",
    "]",
    "[[",
    "]]",
    '"',
    "'",
    ".",
    "{",
    "}",
    ",",
    "#",
    "1",
    "é",
    "\t",
    "u00",
    "-",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_nothing_but_refusals(text: str) -> None:
    file = Text("a", text.encode())
    list(parse_ini(file))
    for parse in (parse_properties, parse_toml):
        with suppress(SourceError):
            assert list(parse(file)) is not None


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", '"c d"', "e.f"]), st.sampled_from(["1", "'x'", "[1, 'y']", "{z = 1}"])),
        max_size=5,
    )
)
def test_every_value_of_toml_is_there(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{name} = {value}\n" for name, value in dict(pairs).items())
    try:
        root = tomllib.loads(text)
    except ValueError:
        return
    assert len(toml(text)) == str(root).count("1") + str(root).count("x") + str(root).count("y")


@pytest.mark.parametrize(
    "text",
    [
        lambda size: "a=b\\\n" * size,
        lambda size: "a = \\:" * size,
        lambda size: "# a\n" * size,
    ],
)
def test_properties_take_linear_time(text: object) -> None:
    assert callable(text)
    assert grows_linearly(lambda size: properties(text(size)), 20_000)


@pytest.mark.parametrize(
    "text",
    [
        lambda size: "a = [" + "'x'," * size + "]",
        lambda size: "x = [" + '"\\u0041",' * size + "]",
        lambda size: "'\\" * size,
        lambda size: '"\\"' * size,
    ],
)
def test_toml_takes_linear_time(text: object) -> None:
    def parse(size: int) -> None:
        with suppress(SourceError):
            toml(text(size))  # type: ignore[operator]

    assert grows_linearly(parse, 5_000)
