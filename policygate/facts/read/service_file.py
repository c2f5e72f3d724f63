"""To be written."""

from policygate.facts.model import FileFacts


def read(_path: str, _data: bytes) -> FileFacts:
    """Nothing yet."""
    return FileFacts()
