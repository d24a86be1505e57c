"""The same places in another vector file or table: the same scores and candidates."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Known
from .files import Write, every, read_with, write_vector
from .world import World, assert_same

SEEDS = st.integers(0, 3)
FEW = settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _vector(name: str, **options: Any) -> Write:
    def write(world: World, folder: Path) -> str:
        write_vector(folder / name, world.faults, **options)
        return f"{{file: {name}, status: measured}}"

    return write


def _reversed(world: World, folder: Path) -> str:
    frame = world.faults.iloc[::-1].assign(geometry=world.faults.geometry.iloc[::-1].reverse())
    write_vector(folder / "reversed.gpkg", frame)
    return "{file: reversed.gpkg, status: measured}"


def _columns(world: World, folder: Path) -> str:
    write_vector(folder / "columns.gpkg", world.faults.assign(more=1)[["more", "name", "geometry"]])
    return "{file: columns.gpkg, status: measured}"


# Coordinates of binary formats are exact; GeoJSON has 15 digits; vertices that are put in from the
# other end differ in their last digits.
VECTORS: dict[str, tuple[Write, float]] = {
    "Shapefile": (_vector("f.shp"), 0),
    "GeoJSON": (_vector("f.geojson", COORDINATE_PRECISION=15), 1e-9),
    "FlatGeobuf": (_vector("f.fgb"), 0),
    "GeoParquet": (_vector("f.parquet"), 0),
    "rows and lines the other way round": (_reversed, 1e-6),
    "other columns": (_columns, 0),
}


@pytest.mark.parametrize(("seed", "way"), every(VECTORS))
def test_features_say_the_same_in_every_way_of_writing_them(
    known: Known, way: str, seed: int
) -> None:
    world, folder, plain = known(seed, "faults")
    write, tolerance = VECTORS[way]
    assert_same(plain, read_with(folder, "faults", write(world, folder)), tolerance)


@pytest.mark.parametrize("crs", [32611, 3857, 5070])
@given(seed=SEEDS)
@FEW
def test_lines_are_where_they_were_after_projection_and_back(
    known: Known, crs: int, seed: int
) -> None:
    world, folder, _ = known(seed, "faults")
    # Straight lines bend when they are projected, and distances are those to vertices half a
    # cell apart: with vertices nearer than that no others are put in, here and there.
    dense = gpd.GeoDataFrame(geometry=world.faults.segmentize(0.02))
    write_vector(folder / "dense.gpkg", dense)
    write_vector(folder / "projected.gpkg", dense.to_crs(crs))
    plain, other = (
        read_with(folder, "faults", f"{{file: {name}.gpkg, status: measured}}")
        for name in ("dense", "projected")
    )
    assert_same(plain, other, 1e-6)  # distances are float32


def _csv(**options: Any) -> Write:
    def write(world: World, folder: Path) -> str:
        world.wells.to_csv(folder / "w.csv", index=False, **options)
        return "{file: w.csv, status: measured}"

    return write


def _around_the_other_way(world: World, folder: Path) -> str:
    world.wells.assign(lon=world.wells.lon + 360).to_csv(folder / "w.csv", index=False)
    return "{file: w.csv, status: measured}"


def _other_names(world: World, folder: Path) -> str:
    renamed = world.wells.rename(columns={"lon": "X_WELL", "lat": "Y_WELL"})
    renamed.to_csv(folder / "w.csv", index=False)
    return "{file: w.csv, status: measured, longitude: X_WELL, latitude: Y_WELL}"


def _points(world: World, folder: Path) -> str:
    places = gpd.points_from_xy(world.wells.lon, world.wells.lat)
    write_vector(folder / "w.gpkg", gpd.GeoDataFrame(world.wells, geometry=places, crs=4326))
    return "{file: w.gpkg, status: measured}"


def _table_of_parquet(world: World, folder: Path) -> str:
    world.wells.to_parquet(folder / "w.parquet")
    return "{file: w.parquet, status: measured, format: points}"


TABLES: dict[str, Write] = {
    "semicolons": _csv(sep=";"),
    "semicolons and decimal commas": _csv(sep=";", decimal=","),
    "tabs": _csv(sep="\t"),
    "bars": _csv(sep="|"),
    "with a byte order mark": _csv(encoding="utf-8-sig"),
    "UTF-16": _csv(encoding="utf-16"),
    "lines of Windows": _csv(lineterminator="\r\n"),
    "everything in quotes": _csv(quoting=1),
    "longitudes to 360": _around_the_other_way,
    "other names of columns": _other_names,
    "GeoPackage": _points,
    "Parquet": _table_of_parquet,
}


@pytest.mark.parametrize(("seed", "way"), every(TABLES))
def test_a_table_says_the_same_in_every_way_of_writing_it(
    known: Known, way: str, seed: int
) -> None:
    world, folder, plain = known(seed, "wells")
    other = read_with(folder, "wells", TABLES[way](world, folder))
    # 180 degrees and back cost the last digit of a longitude.
    assert_same(plain, other, 1e-9)


@given(seed=SEEDS, rows=st.permutations(range(5)), columns=st.permutations(range(4)))
@FEW
def test_the_order_of_rows_and_columns_of_a_table_does_not_matter(
    known: Known, seed: int, rows: list[int], columns: list[int]
) -> None:
    world, folder, plain = known(seed, "wells")
    world.wells.iloc[rows, columns].to_csv(folder / "mixed.csv", index=False)
    other = read_with(folder, "wells", "{file: mixed.csv, status: measured}")
    assert_same(plain, other)
