"""Record what go does with every list: `python -m tests.facts.go.oracle.record` (about ten minutes)."""

import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.facts.go.oracle.chains import List, Observed, all_lists, encode
from tests.facts.go.oracle.servers import MODULE, VERSION, Proxies, download, observe

FILE = Path(__file__).parents[1] / "walks.json"
WORKERS = 6
"""More than there are processors: a go command that waits costs nothing."""


def main() -> None:
    """Write the file."""
    version = subprocess.run(["go", "env", "GOVERSION"], check=True, capture_output=True, text=True).stdout.strip()
    lists = list(all_lists())
    with TemporaryDirectory() as folder, Proxies() as proxies, ThreadPoolExecutor(WORKERS) as pool:
        results = pool.map(partial(record, proxies, Path(folder)), range(len(lists)), lists)
        observed = dict(zip(lists, results, strict=True))
    command = f"go mod download -json {MODULE}@{VERSION}"
    FILE.write_text(encode(observed, version, command), encoding="utf-8")
    sys.stdout.write(f"{len(lists)} lists, {Counter(it[0] for it in observed.values())}\n")


def record(proxies: Proxies, folder: Path, number: int, entries: List) -> Observed:
    """What happens with one list; the cache is removed again."""
    case = f"c{number}"
    observed = observe(proxies, download(proxies, case, entries, folder, {}))
    shutil.rmtree(folder / "gopath" / case, ignore_errors=True)
    return observed


if __name__ == "__main__":
    main()
