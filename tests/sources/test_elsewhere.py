"""Sources that are known by their checksums and lie in a folder of the user's."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from siting import units
from siting.check import check_file
from siting.errors import InputError, StorageError
from siting.findings import collect
from siting.grid import make_grid
from siting.pipeline.execute import read_source
from siting.run import run_plan
from siting.sources import catalogue
from siting.sources.catalogue import Elsewhere, cache_root, elsewhere, known_sources
from siting.sources.reading import _as_declared
from siting.store import sha256_file
from siting.terminal.listing import listed_sources

PIPELINE = """\
siting: 1
name: Known
grid: {crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -116, 41]}
sources: {wells: {source: wells}}
layers: {away: {distance.distance_to: {features: wells}}}
outputs: [away.tif]
"""


@pytest.fixture
def wells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    """A source of two wells whose file lies in the cache."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "wells.csv").write_text("x,y,depth\n500000,4400000,3\n510000,4410000,4\n")
    entry = Elsewhere(
        file="wells.csv", title="Wells", description="Two wells.", format="table", kind="points",
        status="measured", vintage="2020", licence="none", citation="nobody",
        obtain="Ask the owner", sha256=sha256_file(cache / "wells.csv"), bytes=0,
        columns={"depth": {"units": "km", "description": "depth"}},
        read={"longitude": "x", "latitude": "y", "crs": "EPSG:32611"},
    )  # fmt: skip
    monkeypatch.setenv("SITING_CACHE", str(cache))
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(catalogue, "elsewhere", lambda: {"wells": entry})
    return entry


def run(folder: Path) -> Any:
    (folder / "known.yaml").write_text(PIPELINE)
    return run_plan(check_file(folder / "known.yaml"), folder / "out")


def test_a_known_file_is_read_with_its_marks_and_units(wells: Elsewhere) -> None:
    grid = make_grid("EPSG:4326", 0.1, (-120, 38, -116, 41))
    found = read_source("wells", wells, wells.path, grid)
    assert found.geometry.x.tolist() == pytest.approx([-117, -116.883], abs=1e-3)
    assert found.attrs["columns"]["depth"]["units"] == "km"
    assert (found.attrs["status"], found.attrs["source"]) == ("measured", "Wells")


def test_a_run_uses_it(wells: Elsewhere, tmp_path: Path) -> None:
    run(tmp_path)
    assert (tmp_path / "out" / "latest" / "away.tif").is_file()


def test_a_changed_file_is_refused_also_after_a_run(wells: Elsewhere, tmp_path: Path) -> None:
    run(tmp_path)
    wells.path.write_text(wells.path.read_text().replace("510000", "520000"))
    with pytest.raises(InputError, match=r"^CHECKSUM_MISMATCH[\s\S]*wells\.csv"):
        run(tmp_path)


def test_an_absent_file_is_told_before_the_run_with_what_to_do(
    wells: Elsewhere, tmp_path: Path
) -> None:
    wells.path.unlink()
    with pytest.raises(InputError, match="^SOURCE_ABSENT") as caught:
        run(tmp_path)
    assert str(wells.path) in caught.value.found
    assert caught.value.fix.startswith("Ask the owner. Put it there, or set SITING_CACHE")
    assert "known.yaml:4:" in caught.value.where


def test_parts_have_checksums_of_their_own(wells: Elsewhere) -> None:
    part = wells.path.with_name("wells.prj")
    whole = wells.model_copy(update={"parts": {"wells.prj": "0" * 64}})
    assert not whole.is_here
    part.write_text("GEOGCS")
    assert whole.is_here
    with pytest.raises(InputError, match="^CHECKSUM_MISMATCH"):
        read_source("wells", whole, whole.path, make_grid("EPSG:4326", 1.0, (0, 0, 1, 1)))


def test_sources_are_listed_with_where_they_are(wells: Elsewhere) -> None:
    def places() -> dict[str, str]:
        return {row["name"]: row["where"] for row in listed_sources()}

    assert (places()["wells"], places()["elevation"]) == ("in the cache", "embedded")
    wells.path.unlink()
    assert places()["wells"] == "not here"


def test_the_folder_is_the_users_cache_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SITING_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_root() == tmp_path / "siting" / "data"
    monkeypatch.setenv("SITING_CACHE", "~nobody-of-that-name/data")
    with pytest.raises(StorageError, match=r"^HOME_UNKNOWN[\s\S]*set SITING_CACHE"):
        cache_root()


@pytest.mark.parametrize("name", sorted(elsewhere()))
def test_an_entry_can_be_read_as_it_says(name: str) -> None:
    entry = elsewhere()[name]
    declared = _as_declared(entry)
    assert declared.resolved_format() in {"raster", "features", "points", "table"}
    assert all(len(each) == 64 for each in entry.checksums.values())
    for column in (entry.columns or {}).values():
        assert units.compatible(column["units"], column["units"])
        assert column["description"]
    assert units.compatible(entry.units, entry.units)


def test_no_name_is_taken_twice() -> None:
    assert len(known_sources()) == len(catalogue.catalogue()) + len(elsewhere())


# Values of the files themselves, by their descriptions.
KNOWN = {
    "great_basin_cells": 5655,
    "gem_active_faults_harmonized": 13_696,
    "PB2002_boundaries": 241,
    "PB2002_steps": 5819,
    "significant_earthquakes": 23_412,
}


@pytest.fixture
def reference_cache(reference_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITING_CACHE", str(reference_data))


@pytest.mark.usefixtures("reference_cache")
@pytest.mark.parametrize("name", sorted(elsewhere()))
def test_the_real_file_is_the_one_that_is_known(name: str) -> None:
    entry = elsewhere()[name]
    if not entry.is_here:
        pytest.skip(f"the reference data lack {entry.file}")
    assert entry.path.stat().st_size == entry.bytes
    grid = make_grid("EPSG:5070", 10_000, (-2_000_000, 1_500_000, -1_200_000, 2_400_000))
    with collect() as findings:
        value = read_source(name, entry, entry.path, grid)
    told = {"FILE_INCOMPLETE"} if name == "gem_active_faults_harmonized" else set()
    assert {each.code for each in findings if each.severity == "warning"} == told
    if name == "great_basin_relief_30s":
        # Boundary Peak, Nevada's highest point, is 4,007 m; cells of 10 km lie below it.
        assert 3000 < float(value.max()) < 4007
        return
    assert len(value) == KNOWN[name]
    assert set(entry.columns or {}) <= set(value.columns)


def test_a_shapefile_with_a_part_that_nobody_knows_is_refused(
    reference_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = elsewhere()["gem_active_faults_harmonized"]
    (tmp_path / "geo").mkdir()
    for each in entry.files:
        shutil.copy(reference_data / "geo" / each, tmp_path / "geo" / each)
    monkeypatch.setenv("SITING_CACHE", os.fspath(tmp_path))
    entry.path.with_suffix(".dbf").write_bytes(b"")
    grid = make_grid("EPSG:4326", 1.0, (-120, 38, -116, 41))
    with pytest.raises(InputError, match=r"^CHECKSUM_MISMATCH[\s\S]*dbf"):
        read_source("faults", entry, entry.path, grid)
