"""vendor/modules.txt, with everything in it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.model import FileFacts, Vendor, VendoredModule
from policygate.facts.read.vendor import read
from policygate.location import At, Position

TEXT = """\
## workspace
x.test/before/any/module
# x.test/a v1.0.0
## explicit; go 1.20
x.test/a
x.test/a/sub+plus
not a package
.../x
-x
# x.test/b v1.1.0 => ../é b
## explicit
# x.test/c v1.2.0 => x.test/d v1.3.0
## go 1.21 ;explicit;
##explicit
x.test/c\r
# x.test/e => ./e
# x.test/a v1.0.0
x.test/a/more
# x.test/f => ./f g
# x.test/g
x.test/a/still
# x.test/h what
x.test/h/nowhere
# x.test/i v1 => x.test/j master
#x.test/k v1.0.0
"""


def module(
    line: int, words: str, *, explicit: bool = False, target: str = " ", go: str = "", packages: str = ""
) -> VendoredModule:
    path, _, version = words.partition(" ")
    new_path, _, new_version = target.partition(" ")
    end = len(TEXT.split("\n")[line - 1].rstrip()) + 1
    place = At(
        path="a/vendor/modules.txt",
        start=Position(line=line, column=1),
        end=Position(line=line, column=end),
        origin="text",
    )
    return VendoredModule(
        path=path,
        version=version,
        explicit=explicit,
        go_version=go,
        new_path=new_path,
        new_version=new_version,
        packages=packages.split(),
        at=place,
    )


def test_modules_with_their_marks_and_packages() -> None:
    (vendor,) = read("a/vendor/modules.txt", TEXT.encode()).vendors

    assert (vendor.file, vendor.directory, vendor.workspace) == ("a/vendor/modules.txt", "a", True)
    assert vendor.modules == [
        module(3, "x.test/a v1.0.0", explicit=True, go="1.20", packages="x.test/a x.test/a/sub+plus x.test/a/more"),
        module(10, "x.test/b v1.1.0", explicit=True),
        module(12, "x.test/c v1.2.0", explicit=True, target="x.test/d v1.3.0", go="1.21", packages="x.test/c"),
        module(16, "x.test/e", target="./e"),
        module(19, "x.test/f", packages="x.test/a/still"),
        module(24, "x.test/i v1"),
    ]


@pytest.mark.parametrize(
    ("path", "directory"),
    [("vendor/modules.txt", "."), ("a/vendor/modules.txt", "a"), ("a/vendor/b/vendor/modules.txt", "a/vendor/b")],
)
def test_an_empty_list(path: str, directory: str) -> None:
    vendor = Vendor(file=path, directory=directory, workspace=False, modules=[])

    assert read(path, b"") == FileFacts(vendors=[vendor])


@given(st.binary() | st.text(st.sampled_from("# =>v1.;go\n explicitworkspacexé/\r")).map(str.encode))
def test_no_input_makes_the_reader_fail(data: bytes) -> None:
    (vendor,) = read("vendor/modules.txt", data).vendors

    lines = data.decode("utf-8", "replace").split("\n")
    for vendored in vendor.modules:
        at = vendored.at
        assert lines[at.start.line - 1][at.start.column - 1 : at.end.column - 1].startswith("# ")


@pytest.mark.parametrize(
    "text",
    [
        "# x.test/a v1.0.0\n" + "x/" * 2_500_000,
        "# x.test/a v1.0.0\n## " + "explicit;" * 500_000,
        "# " + "x " * 2_500_000,
        "".join(f"# x.test/a{i} v1.0.0\n## explicit\nx.test/a{i}\n" for i in range(50_000)),
        "# x.test/a v1.0.0\n" * 200_000,
    ],
    ids=lambda text: repr(text[:30]),
)
def test_time_is_linear_in_the_size_of_the_file(text: str) -> None:
    started = time.process_time()
    read("vendor/modules.txt", text.encode())

    assert time.process_time() - started < 30
