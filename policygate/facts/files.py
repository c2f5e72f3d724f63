"""The other files of a checkout, for formats that refer to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Files:
    """What a reader may look up by name; it sees nothing else of the checkout."""

    paths: Sequence[str]
    """Every path, from the root, in the order of their names."""
    read: Callable[[str], bytes | None]
    """The content of a path; None when there is no such file, or none that may be read."""


NO_FILES = Files((), lambda _: None)
"""For a file that is read on its own."""
