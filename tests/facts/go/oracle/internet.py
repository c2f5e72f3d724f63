"""What is not on the loopback, as one program on the loopback."""

import json
import queue
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

_GO_MOD = """module internet

go {version}

require golang.org/x/mod v0.0.0

replace golang.org/x/mod => ./mod
"""
LONGEST_S = 60.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Internet:
    """What is not on the loopback; see `internet.go`."""

    proxy: str
    plain: str
    """The checksum database without TLS."""
    verifier: str
    authority: Path
    process: "subprocess.Popen[str]"
    requests: "queue.SimpleQueue[str]"

    def seen(self) -> list[str]:
        """The requests since the last call, as `host/path?query`."""
        last = f"{self.plain}/latest?end"
        with _OPENER.open(last, timeout=LONGEST_S):
            return list(iter(partial(self.requests.get, timeout=LONGEST_S), last.removeprefix("http://")))

    def stop(self) -> None:
        """End the program."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(LONGEST_S)
        self.process.stdout.close()


def start(folder: Path, environment: Mapping[str, str], hosts: Sequence[str]) -> Internet:
    """Build and start the program in a folder of its own; its certificate is for the given hosts."""
    environment = {
        **environment,
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    root, version = subprocess.run(
        ["go", "env", "GOROOT", "GOVERSION"], check=True, capture_output=True, text=True, env=environment
    ).stdout.split()
    shutil.copytree(Path(root) / "src/cmd/vendor/golang.org/x/mod", folder / "mod")
    shutil.copy(Path(__file__).parent / "internet.go", folder / "main.go")
    (folder / "mod/go.mod").write_text("module golang.org/x/mod\n\ngo 1.24\n")
    (folder / "go.mod").write_text(_GO_MOD.format(version=version.removeprefix("go")))
    subprocess.run(["go", "build", "-o", "internet.bin", "."], check=True, cwd=folder, env=environment)
    process = subprocess.Popen(
        [str(folder / "internet.bin"), *hosts], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    head = json.loads(process.stdout.readline())
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_copy, args=(process.stdout, requests), daemon=True).start()
    authority = folder / "authority.pem"
    authority.write_text(head["authority"])
    return Internet(head["proxy"], head["plain"], head["verifier"], authority, process, requests)


def _copy(lines: Iterable[str], requests: "queue.SimpleQueue[str]") -> None:
    for line in lines:
        requests.put(line.rstrip("\n"))
