"""Load the policies: the shipped ones by their index where it is current, all others by reading them."""

from collections.abc import Sequence
from pathlib import Path

from policygate.engine.index import read_index
from policygate.engine.pack import Entry, Folder, Pack, PolicyFile, parameters_schema, shipped_folder

__all__ = ["Entry", "Folder", "Pack", "PolicyFile", "load_pack", "parameters_schema", "shipped_folder"]


def load_pack(extra_folders: Sequence[Path | Folder] = (), *, shipped: Path | None = None) -> Pack:
    """Load the shipped policies and those of users' folders (or single files); tests (`_test.rego`) are left out.

    Raises: PolicyError, one for all faults together.
    """
    home = shipped or shipped_folder()
    indexed = None if extra_folders else read_index(home)
    if indexed is not None:
        return indexed
    from policygate.engine.describe import describe_policies  # noqa: PLC0415 - reading policies takes its time

    return describe_policies(home, extra_folders)
