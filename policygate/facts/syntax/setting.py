"""A named value of a configuration file, whatever its format."""

from typing import NamedTuple

from policygate.location import At


class Setting(NamedTuple):
    """A value and its place."""

    name: str
    """With the sections or tables that hold it, joined by dots."""
    text: str
    """As the program that reads the file gets it."""
    at: At
    """The value, without its quotes; the lines that hold it where that is not clear."""
