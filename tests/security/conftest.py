"""One watched run of a hostile pipeline on hostile data, and what a browser saw of its pages."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from siting.grid import make_grid
from siting.outputs.map.page import write as write_map
from siting.outputs.report.page import write as write_report

from ..outputs.report.conftest import make_results
from . import hostile, roots
from .browse import CHROMIUM
from .poison import poison


@dataclass(frozen=True)
class Run:
    """A finished run of the hostile world: its folders, and what it asked of the system."""

    done: roots.Watched
    world: Path
    out: Path
    store: Path
    home: Path

    @property
    def latest(self) -> Path:
        return self.out / "latest"


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The hostile world, run by the command in a child that is watched."""
    folder = tmp_path_factory.mktemp("hostile")
    path = hostile.make(folder / "world")
    out, store, home = (folder / name for name in ("out", "store", "home"))
    arguments = ["run", str(path), "--out", str(out), "--json"]
    done = roots.run(arguments, home, store, trace=roots.has_strace())
    assert done.status == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    return Run(done, path.parent, out, store, home)


@pytest.fixture(scope="session")
def results() -> Any:
    """A run of the world in 80 columns, with all that a report can show."""
    return make_results(make_grid("EPSG:6933", 4.5e5, "world"))


@pytest.fixture(scope="session")
def poisoned(results: Any) -> Any:
    """The same run with hostile text in every field."""
    return poison(results)


@pytest.fixture(scope="session")
def seen(ran: Run, poisoned: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Chromium saw of the pages of both hostile runs, and of one that does run its text."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    folder = tmp_path_factory.mktemp("pages")
    write_map(poisoned, folder / "poisoned-map.html")
    write_report(poisoned, folder / "poisoned-report.html")
    control = "\n".join(each for each in hostile.MARKUP[:24] if "javascript:" not in each)
    (folder / "control.html").write_text(f"<p>a</p>\n{control}", "utf-8")
    pages = [ran.latest / "map.html", ran.latest / "report.html", *sorted(folder.iterdir())]
    child = [sys.executable, str(Path(__file__).with_name("browse.py")), *map(str, pages)]
    done = subprocess.run(child, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    return {(each["page"], each["policy"]): each for each in json.loads(done.stdout)}
