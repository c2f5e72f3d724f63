"""vendor/modules.txt, of which only the place matters here (https://go.dev/ref/mod#vendoring)."""

from pathlib import PurePosixPath

from policygate.facts.model import FileFacts


def read(path: str, data: bytes) -> FileFacts:  # noqa: ARG001 - every reader has this form
    """The directory that holds the vendor directory; `.` is the root of the checkout."""
    return FileFacts(vendored=[PurePosixPath(path).parent.parent.as_posix()])
