import numpy as np
import pandas as pd
import pytest

from siting import frames
from siting.errors import InputError, UnitsError


def table(values: object, units: object = "m") -> pd.DataFrame:
    frame = pd.DataFrame({"depth": values})
    frame.attrs["columns"] = {"depth": units}
    return frame


@pytest.mark.parametrize("units", ["m", {"units": "m", "description": "depth"}])
def test_column_comes_in_the_unit_asked_for(units: object) -> None:
    assert frames.column(table([1500], units), "depth", "km", "events").tolist() == [1.5]


def test_values_that_are_not_known_are_nan() -> None:
    depth = pd.array([10, None], dtype="Int16")
    np.testing.assert_array_equal(frames.column(table(depth), "depth", "m", "events"), [10, np.nan])


def test_unit_of_another_kind_is_refused() -> None:
    with pytest.raises(UnitsError, match="UNITS_INCOMPATIBLE"):
        frames.column(table([1.0], "s"), "depth", "km", "events")


@pytest.mark.parametrize("units", [None, {"description": "depth"}])
def test_column_without_a_unit_is_refused(units: object) -> None:
    with pytest.raises(UnitsError, match=r"UNITS_MISSING.*\n.*where: *events"):
        frames.column(table([1.0], units), "depth", "km", "events")


def test_text_is_no_number() -> None:
    with pytest.raises(InputError, match=r"COLUMN_TEXT.*'depth'"):
        frames.column(table(["10 km"]), "depth", "km", "events")


def test_missing_column_names_those_there() -> None:
    with pytest.raises(InputError, match=r"COLUMN_MISSING.*\n.*\n.*found: *depth\n.*wanted: *mw"):
        frames.column(table([1.0]), "mw", None, "events")


@pytest.mark.parametrize("rows", [[-999.0], [-9999.0], [-99.0, -99.0]])
def test_no_data_is_seen_beside_one_large_value(rows: list[float]) -> None:
    # An upflow of 25,000 mW/m2 makes the range so wide that -9999 would not stand apart by it.
    table = pd.DataFrame({"heat_flow": [60.0, 85.0, 25_000.0, *rows]})
    with pytest.raises(InputError, match="NODATA_UNDECLARED"):
        frames.numbers(table, "heat_flow", "wells")


def test_one_place_below_the_sea_is_no_missing_value() -> None:
    table = pd.DataFrame({"elevation": [-99.0, 1_200.0, 3_000.0]})
    assert frames.numbers(table, "elevation", "wells")[0] == -99
    table = pd.DataFrame({"residual": [-40.0, -999.0, 3_000.0]})
    assert frames.numbers(table, "residual", "wells")[1] == -999
