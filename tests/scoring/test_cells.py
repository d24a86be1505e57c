"""Tables of cells: each row is one sample, in doubt none is taken."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siting.errors import InputError, SitingError
from siting.findings import collect
from siting.io.table import read_points
from siting.scoring.cells import cells_table
from siting.scoring.folds import places

ALBERS = "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-117 +datum=NAD83"


def cells(**columns: Any) -> gpd.GeoDataFrame:
    """Six cells of four systems, two of them known."""
    given = {
        "hot": [9.0, 8.0, 7.0, 3.0, 2.0, 1.0],
        "near": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "known": [1, 1, 1, 0, 0, 0],
        "system": ["a", "a", "b", "c", "c", "d"],
        "block": ["w", "w", "w", "e", "e", "e"],
        "share": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    }
    geometry = gpd.points_from_xy(np.arange(6) * 0.1, [40.0] * 6, crs="EPSG:4326")
    frame = gpd.GeoDataFrame({**given, **columns}, geometry=geometry)
    frame.attrs = {"name": "cells", "columns": {"hot": "degC"}}
    return frame


def table(frame: gpd.GeoDataFrame, **options: Any) -> Any:
    options = {"target": "known", "group": "system", **options}
    return cells_table(frame, options.pop("columns", ["hot", "near"]), **options)


def test_a_cell_is_a_sample_with_its_place_group_region_and_units() -> None:
    found = table(cells(), region="block")
    where = places(found.X)
    assert found.X.to_numpy().tolist() == [[9, 1], [8, 2], [7, 3], [3, 4], [2, 5], [1, 6]]
    assert found.y.dtype.kind == "i"
    assert found.y.tolist() == [1, 1, 1, 0, 0, 0]
    assert where.group.tolist() == [0, 0, 1, 2, 2, 3]
    assert where.region.tolist() == ["w"] * 3 + ["e"] * 3
    assert where.longitude.tolist() == pytest.approx(np.arange(6) * 0.1)
    assert found.names == ("a", "a", "b", "c", "c", "d")
    assert found.record["units"] == {"hot": "degC"}
    assert not found.background.any()
    assert found.weight is None


def test_places_are_true_from_any_crs() -> None:
    moved = cells().to_crs(ALBERS)
    assert places(table(moved).X).longitude.tolist() == pytest.approx(np.arange(6) * 0.1, abs=1e-9)


def test_words_of_presence_are_classes_and_numbers_are_quantities() -> None:
    assert table(cells(known=["yes"] * 3 + ["no"] * 3)).y.tolist() == [1, 1, 1, 0, 0, 0]
    found = table(cells(known=[1.0, 2.0, 3.0, 4.0, 5.0, 6.5]), weight="share")
    assert found.y.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.5]
    assert found.weight.tolist() == [1, 2, 3, 4, 5, 6]


def test_weights_are_part_of_the_digest() -> None:
    assert table(cells()).digest() != table(cells(), weight="share").digest()


def test_cells_without_a_value_or_target_are_left_out_and_counted() -> None:
    frame = cells(hot=[np.nan, 8, 7, 3, 2, 1], known=[1, 1, 1, 0, 0, None])
    with collect() as findings:
        found = table(frame)
    assert found.y.tolist() == [1, 1, 0, 0]
    assert places(found.X).group.tolist() == [0, 1, 2, 2]
    assert (found.record["used"], found.record["without_values"]) == (4, 1)
    assert found.record["left_out_unknown"] == 1
    assert {each.code: each.found for each in findings} == {
        "LABELS_UNKNOWN": "row 6",
        "SITES_WITHOUT_VALUES": "row 1 (no value of hot)",
    }


BAD: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "nodata": ("NODATA_UNDECLARED", {"hot": [-9999.0, 8, 7, 3, 2, 1]}, {}),
    "infinite": ("VALUE_INVALID", {"hot": [np.inf, 8, 7, 3, 2, 1]}, {}),
    "text": ("COLUMN_TEXT", {"hot": ["high"] * 6}, {}),
    "words": ("VALUE_INVALID", {"known": ["often"] * 6}, {}),
    "infinite target": ("VALUE_INVALID", {"known": [np.inf, 1, 1, 0, 0, 0]}, {}),
    "no such column": ("COLUMN_UNKNOWN", {}, {"columns": ["hott"]}),
    "no features": ("FEATURES_UNNAMED", {}, {"columns": []}),
    "one feature twice": ("FEATURES_UNNAMED", {}, {"columns": ["hot", "hot"]}),
    "target as feature": ("FEATURE_LEAK", {}, {"columns": ["hot", "known"]}),
    "weight of zero": ("VALUE_INVALID", {"w": [0.0, 1, 1, 1, 1, 1]}, {"weight": "w"}),
    "weight missing": ("VALUE_INVALID", {"w": [None, 1, 1, 1, 1, 1.0]}, {"weight": "w"}),
    "region missing": ("VALUE_MISSING", {"block": ["w"] * 5 + [None]}, {"region": "block"}),
    "system of both": ("LABEL_CONFLICT", {"known": [1, 0, 1, 1, 1, 0]}, {}),
    "one class": ("TOO_FEW_POSITIVES", {"known": [1] * 6}, {}),
    "one positive": ("TOO_FEW_POSITIVES", {"known": [1, 1, 0, 0, 0, 0]}, {}),
    "one value": ("TOO_FEW_POSITIVES", {"known": [2.5] * 6}, {}),
    "all features missing": ("TOO_FEW_POSITIVES", {"hot": [np.nan] * 6}, {}),
}


@pytest.mark.parametrize("case", BAD)
def test_doubtful_cells_are_refused(case: str) -> None:
    code, columns, options = BAD[case]
    with collect(), pytest.raises(SitingError, match=f"^{code}: "):
        table(cells(**columns), **options)


def test_a_place_comes_once() -> None:
    twice = cells()
    twice.loc[1, "geometry"] = twice.geometry[0]
    with pytest.raises(InputError, match=r"^ROW_DUPLICATE: the same place comes more than once"):
        table(twice)
    twice.loc[5, "geometry"] = twice.geometry[0]
    with pytest.raises(InputError, match=r"^LABEL_CONFLICT: the same place has two values"):
        table(twice)


def test_cells_are_points_with_a_crs() -> None:
    with pytest.raises(InputError, match="^CRS_MISSING"):
        table(cells().set_crs(None, allow_override=True))
    with pytest.raises(InputError, match="^GEOMETRY_MIXED"):
        table(cells().set_geometry([shapely.box(0, 0, 1, 1)] * 6, crs="EPSG:4326"))
    with pytest.raises(InputError, match="^COORD_INVALID"):
        table(cells().set_geometry(gpd.points_from_xy([np.nan] * 6, [0] * 6, crs="EPSG:4326")))


def test_cells_of_the_great_basin(reference_data: Path) -> None:
    """5,655 cells of 73 positive and 44 negative sites, as the data's description counts them."""
    frame = read_points(reference_data / "geothermal/great_basin_cells.csv", crs=ALBERS)
    columns = [each for each in frame.columns[2:] if each not in _TOLD]
    found = cells_table(frame, columns, target="positive", group="site", region="block")
    where = pd.Series(found.y).groupby(places(found.X).group).agg(["first", "size"])
    assert found.X.shape == (5655, 47)
    assert where["first"].value_counts().to_dict() == {1: 73, 0: 44}
    low, high = places(found.X).longitude.min(), places(found.X).longitude.max()
    assert (low, high) == pytest.approx((-120.656, -111.804), abs=1e-3)


_TOLD = {"positive", "site", "block", "geometry"}
