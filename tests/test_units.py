"""Units as CF writes them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting import units
from siting.errors import UnitsError

# Spellings that CF files, GDAL band units and people use for one and the same unit.
SAME = [
    ("mW m-2", "mW/m^2"),
    ("W m**-2", "W/m**2"),
    ("degC", "degree_C"),
    ("Celsius", "degrees_Celsius"),
    ("km-2 yr-1", "1/km**2/year"),
    ("kg m-2 s-1", "kg/m**2/s"),
    ("USD MWh-1", "USD/MWh"),
    ("USD GPU-1 h-1", "USD/GPU/hour"),
    ("m2 s-2", "m**2/s**2"),
    ("degrees_north", "degree"),
    ("1", ""),
    ("%", "percent"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_unit_are_equal(one, other):
    assert units.factor_offset(one, other) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("value", "have", "want", "expected"),
    [
        (1.0, "HFU", "mW m-2", 41.84),  # 1e-6 cal cm-2 s-1 with 4.184 J cal-1
        (100.0, "degC", "K", 373.15),
        (50.0, "degF", "degC", 10.0),
        (1.0, "psu", "1", 1e-3),
        (180.0, "degree", "radian", np.pi),
        (90.0, "mW m-2", "W m-2", 0.09),
    ],
)
def test_conversion_gives_the_known_value(value, have, want, expected):
    assert units.convert(value, have, want) == pytest.approx(expected, rel=1e-12)


@given(st.floats(-1e6, 1e6))
def test_conversion_and_back_is_the_identity(value):
    there = units.convert(value, "degF", "K")
    assert units.convert(there, "K", "degF") == pytest.approx(value, abs=1e-6)


def test_exponent_of_a_number_is_no_exponent_of_a_unit():
    assert units.parse_quantity("2.5e-2 W m-1", "W m-1") == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("text", "code"), [("m parsec-", "UNITS_UNKNOWN"), ("xyzzy", "UNITS_UNKNOWN")]
)
def test_unknown_unit_is_refused_by_name(text, code):
    with pytest.raises(UnitsError, match=code):
        units.convert(1.0, text, "m")


def test_unit_of_another_dimension_is_refused():
    with pytest.raises(UnitsError, match="UNITS_INCOMPATIBLE.*'m' cannot be converted to 's'"):
        units.convert(1.0, "m", "s")


@pytest.mark.parametrize("text", ["", "km", "3km/", "3 4 km", True, None, [3]])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(UnitsError, match="QUANTITY_INVALID|UNITS_UNKNOWN"):
        units.parse_quantity(text, "m")


@pytest.mark.parametrize("have", ["m", "km", "cm", "mm"])
@pytest.mark.parametrize("want", ["m", "km", "cm", "mm"])
def test_common_lengths_are_those_of_the_registry(have, want):
    expected = units._registry().Quantity(1.0, have).to(want).magnitude
    assert units.factor_offset(have, want) == (pytest.approx(expected, rel=1e-15), 0.0)


@pytest.mark.parametrize(
    "unit",
    ["m ** 2 ** 9 ** 9", "9**9**9 m", "m^2^9^9", "(m**2)**99", "m99999999", "m" * 100, "m**1e9"],
)
def test_towers_of_powers_are_refused_before_they_are_worked_out(unit):
    with pytest.raises(UnitsError, match="UNITS_UNKNOWN"):
        units.factor_offset(unit, "m")


@pytest.mark.parametrize("unit", ["kg m-2 s-1", "m**3", "W/m^2", "s**-1", "m**0.5", "m s-2"])
def test_ordinary_powers_are_units(unit):
    assert units.compatible(unit, unit.replace("  ", " "))
    assert units.factor_offset(unit, unit) == (1.0, 0.0)
    assert units.convert(1.0, unit, f"{unit} ") == pytest.approx(1.0)


@pytest.mark.parametrize(("have", "want"), [("degC%", "degC"), ("dB", "1"), ("dBm", "W")])
def test_what_no_factor_and_offset_can_express_is_refused(have, want):
    with pytest.raises(UnitsError, match="UNITS_INCOMPATIBLE"):
        units.factor_offset(have, want)


@pytest.mark.parametrize("text", ["1e400 km", "9" * 400 + " km"])
def test_an_infinite_number_is_no_quantity(text):
    with pytest.raises(UnitsError, match="QUANTITY_INVALID"):
        units.parse_quantity(text, "m")


@pytest.mark.parametrize("text", ["3 dB km", "0.1 dB degree", "3 km dB"])
def test_products_with_logarithms_are_no_units(text: str) -> None:
    with pytest.raises(UnitsError, match="UNITS_UNKNOWN"):
        units.parse_quantity(text, "m")
