"""Decide with a local `opa`: checked, started on a socket in a private folder, and gone when we are."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import IO, Any, Self

from policygate.engine.address import unix_address
from policygate.engine.decision import decision_of
from policygate.engine.embedded import FIELDS_HINT
from policygate.engine.faults import Fault, refuse
from policygate.engine.opa import ask_within, import_client, version_of
from policygate.engine.policies import Pack
from policygate.engine.portable import REFUSED
from policygate.errors import EngineError, PolicygateError

_KEEPER = Path(__file__).with_name("keeper.py")
_LONGEST_SOCKET = 100
"""Bytes; the path of a unix socket must fit in 104 on some systems."""


class LocalOpa:
    """An `opa` of our own; checking the policies and starting the server begin at once, side by side."""

    name = "opa"

    def __init__(self, pack: Pack, program: Path, *, deadline_s: float) -> None:
        self.version = ""
        self._pack = pack
        self._deadline_s = deadline_s
        self._folder = _write(pack)
        self._server = _Server(program, self._folder)
        self._fault: PolicygateError | None = None
        self._checking = Thread(target=self._check, args=(program,), daemon=True)
        self._checking.start()
        import_client()
