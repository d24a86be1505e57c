"""A run asked for once more is found without planning where nothing changed, and only then."""

import dataclasses
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from siting import cli
from siting.check import check_file
from siting.pipeline.watcher import Watcher
from siting.publish import lock
from siting.run import run_plan
from siting.run.unchanged import asked_for, remember

from .. import small_world
from ..commands import Done, siting

ROOT = Path(__file__).parents[2]
# More candidates than there is room for, which is a warning; no pages, which take longest.
TEXT = small_world.PIPELINE.partition("outputs:")[0].replace("count: 8", "count: 5000")
TEXT += "outputs: [candidates.csv, score.tif]\n"


class World(NamedTuple):
    """A pipeline that has been run, and how to run it again."""

    folder: Path
    capsys: pytest.CaptureFixture
    planned: list[Path]

    @property
    def pipeline(self) -> Path:
        return self.folder / "small.yaml"

    @property
    def heat(self) -> Path:
        return self.folder / "heat.tif"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def latest(self) -> Path:
        return (self.out / "latest").resolve()

    @property
    def record(self) -> Path:
        (found,) = (self.folder / "store" / "asked").iterdir()
        return found

    def run(self, *options: object) -> Done:
        return siting(self.capsys, "run", self.pipeline, "--out", self.out, *options)

    def plans(self, *options: object) -> bool:
        """Whether the command, called now, makes a plan; all goes well in either case."""
        del self.planned[:]
        done = self.run(*options)
        assert done.code == 0, done.err
        return bool(self.planned)


@pytest.fixture
def world(tmp_path, monkeypatch, capsys) -> World:
    """A small world that has been run once."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("SITING_CACHE", str(tmp_path / "cache"))
    planned = []

    def checked(path, resolution=None):
        planned.append(path)
        return check_file(path, resolution)

    monkeypatch.setattr("siting.check.check_file", checked)
    small_world.make(tmp_path, TEXT)
    found = World(tmp_path, capsys, planned)
    assert found.plans()
    return found


def told(text: str) -> str:
    """What is said but for the time and memory that it took."""
    return re.sub(r"[\d.]+ s, peak memory .*|\"(seconds|peak_memory)\": [\d.]+", "", text)


# --- the same answer -----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_is_said_is_what_planning_says(world, options):
    del world.planned[:]
    quick = world.run(*options)
    assert world.planned == []
    world.record.unlink()
    usual = world.run(*options)
    assert world.planned == [world.pipeline]
    assert told(quick.out) == told(usual.out)
    assert told(quick.err) == told(usual.err)
    assert "CANDIDATES_FEW" in quick.out + quick.err


def test_each_resolution_is_a_request_of_its_own(world):
    assert world.plans("--resolution", "0.2 degree")
    coarse = world.latest
    assert not world.plans()
    assert world.latest != coarse
    assert not world.plans("--resolution", "0.2 degree")
    assert world.latest == coarse


def test_strict_refuses_the_warnings_of_a_run_that_is_there(world):
    del world.planned[:]
    quick = world.run("--strict")
    assert (quick.code, world.planned) == (3, [])
    world.record.unlink()
    usual = world.run("--strict")
    assert (usual.code, usual.err) == (quick.code, quick.err)
    assert "STRICT" in quick.err


def test_another_result_of_the_same_identity_is_told(world):
    other = world.latest.with_name(f"{world.latest.name}-01234567")
    other.mkdir()
    del world.planned[:]
    assert "RUN_DIFFERS" in world.run().out
    assert world.planned == []


def test_a_folder_that_another_run_writes_to_is_left_alone(world):
    with lock(world.out):
        done = world.run()
    assert done.code != 0
    assert "RUN_LOCKED" in done.err


@pytest.mark.parametrize("option", ["--fresh", "--verify"])
def test_what_asks_for_more_is_planned(world, option):
    assert world.plans(option)


# --- whatever changes is noticed -----------------------------------------------------------------


def edit_text(world: World) -> None:
    world.pipeline.write_text(TEXT + "# nothing but a comment\n")


def edit_input_and_restore_its_time(world: World) -> None:
    status, content = world.heat.stat(), bytearray(world.heat.read_bytes())
    content[-1] ^= 1
    world.heat.write_bytes(content)
    os.utime(world.heat, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_input(world: World) -> None:
    wells = world.folder / "wells.csv"
    wells.write_text(wells.read_text().replace("Well 3", "Well 9"))


def bring_a_list_of_checksums(world: World) -> None:
    (world.folder / "SHA256SUMS").write_text(f"{'0' * 64}  other.tif\n")


def bring_a_side_file(world: World) -> None:
    (world.folder / "heat.aux.txt").write_text("looked at with heat.tif")


def lead_a_link_elsewhere(world: World) -> None:
    copy = world.folder / "copy.tif"
    world.heat.rename(copy)
    world.heat.symlink_to(copy)


def damage_a_result(world: World) -> None:
    (world.latest / "score.tif").write_bytes(b"nothing")


def remove_a_result(world: World) -> None:
    (world.latest / "candidates.csv").unlink()


def damage_the_manifest(world: World) -> None:
    manifest = world.latest / "manifest.json"
    manifest.write_text(manifest.read_text().replace("Small world", "Other world"))


def remove_the_run(world: World) -> None:
    world.latest.rename(world.folder / "gone")


def damage_the_record(world: World) -> None:
    content = bytearray(world.record.read_bytes())
    content[40] ^= 1
    world.record.write_bytes(content)


def empty_the_record(world: World) -> None:
    world.record.write_bytes(b"")


CHANGES = (
    edit_text, edit_input_and_restore_its_time, replace_input, bring_a_list_of_checksums,
    bring_a_side_file, lead_a_link_elsewhere, damage_a_result, remove_a_result,
    damage_the_manifest, remove_the_run, damage_the_record, empty_the_record,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_planned_once_and_then_found_again(world, change):
    assert not world.plans()
    change(world)
    assert world.plans()
    assert not world.plans()


def test_an_input_that_is_touched_is_read_and_found_the_same(world):
    world.heat.touch()
    assert not world.plans()


def test_an_input_that_is_gone_is_an_error(world):
    world.heat.unlink()
    assert "FILE_MISSING" in world.run().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("siting.run.unchanged.library_versions", {"numpy": "0.1"}),
        ("siting.outputs.writers.digest", "other code"),
        ("siting.run.unchanged.codes", ("ONE_CODE",)),
    ],
)
def test_other_code_and_libraries_are_other_requests(world, monkeypatch, name, value):
    monkeypatch.setattr(name, lambda: value)
    assert world.plans()


def test_another_catalogue_is_another_request(world, monkeypatch):
    (world.folder / "data").mkdir()
    (world.folder / "data" / "catalogue.yaml").write_text("a: 1\n")
    monkeypatch.setattr("siting.run.unchanged.data_root", lambda: world.folder / "data")
    before = asked_for(world.pipeline, None)
    (world.folder / "data" / "catalogue.yaml").write_text("a: 2\n")
    assert asked_for(world.pipeline, None) != before
    assert world.plans()


@pytest.mark.parametrize("variable", ["SITING_CACHE", "SITING_STORE"])
def test_another_folder_of_the_user_is_another_request(world, monkeypatch, variable):
    monkeypatch.setenv(variable, str(world.folder / "other"))
    assert world.plans()


def test_another_folder_of_results_is_computed_for(world):
    assert siting(world.capsys, "run", world.pipeline, "--out", world.folder / "b").code == 0
    assert (world.folder / "b" / "latest" / "score.tif").is_file()


# --- nothing is noted that is not known ----------------------------------------------------------


class Editor(Watcher):
    """Edits a file while the run goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def done(self, name: str) -> None:
        """Append a comment once the results are there."""
        if name == "results":
            self.path.write_text(self.path.read_text() + "# edited\n")


def test_a_file_that_was_edited_meanwhile_is_not_noted(world):
    world.record.unlink()
    asked = asked_for(world.pipeline, None)
    plan = check_file(world.pipeline)
    outcome = run_plan(plan, world.out, fresh=True, progress=Editor(world.pipeline))
    remember(asked, plan, outcome, world.out)
    assert not list((world.folder / "store" / "asked").iterdir())


def test_a_plan_of_another_text_is_not_noted(world):
    world.record.unlink()
    plan = check_file(world.pipeline)
    outcome = run_plan(plan, world.out)
    other = dataclasses.replace(plan, text=plan.text + "# other\n")
    remember(asked_for(world.pipeline, None), other, outcome, world.out)
    assert not list((world.folder / "store" / "asked").iterdir())


def test_a_source_that_is_no_local_file_is_not_noted(world):
    world.record.unlink()
    plan = check_file(world.pipeline)
    outcome = run_plan(plan, world.out)
    steps = tuple(
        dataclasses.replace(each, source=None) if each.name == "heat" else each
        for each in plan.steps
    )
    remember(
        asked_for(world.pipeline, None), dataclasses.replace(plan, steps=steps), outcome, world.out
    )
    assert not list((world.folder / "store" / "asked").iterdir())


def test_a_pipe_is_left_for_the_plan_to_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert asked_for(tmp_path / "pipe", None) is None
    assert asked_for(tmp_path / "nothing.yaml", None) is None


def test_every_option_of_run_is_part_of_a_request_or_none_of_its_matter():
    decide = {"pipeline", "resolution"}
    # Where to, how told, how much is computed or hashed again, on what: never which results.
    others = {"out", "as_json", "fresh", "verify", "strict"}
    others |= {"max_memory", "workers", "scheduler", "allow_remote"}
    assert set(inspect.signature(cli.run).parameters) - others == decide


OPENED = """
import json, sys
from pathlib import Path
from siting.check import check_file
from siting.pipeline.recipes import Recipes
from siting.run.manifest import described
from siting.store import Store
import siting.io.model, siting.estimate
opened = []
sys.addaudithook(lambda name, given: opened.append(given[0]) if name == "open" else None)
plan = check_file(Path(sys.argv[1]))
described(plan, Recipes(plan, Store(), False))
print(json.dumps([each for each in opened if isinstance(each, str)]))
"""


def test_planning_reads_nothing_that_a_request_does_not_know(world):
    done = subprocess.run(
        [sys.executable, "-c", OPENED, world.pipeline], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    opened = {Path(each).resolve() for each in json.loads(done.stdout)}
    row = json.loads(world.record.read_bytes())["content"]
    known = {world.pipeline, *map(Path, row["files"])}
    known |= {ROOT / "data" / name for name in row["identity"]["data"]}
    libraries = [Path(each).resolve() for each in (sys.prefix, sys.base_prefix, "/proc", "/sys")]
    own = [ROOT / "siting", world.folder / "store"]  # the code, and what is only remembered
    strange = [
        path
        for path in opened - known
        if not any(path.is_relative_to(each) for each in (*libraries, *own))
    ]
    assert strange == []
    assert world.pipeline in opened


# --- what it is for ------------------------------------------------------------------------------


MODULES = """
import sys
from siting.cli import main
try:
    main()
finally:
    print(*sys.modules)
"""


def test_no_library_is_imported_for_it(world):
    words = ("run", world.pipeline, "--out", world.out, "--json")
    done = subprocess.run(
        [sys.executable, "-c", MODULES, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, modules = done.stdout.rpartition("}")
    assert json.loads(said + "}")["reused_all"]
    loaded = {name.partition(".")[0] for name in modules.split()}
    heavy = {"numpy", "pandas", "xarray", "geopandas", "sklearn", "dask", "zarr", "numba", "odc"}
    assert loaded & heavy == set()
