"""What is told from which value on, and in which words, of small arrays made by hand."""

import json
import math
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from siting.errors import InputError, UnitsError
from siting.findings import Finding, collect
from siting.io import model
from siting.io.dateline import cut_at_dateline
from siting.io.delimited import _decimals, _delimiter
from siting.io.hindcast_evidence import Evidence
from siting.io.hindcast_store import Cells, Variable, cells_of_frame
from siting.io.hindcast_years import _same
from siting.io.lattices import lattices
from siting.io.mirrored import tell_mirrored
from siting.io.model_json import from_json
from siting.io.model_use import wrong_unit
from siting.io.placement import Frame
from siting.io.sidecars import _apart, _numbers
from siting.io.time_axis import TimeAxis

WGS84 = CRS("EPSG:4326")
SEA, SUN = "significant_wave_height", "solar_irradiance"


def evidence(*parts: list[list[float]]) -> Evidence:
    """Of parts of a map, each of steps by cells."""
    made = Evidence(len(parts[0]))
    for part in parts:
        block = np.array(part, dtype=float)
        made.begin(block.shape[1])
        half = len(block) // 2  # seen in two pieces
        made.see(slice(0, half), block[:half])
        made.see(slice(half, len(block)), block[half:])
        made.end()
    return made


def told(seen: Evidence, quantity: str = SEA, step: float = 3600.0) -> list[Finding]:
    axis = TimeAxis("a.nc: time", step * np.arange(seen.held.size), 365.2425)
    with collect() as found:
        seen.report(axis, quantity, "a.nc: hs")
    return list(found)


def test_values_of_all_parts_are_counted_once() -> None:
    seen = evidence([[1.0, 2.0], [3.0, np.nan]], [[4.0], [np.nan]], [[np.nan], [np.nan]])
    assert (seen.total, seen.count) == (10.0, 4)
    assert seen.extremes.tolist() == [1.0, 4.0]
    assert seen.lengths.tolist() == [1, 2, 1]  # cells with no, one and two steps
    assert seen.there.tolist() == [3, 1]  # values of each step
    assert seen.held.tolist() == [0, 0]


def test_a_mean_is_of_the_values_alone() -> None:
    # The mean of 2,000 zeros and one 14 m is 7 mm, below the least usual mean of a sea.
    calm = evidence([[0.0] * 2000, [0.0] * 1999 + [14.0]])
    (found,) = told(calm)
    assert found.code == "RANGE_IMPLAUSIBLE"
    assert found.found == "0 to 14 m, mean 0.0035"
    assert told(evidence([[1.0, 2.0], [3.0, 4.0]])) == []


def test_no_value_at_all_is_an_error_that_names_the_quantity() -> None:
    with pytest.raises(InputError, match="LAYER_EMPTY") as caught:
        told(evidence([[np.nan], [np.nan]]))
    assert (caught.value.where, caught.value.wanted) == ("a.nc: hs", f"values of {SEA}")


def test_twice_the_sun_is_a_sum() -> None:
    # The solar constant is 1361 W m-2 (Kopp & Lean 2011, GRL 38, L01706).
    assert [each.code for each in told(evidence([[0.0], [2721.0]]), SUN)] == ["RANGE_IMPLAUSIBLE"]
    with pytest.raises(InputError, match="TIME_ACCUMULATED") as caught:
        told(evidence([[0.0], [2723.0]]), SUN)
    assert caught.value.found == "up to 2723 W m-2"


@pytest.mark.parametrize(("held", "said"), [(9, False), (8, True)])
def test_cells_that_lack_more_than_a_tenth_of_the_hours(held, said) -> None:
    steps = np.arange(20.0).reshape(10, 2) % 7 + 1
    steps[held:, 1] = np.nan
    found = told(evidence(steps.tolist()))
    assert [each.code for each in found] == ["TIME_COVERAGE"] * said
    if said:
        assert found[0].found == ("1 of 2 cells with data lack more than a tenth of the hours")


@pytest.mark.parametrize(
    ("steps", "copies", "said"), [(26, 14, True), (26, 13, False), (24, 23, False)]
)
def test_more_than_half_of_the_steps_that_repeat(steps, copies, said) -> None:
    values = np.arange(steps, dtype=float) % 9 + 1
    values[steps - copies :] = values[steps - copies - 1]
    found = told(evidence(values[:, None].tolist()), step=3 * 3600.0)
    assert [each.code for each in found] == ["DATA_REPEATED"] * said
    if said:
        assert found[0].found == f"{copies} of {steps} steps of 3 hours"


def test_a_frequency_becomes_a_period_and_a_mask_stays_one() -> None:
    stored = np.array([[1, 2, 4, 0]], dtype="i2")
    variable = Variable("wave_peak_period", "fp", 0.1, 0.0, inverse=True)
    found = variable.value(stored, np.array([[False, True, False, False]]))
    np.testing.assert_array_equal(found, [[10.0, np.nan, 2.5, np.nan]])
    plain = replace(variable, scale=1.0, offset=-273.15, inverse=False)
    assert plain.value(stored, np.zeros((1, 4), bool))[0, 0] == 1 - 273.15


def test_cells_of_a_frame_and_of_a_part_of_it() -> None:
    frame = Frame(WGS84, Affine(0.5, 0, 179.0, 0, -0.25, 10.0), 3, 4)
    cells = cells_of_frame(frame)
    assert cells.longitude[0].tolist() == [179.25, 179.75, -179.75, -179.25]
    assert cells.latitude[:, 0].tolist() == [9.875, 9.625, 9.375]
    part = cells.cut(slice(1, 3), slice(2, 4))
    assert part.frame == Frame(WGS84, Affine(0.5, 0, 180.0, 0, -0.25, 9.75), 2, 2)
    assert part.longitude.tolist() == [[-179.75, -179.25]] * 2
    assert part.shape == (2, 2)
    numbers, distance = cells.nearest(179.75, 9.6, 20)
    assert (numbers[0], len(numbers)) == (5, 12)
    assert distance[0] == pytest.approx(0.025 * 110_610, rel=1e-3)  # m along a meridian at 9.6 N


@pytest.mark.parametrize(("apart", "same"), [(0.9e-4, True), (1.1e-4, False)])
def test_files_that_follow_each_other_lie_on_the_same_cells(apart, same) -> None:
    one = Cells(np.array([[1.0, 2.0]]), np.array([[5.0, 5.0]]))
    assert _same(one, Cells(one.longitude + apart, one.latitude)) is same
    assert _same(one, Cells(one.longitude, one.latitude - apart)) is same
    assert not _same(one, Cells(one.longitude.T, one.latitude.T))


def frame(cell: float, height: int, width: int, west: float = 10.0, north: float = 50.0) -> Frame:
    return Frame(WGS84, Affine(cell, 0, west, 0, -cell, north), height, width)


def test_squares_of_cells_lie_spread_over_a_raster() -> None:
    reference = frame(0.1, 1800, 3600, -180.0, 90.0)
    (one,) = lattices(frame(0.1, 50, 60), reference)
    assert (one.shape.yx, tuple(one.boundingbox)) == ((50, 60), pytest.approx((10, 45, 16, 50)))
    nine = list(lattices(frame(0.1, 200, 300), reference))
    assert [each.shape.yx for each in nine] == [(120, 120)] * 9
    west = [round(each.boundingbox.left, 6) for each in nine[:3]]
    south = [round(each.boundingbox.bottom, 6) for each in nine[::3]]
    assert (west, south) == ([19.0, 12.7, 25.3], [34.0, 31.2, 36.8])  # in the middle, 15 and 85 %
    coarse = list(lattices(frame(0.5, 50, 60, north=45.0), reference))
    assert [round(each.resolution.x, 6) for each in coarse] == [0.5]
    assert list(lattices(frame(0.1, 9, 60), reference)) == []
    assert len(list(lattices(frame(0.1, 10, 10), reference))) == 1
    assert list(lattices(frame(0.1, 20, 60, north=85.0), reference)) == []  # beyond 80 N


def test_numbers_of_side_files() -> None:
    assert _numbers("1, 2 3", 3) == [1.0, 2.0, 3.0]
    assert _numbers("1 2 3 4", 2) == [1.0, 2.0]
    for text, count in (("1", 2), ("a b", 2)):
        found = _numbers(text, count)
        assert len(found) == count
        assert math.isnan(found[-1])


@pytest.mark.parametrize(
    ("east", "turn", "apart"), [(0.0099, 0.0, False), (0.0101, 0.0, True), (0.0, 0.0101, True)]
)
def test_places_of_side_files_differ_from_a_hundredth_of_a_cell(east, turn, apart) -> None:
    cell = 30.0
    own = Affine(cell, 0, 5e5, 0, -cell, 4e6)
    other = Affine(cell, turn * cell, 5e5 + east * cell, 0, -cell, 4e6)
    assert _apart(other, own) is apart
    assert not _apart(Affine(cell, 0, math.nan, 0, -cell, 4e6), own)


def test_a_polygon_with_a_hole_is_cut_where_it_crosses_the_dateline() -> None:
    outer = [(170, 0), (-170, 0), (-170, 20), (170, 20)]
    hole = [(175, 5), (178, 5), (178, 10), (175, 10)]
    west = [(-178, 5), (-175, 5), (-175, 10), (-178, 10)]
    shapes = [shapely.Polygon(outer, [hole, west]), shapely.box(0, 0, 1, 1)]
    # Five vertices are a box, which could be meant the other way round: one vertex more.
    shapes[0] = shapely.Polygon([*outer, (170, 10)], [hole, west])
    with collect() as found:
        cut = cut_at_dateline(gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326"), Path("a.gpkg"))
    wanted = shapely.union_all([
        shapely.difference(shapely.box(170, 0, 180, 20), shapely.Polygon(hole)),
        shapely.difference(shapely.box(-180, 0, -170, 20), shapely.Polygon(west)),
    ])  # fmt: skip
    assert cut.geometry[0].equals(wanted)
    assert cut.geometry[1].equals(shapes[1])
    assert [(each.code, each.severity, each.found) for each in found] == [
        ("ANTIMERIDIAN", "note", "1 of 2: feature 1")
    ]


@pytest.mark.parametrize(("on", "told_of"), [(9, True), (8, False), (10, False)])
def test_one_feature_in_ten_without_its_sign_is_a_slip(on, told_of) -> None:
    places = [shapely.Point(-119, 39)] * on + [shapely.Point(119, 39)] * (10 - on)
    features = gpd.GeoDataFrame(geometry=places, crs="EPSG:4326")
    features.attrs["source"] = "wells.csv"
    with collect() as found:
        tell_mirrored(features, (-120.0, 38.0, -118.0, 40.0))
    assert [each.code for each in found] == ["FEATURES_OUTSIDE"] * told_of
    if told_of:
        assert (found[0].where, found[0].found) == ("wells.csv", "1 of 10: row 10 at 119, 39")
        assert found[0].wanted == "-120, 38, -118, 40"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","), ("a;b\n1,5;2\n", ";"), ("a\tb\n1,5\t2,5\n", "\t"),
        ('a;b\n"x,y,z";2\n', ";"), ("a,b,c;d\n1,2,3;4\n", ","),
    ],
)  # fmt: skip
def test_what_separates_cells(text, delimiter) -> None:
    assert _delimiter(text) == delimiter


def test_decimal_commas_beside_thousands() -> None:
    names = ["x", "mw", "people", "depth"]
    columns = [["1,5", "2"], ["1,25", "NA"], ["1.200", "3.400"], ["1.5", "2"]]
    pointed, unclear = _decimals(names, columns, ";")
    assert pointed == [["1.5", "2"], ["1.25", "NA"], ["1.200", "3.400"], ["1.5", "2"]]
    assert unclear == {"people"}  # thousands, where other columns have decimal commas
    assert _decimals(names, columns, ",") == (columns, frozenset())
    both = [["1,200", "3"], ["1.200", "3.400"]]
    assert _decimals(["a", "b"], both, ";") == (both, {"a"})
    assert _decimals(["longitude", "b"], both, ";")[0][0] == ["1.200", "3"]


def test_a_linear_model_is_what_its_numbers_are() -> None:
    logistic = from_json(
        b'{"kind": "logistic", "features": ["a", "b"], "coef": [1, -2], "intercept": 0.5,'
        b' "units": {"a": "m"}, "expects": ["a", "b"]}'
    )
    share = logistic.estimator.predict_proba([[1.0, 0.25]])[0, 1]
    assert share == pytest.approx(1 / (1 + math.exp(-1.0)))
    assert logistic.estimator.classes_.tolist() == [0, 1]
    assert logistic.estimator.n_features_in_ == 2
    assert logistic.features == ("a", "b")
    assert logistic.card == {"features": ["a", "b"], "units": {"a": "m"}}
    plain = from_json(b'{"kind": "linear", "features": ["a"], "coef": [2]}')
    assert plain.card == {"features": ["a"]}
    assert plain.estimator.predict(pd.DataFrame([[4.0]])).tolist() == [8.0]
    for content, code in (
        (b'{"kind": "linear", "features": ["a"], "coef": [2, 3]}', "MODEL_FEATURES"),
        (b'{"kind": "linear", "features": ["a", "b"], "coef": [2, 3], "expects": ["b", "a"]}',
         "MODEL_FEATURES"),
        (b'{"kind": "linear", "features": [], "coef": []}', "MODEL_UNTRUSTED"),
        (b'{"kind": "linear", "features": ["a"], "coef": ["2"]}', "MODEL_UNTRUSTED"),
        (b'{"kind": "tree", "features": ["a"], "coef": [2]}', "MODEL_UNTRUSTED"),
        (b'{"kind": "linear", "features": ["a"], "coef": [2], "more": 1}', "MODEL_UNTRUSTED"),
        (b"[" * 100_000, "MODEL_UNTRUSTED"), (b"{", "MODEL_UNTRUSTED"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=code):
            from_json(content)


def test_a_unit_that_is_missing_is_named_so() -> None:
    for have, want, found in ((None, "m", ("no unit", "m")), ("K", None, ("K", "no unit"))):
        error = wrong_unit("depth", have, want)
        assert isinstance(error, UnitsError)
        assert (error.where, error.found, error.wanted) == ("depth", *found)


def test_cards_of_models_hold_plain_values_and_all_that_is_needed() -> None:
    assert model._plain(np.float32(0.5)) == 0.5
    with pytest.raises(InputError, match="MODEL_UNTRUSTED"):
        model._plain(np.array([0.5]))
    whole = {"features": [], "card": {}, "digest": "x", "versions": {"scikit-learn": "1.7"}}
    assert model._card({model.CARD: json.dumps(whole).encode()}) == whole
    for name in whole:
        part = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(InputError, match="MODEL_"):
            model._card({model.CARD: json.dumps(part).encode()})
    assert model._minor("1.7.2") == ["1", "7"]
    assert not model._is_ours("sklearn.none_such.Name")
    assert not model._is_ours("sklearn.base.clone")  # a function
    assert model._is_ours("sklearn.linear_model.LinearRegression")
