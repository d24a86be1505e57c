"""A value's key follows from all that makes it, and from nothing else."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds

from siting.check import check
from siting.io import yaml
from siting.pipeline import recipes as module
from siting.pipeline.recipes import Recipes, grid_recipe
from siting.pipeline.schema import Reference
from siting.store import Store

TEXT = """\
siting: 1
name: Keys
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]}
sources:
  heat: {file: heat.tif, units: mW m-2}
  volcanoes: {source: volcanoes_holocene}
layers:
  far: {distance.distance_to: {features: volcanoes}}
  near: {combine.nearness: {distance: far, half_distance: 40 km}}
  hot: {combine.above: {layer: heat, threshold: 60}}
  warm: {combine.rescale: {layer: heat, low: 30, high: 90}}
scoring:
  score: {overlay.weighted: {layers: {near: 2, warm: 1}}}
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    write(tmp_path, 50.0)
    return tmp_path


def write(folder: Path, value: float) -> None:
    with rasterio.open(
        folder / "heat.tif", "w", driver="GTiff", count=1, height=10, width=10, dtype="float32",
        crs="EPSG:4326", transform=from_bounds(-120, 35, -110, 45, 10, 10),
    ) as dataset:  # fmt: skip
        dataset.write(np.full((10, 10), value, "float32"), 1)


def made(folder: Path, text: str = TEXT) -> Recipes:
    plan = check(yaml.load(text, "keys.yaml"), folder)
    return Recipes(plan, Store(folder / "store"), verify=True)


def differing(one: Recipes, other: Recipes) -> set[str]:
    assert one.keys.keys() == other.keys.keys()
    return {name for name in one.keys if one.keys[name] != other.keys[name]}


def test_the_same_file_has_the_same_keys(folder) -> None:
    one = made(folder)
    assert differing(one, made(folder)) == set()
    assert len(set(one.keys.values())) == len(one.keys) == 7
    renamed = made(folder, TEXT.replace("name: Keys", "name: Other"))
    assert differing(one, renamed) == set()


ON_THE_GRID = {"heat", "far", "near", "hot", "warm", "score"}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("half_distance: 40 km", "half_distance: 41 km", {"near", "score"}),
        ("half_distance: 40 km", "half_distance: 40000 m", set()),
        ("threshold: 60", "threshold: 61", {"hot"}),
        ("near: 2", "near: 3", {"score"}),
        ("source: volcanoes_holocene", "source: calderas",
         {"volcanoes", "far", "near", "score"}),
        ("units: mW m-2}", "units: mW m-2, vintage: '2020'}", {"heat", "hot", "warm", "score"}),
        ("resolution: 1 degree", "resolution: 0.5 degree", ON_THE_GRID),
        ("bounds: [-120", "bounds: [-119", ON_THE_GRID),
    ],
)  # fmt: skip
def test_what_is_changed_changes_what_is_made_of_it(folder, old, new, changed) -> None:
    assert old in TEXT
    assert differing(made(folder), made(folder, TEXT.replace(old, new))) == changed


def test_an_edited_file_changes_what_is_made_of_it(folder) -> None:
    one = made(folder)
    write(folder, 51.0)
    other = made(folder)
    assert differing(one, other) == {"heat", "hot", "warm", "score"}
    digest = hashlib.sha256((folder / "heat.tif").read_bytes()).hexdigest()
    assert other.inputs["heat.tif"] == other.recipes["heat"]["sha256"] == digest


def test_other_libraries_change_every_key(folder, monkeypatch) -> None:
    one = made(folder)
    monkeypatch.setattr(module, "library_versions", lambda: {"numpy": "0"})
    other = made(folder)
    assert differing(one, other) == set(one.keys)
    assert other.derived("a", {}, ["near"]) != one.derived("a", {}, ["near"])


def test_other_code_changes_what_it_runs(folder, monkeypatch) -> None:
    one, digest = made(folder), module.code_digest

    def other(function, modules):
        return "other" if function.__name__ == "distance_to" else digest(function, modules)

    monkeypatch.setattr(module, "code_digest", other)
    assert differing(one, made(folder)) == {"far", "near", "score"}


def test_features_have_no_grid(folder) -> None:
    found = made(folder).recipes
    assert found["volcanoes"]["grid"] is None
    assert found["heat"]["grid"] == found["far"]["grid"] == {
        "crs": found["far"]["grid"]["crs"], "shape": [10, 10],
        "affine": [1.0, 0.0, -120.0, 0.0, -1.0, 45.0],
    }  # fmt: skip
    assert "WGS 84" in found["far"]["grid"]["crs"]


def test_a_reference_is_a_name_and_a_key(folder) -> None:
    found = made(folder)
    (argument,) = (
        each for each in found.recipes["near"]["call"]["arguments"].values() if type(each) is dict
    )
    assert argument == {"name": "far", "key": found.keys["far"], "part": ""}
    assert found.recipes["near"]["call"]["function"] == "combine.nearness"
    weights = found.recipes["score"]["call"]["arguments"]["layers"]
    assert [pair[0]["name"] for pair in weights] == ["near", "warm"]
    assert [pair[1] for pair in weights] == [2, 1]
    assert found.value({"a": [Reference("far"), (1.5, "x")], "b": None}) == {
        "a": [{"name": "far", "key": found.keys["far"], "part": ""}, [1.5, "x"]], "b": None,
    }  # fmt: skip


def test_the_domain_counts_where_it_is_used(folder) -> None:
    plain = made(folder)
    assert {each.get("domain") for each in plain.recipes.values()} == {None}


def test_what_the_run_makes_itself_has_keys_of_all_it_is_made_of(folder) -> None:
    found = made(folder)
    base = found.derived("allowed", {"a": 1}, ["near", "hot"])
    others = [
        found.derived("other", {"a": 1}, ["near", "hot"]),
        found.derived("allowed", {"a": 2}, ["near", "hot"]),
        found.derived("allowed", {"a": 1}, ["near"]),
        found.derived("allowed", {"a": 1}, ["hot", "near"]),
    ]
    assert len({base, *others}) == 5
    assert found.derived("allowed", {"a": 1}, ["near", "hot"]) == base
    changed = made(folder, TEXT.replace("threshold: 60", "threshold: 61"))
    assert changed.derived("allowed", {"a": 1}, ["near", "hot"]) != base


def test_files_beside_a_source_are_known(folder) -> None:
    (folder / "heat.tif.aux.xml").write_text("<PAMDataset/>")
    found = made(folder)
    digest = hashlib.sha256(b"<PAMDataset/>").hexdigest()
    assert found.beside == {"heat": {"heat.tif.aux.xml": digest}}
    assert differing(found, made(folder)) == set()


def test_grids_are_told_apart_by_place_and_system(folder) -> None:
    grid = made(folder).plan.grid
    assert grid_recipe(grid) == made(folder).grid
    assert grid_recipe(grid[0:5, 0:10])["shape"] == [5, 10]
