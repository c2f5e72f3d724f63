"""The place of vendor/modules.txt."""

import pytest

from policygate.facts.model import FileFacts
from policygate.facts.read.vendor import read


@pytest.mark.parametrize(
    ("path", "directory"),
    [("vendor/modules.txt", "."), ("a/vendor/modules.txt", "a"), ("a/vendor/b/vendor/modules.txt", "a/vendor/b")],
)
def test_the_directory_that_holds_vendor_is_the_fact(path: str, directory: str) -> None:
    assert read(path, b"# a.example/x v1.0.0\n\xff") == FileFacts(vendored=[directory])
