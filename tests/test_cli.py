"""The command line as people and scripts meet it.

A process of its own takes seconds to load libraries: it is there for each command once, and where
the run is the point. What is said of mistakes needs none.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from . import commands, small_world


def siting(*arguments: str, folder: Path | None = None, store: Path | None = None):
    """Run the command in a process of its own."""
    import os

    environment = {**os.environ, **({"SITING_STORE": str(store)} if store else {})}
    return subprocess.run(
        [sys.executable, "-m", "siting.cli", *arguments],
        capture_output=True, text=True, cwd=folder, env=environment, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    return small_world.make(folder), folder


def test_run_prints_a_summary_and_writes_the_files(world):
    path, folder = world
    found = siting("run", str(path), "--out", str(folder / "out"), store=folder / "store")
    assert found.returncode == 0, found.stderr
    assert "Best candidates" in found.stdout
    assert "map.html" in found.stdout
    assert "score" in found.stderr  # a line a step, since stderr is no terminal here
    assert (folder / "out" / "latest" / "map.html").stat().st_size > 10_000


def test_json_on_stdout_is_nothing_but_json(world):
    path, folder = world
    found = siting("run", str(path), "--out", str(folder / "out2"), "--json", store=folder / "s2")
    outcome = json.loads(found.stdout)
    assert outcome["title"] == "Small world"
    assert "candidates.csv" in outcome["files"]


def test_mistakes_of_a_pipeline_end_with_exit_code_2(tmp_path, capsys):
    path = small_world.make(tmp_path, small_world.PIPELINE.replace("half_distance", "half"))
    found = commands.siting(capsys, "check", path)
    assert found.code == 2
    assert "CONFIG_UNKNOWN_KEY" in found.err
    assert "CONFIG_MISSING_KEY" in found.err
    assert "allowed: distance, half_distance" in found.err


def test_missing_input_ends_with_exit_code_3(tmp_path):
    path = small_world.make(tmp_path)
    (tmp_path / "heat.tif").unlink()
    found = siting("run", str(path), "--out", str(tmp_path / "out"), store=tmp_path / "store")
    assert found.returncode == 3
    assert "FILE_MISSING" in found.stderr
    assert "Traceback" not in found.stderr
    assert not (tmp_path / "out" / "latest").exists()


def test_missing_pipeline_ends_with_exit_code_3(tmp_path, capsys):
    found = commands.siting(capsys, "run", tmp_path / "none.yaml")
    assert found.code == 3
    assert "FILE_MISSING" in found.err


def test_error_is_json_too_where_that_was_asked_for(tmp_path, capsys):
    path = small_world.make(tmp_path, small_world.PIPELINE.replace("count: 8", "count: -8"))
    found = commands.siting(capsys, "check", path, "--json")
    (error,) = json.loads(found.out)["errors"]
    assert error["code"] == "CONFIG_VALUE"
    assert "count" in error["where"]


def test_folder_that_cannot_be_written_ends_with_exit_code_4(world, capsys):
    path, folder = world
    (folder / "file").write_text("in the way")
    found = commands.siting(capsys, "run", path, "--out", folder / "file" / "o")
    assert found.code == 4
    assert "NOT_WRITABLE" in found.err


def test_lists_name_functions_with_units_and_sources_with_licences(capsys):
    listed = commands.siting(capsys, "layers", "--json").out
    rows = {row["name"]: row for row in json.loads(listed)}
    heat = rows["heat.conductive_temperature"]
    assert heat["arguments"]["heat_flow"] == "layer [mW m-2]"
    assert heat["returns"] == {"": "layer [degC]"}
    assert heat["description"]
    sources = json.loads(commands.siting(capsys, "sources", "--json").out)
    assert {"elevation", "volcanoes_holocene"} <= {row["name"] for row in sources}
    assert all(row["licence"] for row in sources)


@pytest.mark.parametrize("command", ["layers", "sources", "doctor", "schema", "version", "--help"])
def test_command_prints_something_and_succeeds(command, tmp_path):
    found = siting(command, store=tmp_path)
    assert found.returncode == 0, found.stderr
    assert len(found.stdout) > 4


def test_doctor_finds_a_damaged_installation(monkeypatch):
    from siting.sources import catalogue as module
    from siting.terminal import doctor

    whole = doctor.examine()
    assert all(row["ok"] for row in whole)
    entry = module.catalogue()["lab_depth"]
    damaged = {"lab_depth": entry.model_copy(update={"sha256": "0" * 64})}
    monkeypatch.setattr(module, "catalogue", lambda: damaged)
    row = next(each for each in doctor.examine() if each["name"] == "embedded data")
    assert not row["ok"]
    assert "lab_depth" in row["fix"]


def test_doctor_tells_kernels_and_extras():
    from siting.terminal import doctor

    rows = {row["name"]: row for row in doctor.examine()}
    assert "MB in " in rows["compiled kernels"]["found"]
    assert "netcdf yes" in rows["extras"]["found"]


def test_estimate_tells_cells_bytes_and_seconds(world):
    path, folder = world  # in a process: it is no command of those above
    found = json.loads(siting("estimate", str(path), "--json", store=folder / "store").stdout)
    assert found["cells"] == 40 * 30
    assert found["store_bytes"] > 0
    assert 0 < found["seconds"] < 600


def test_estimate_of_another_resolution_counts_its_cells(capsys):
    given = "estimate", "geothermal", "--resolution", "25 km", "--json"
    found = json.loads(commands.siting(capsys, *given).out)
    assert (found["rows"], found["columns"]) == (546, 1388)
