"""A pipeline from files to published results, on a small world with a known answer."""

import hashlib
import json
import os
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

from siting.check import check_file
from siting.errors import InputError, LockedError, SitingError, StorageError
from siting.pipeline.watcher import Watcher
from siting.publish import lock
from siting.run import run_plan

from . import small_world
from .small_world import BEST, PIPELINE


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of the test's own."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folder of a finished run of the small world."""
    folder = tmp_path_factory.mktemp("small")
    patch = pytest.MonkeyPatch()
    patch.setenv("SITING_STORE", str(folder / "store"))
    run_plan(check_file(small_world.make(folder / "world")), folder / "out")
    yield folder / "out"
    patch.undo()


class Steps(Watcher):
    """Names of the steps that were computed."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def done(self, name: str) -> None:
        self.names.append(name)


def run(path: Path, out: Path, **options):
    steps = Steps()
    outcome = run_plan(check_file(path), out, progress=steps, **options)
    return outcome, [name for name in steps.names if name != "results"]


def test_best_candidate_is_the_known_answer(finished):
    table = pd.read_csv(finished / "latest" / "candidates.csv")
    assert table.loc[0, ["longitude", "latitude"]].tolist() == pytest.approx(BEST, abs=1e-6)
    assert table["rank"].tolist() == list(range(1, len(table) + 1))


def test_score_is_the_weighted_mean_that_a_hand_works_out(finished):
    # Heat 120 gives 1; the best cell lies 4.3 km from the fault: 1 / (1 + (4.3/20)^2) = .955.
    best = pd.read_csv(finished / "latest" / "candidates.csv").iloc[0]
    distance = best.fault_distance
    # .05 degree of longitude at 39.05 N is 4.33 km; the line's vertices stand half a cell apart.
    assert 4.33 <= distance < 4.5
    expected = (2 * 1.0 + 1 / (1 + (distance / 20) ** 2)) / 3
    assert best.score == pytest.approx(expected, abs=1e-6)


def test_contributions_sum_to_the_score(finished):
    table = pd.read_csv(finished / "latest" / "candidates.csv")
    parts = [name for name in table.columns if name.startswith("contribution_")]
    assert table[parts].sum(axis=1).to_numpy() == pytest.approx(table.score, abs=1e-6)


def test_every_table_holds_the_same_sites(finished):
    latest = finished / "latest"
    sites = set(pd.read_csv(latest / "candidates.csv").site_id)
    assert set(gpd.read_file(latest / "candidates.gpkg", layer="candidates").site_id) == sites
    assert set(gpd.read_file(latest / "candidates.geojson").site_id) == sites
    assert set(gpd.read_parquet(latest / "candidates.parquet").site_id) == sites


def test_score_raster_holds_the_answer(finished):
    with rasterio.open(finished / "latest" / "score.tif") as file:
        values = file.read(1)
        row, column = np.unravel_index(np.nanargmax(values), values.shape)
        assert file.xy(row, column) == pytest.approx(BEST, abs=1e-6)


def test_manifest_names_every_input_and_output_with_its_digest(finished):
    manifest = small_world.manifest(finished)
    assert set(manifest["inputs"]) == {"heat.tif", "faults.gpkg", "wells.csv"}
    world = finished.parent / "world"
    assert manifest["inputs"]["heat.tif"] == _sha256(world / "heat.tif")
    for name, entry in manifest["outputs"].items():
        assert _sha256(finished / "latest" / name) == entry["sha256"]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_exclusion_tells_what_it_removes(finished):
    # Cells farther than 150 km from 118 W, at 38..41 N: beyond 1.73 to 1.8 degrees of longitude.
    found = small_world.manifest(finished)["exclusions"]["far"]
    assert 0 < found["area"] < 40_000
    assert found["marginal"] == found["area"]


def test_same_input_gives_the_same_bytes_two_seconds_later(finished, tmp_path, store):
    time.sleep(2.1)
    path = small_world.make(tmp_path / "elsewhere")
    for name in ("heat.tif", "faults.gpkg"):  # their writers put clock times into them
        (path.parent / name).write_bytes((finished.parent / "world" / name).read_bytes())
    run(path, tmp_path / "out", fresh=True)
    first, second = (
        {each.name: _sha256(each) for each in (out / "latest").iterdir()}
        for out in (finished, tmp_path / "out")
    )
    assert first == second


def test_second_run_does_nothing(tmp_path, store):
    path = small_world.make(tmp_path)
    run(path, tmp_path / "out")
    outcome, steps = run(path, tmp_path / "out")
    assert (steps, outcome.computed, outcome.reused_all) == ([], 0, True)


def test_changed_weight_redoes_only_what_follows(tmp_path, store):
    path = small_world.make(tmp_path)
    run(path, tmp_path / "out")
    path.write_text(PIPELINE.replace("near_fault: 1}", "near_fault: 5}"))
    assert run(path, tmp_path / "out")[1] == ["score"]


def test_edited_input_is_noticed_though_its_time_stamp_is_restored(tmp_path, store):
    path = small_world.make(tmp_path)
    run(path, tmp_path / "out")
    before = (tmp_path / "heat.tif").stat()
    small_world.write_raster(tmp_path / "heat.tif", small_world.heat()[::-1].copy())
    os.utime(tmp_path / "heat.tif", ns=(before.st_atime_ns, before.st_mtime_ns))
    _, steps = run(path, tmp_path / "out")
    assert {"heat", "hot", "score"} <= set(steps)
    assert "fault_distance" not in steps


def test_failed_run_leaves_the_last_one_in_place(tmp_path, store):
    path = small_world.make(tmp_path)
    run(path, tmp_path / "out")
    before = (tmp_path / "out" / "latest").readlink()
    (tmp_path / "heat.tif").write_bytes(b"<html>404</html>")
    with pytest.raises(InputError, match="NOT_A_RASTER"):
        run(path, tmp_path / "out")
    assert (tmp_path / "out" / "latest").readlink() == before
    assert not list((tmp_path / "out" / ".staging").glob("*"))


def test_second_run_at_the_same_time_is_refused(tmp_path, store):
    path = small_world.make(tmp_path)
    with lock(tmp_path / "out"), pytest.raises(LockedError, match="LOCKED") as caught:
        run(path, tmp_path / "out")
    assert caught.value.exit_code == 75


def bad(name: str, change) -> tuple:
    return pytest.param(change, id=name)


def no_crs(folder: Path) -> str:
    small_world.write_raster(folder / "heat.tif", small_world.heat(), crs=None)
    return "CRS_MISSING"


def undeclared_nodata(folder: Path) -> str:
    values = small_world.heat()
    values[3, 4] = -9999
    small_world.write_raster(folder / "heat.tif", values, nodata=None)
    return "NODATA_UNDECLARED"


def another_place(folder: Path) -> str:
    transform = rasterio.transform.from_origin(10, 50, 0.1, 0.1)
    with rasterio.open(folder / "heat.tif", "w", driver="GTiff", height=30, width=40, count=1,
                       dtype="float32", crs="EPSG:4326", transform=transform) as file:  # fmt: skip
        file.write(small_world.heat(), 1)
    return "OUTSIDE_GRID"


def empty(folder: Path) -> str:
    small_world.write_raster(folder / "heat.tif", np.full((30, 40), -9999.0, "float32"))
    return "LAYER_EMPTY"


def swapped(folder: Path) -> str:
    rows = "site_id,name,lon,lat\n001,A,39.0,-118.0\n002,B,39.1,-118.2\n"
    (folder / "wells.csv").write_text(rows)
    return "LATLON_SWAPPED"


def broken_csv(folder: Path) -> str:
    (folder / "wells.csv").write_text("site_id,name,lon,lat\n001,A,,39\n002,B,-118,NA\n")
    return "COORD_INVALID"


@pytest.mark.parametrize(
    "change",
    [
        bad("no CRS", no_crs),
        bad("undeclared nodata", undeclared_nodata),
        bad("layer of another place", another_place),
        bad("empty layer", empty),
        bad("latitude and longitude swapped", swapped),
        bad("coordinates missing", broken_csv),
    ],
)
def test_bad_input_is_refused_with_its_code_and_place(tmp_path, store, change):
    path = small_world.make(tmp_path)
    code = change(tmp_path)
    with pytest.raises(InputError, match=rf"{code}(.|\n)*where: +sources\.") as caught:
        run(path, tmp_path / "out")
    assert caught.value.exit_code == 3
    assert not (tmp_path / "out" / "latest").exists()


LEARNED = PIPELINE.replace(
    "candidates:",
    "  learned: {learned.classifier: {features: [hot, near_fault], labels: wells,\n"
    "    background: 200, bootstraps: 2,\n"
    "    model: {sklearn.linear_model.LogisticRegression: {}}}}\ncandidates:",
)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (["001,A,10,50", "002,B,11,51"], "SITES_OUTSIDE"),
        (["001,A,-118,39"], "TOO_FEW_POSITIVES"),
    ],
)
def test_labels_that_cannot_be_learned_from_are_refused(tmp_path, store, rows, code):
    path = small_world.make(tmp_path, LEARNED)
    (tmp_path / "wells.csv").write_text("\n".join(["site_id,name,lon,lat", *rows]) + "\n")
    with pytest.raises(InputError, match=code):
        run(path, tmp_path / "out")


def test_learned_runs_beside_the_index(tmp_path, store):
    path = small_world.make(tmp_path, LEARNED)
    run(path, tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "latest" / "candidates.csv")
    assert table.learned.between(0, 1).all()


def test_folder_that_cannot_be_written_is_a_storage_error(tmp_path, store):
    path = small_world.make(tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="NOT_WRITABLE") as caught:
        run(path, tmp_path / "file" / "out")
    assert caught.value.exit_code == 4


def test_warnings_are_errors_where_strict_is_asked_for(tmp_path, store):
    path = small_world.make(tmp_path, PIPELINE.replace("count: 8", "count: 5000"))
    with pytest.raises(SitingError, match="STRICT"):
        run(path, tmp_path / "out", strict=True)
    assert not (tmp_path / "out" / "latest").exists()
    outcome, _ = run(path, tmp_path / "out")
    assert [each.code for each in outcome.findings if each.severity == "warning"]


def test_accepted_warning_is_a_note_with_its_reason(tmp_path, store):
    text = PIPELINE.replace("count: 8", "count: 5000")
    run(small_world.make(tmp_path, text), tmp_path / "out")
    (code,) = {
        each["code"]
        for each in small_world.manifest(tmp_path / "out")["findings"]
        if each["severity"] == "warning"
    }
    path = small_world.make(tmp_path, text + f"accept: {{{code}: the region is small}}\n")
    outcome, _ = run(path, tmp_path / "out", strict=True)
    accepted = next(each for each in outcome.findings if each.code == code)
    assert accepted.severity == "note"
    assert "the region is small" in accepted.message


def test_hostile_name_stays_text_in_the_map(tmp_path, store):
    path = small_world.make(tmp_path)
    rows = 'site_id,name,lon,lat\n001,"</script><img src=x onerror=alert(1)>",-118,39\n'
    (tmp_path / "wells.csv").write_text(rows)
    run(path, tmp_path / "out")
    page = (tmp_path / "out" / "latest" / "map.html").read_text()
    assert "<img src=x" not in page
    assert "\\u003cimg src=x" in page


def test_outcome_is_json(tmp_path, store):
    outcome, _ = run(small_world.make(tmp_path), tmp_path / "out")
    assert json.loads(json.dumps(outcome.as_dict()))["run_id"] == outcome.run_id
