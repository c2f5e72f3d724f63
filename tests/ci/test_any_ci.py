"""The lines of the README for any other CI, run as they stand there."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from junitparser import JUnitXml

from policygate import __version__

PROJECT = Path(__file__).parents[2]
UNSOUND = {"app.env": "GOSUMDB=off\n", "sitecustomize.py": "raise SystemExit('sprung')\n"}


def test_the_lines_judge_a_change(
    tmp_path: Path, merge_request: Callable[[Mapping[str, str]], Path], offline: Mapping[str, str]
) -> None:
    section = (PROJECT / "README.md").read_text(encoding="utf-8").partition("### In any other CI")[2]
    lines = section.partition("```sh\n")[2].partition("```")[0]
    assert f"=={__version__}'" in lines
    environment = {"PATH": f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin", "HOME": str(tmp_path), **offline}
    environment |= {"TMPDIR": str(tmp_path), "TARGET": "main"}
    root = merge_request(UNSOUND)
    done = subprocess.run(["bash", "-c", lines], cwd=root, check=False, capture_output=True, text=True, env=environment)
    assert (done.returncode, "error[gosumdb.off]" in done.stdout) == (1, True)
    (report,) = tmp_path.glob("tmp.*/junit.xml")
    assert any("gosumdb.off" in str(case.classname) for suite in JUnitXml.fromfile(str(report)) for case in suite)
