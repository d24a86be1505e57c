"""Temperatures of wells in another unit than the one stated."""

import numpy as np
import pytest

from siting.findings import Finding, collect
from siting.layers.well_checks import tell_units

RNG = np.random.default_rng(3)
DEPTH = RNG.uniform(100, 3_000, 60)
# 15 degC at the surface, 30 K/km, and 3 K of scatter.
TEMPERATURE = 15 + 0.03 * DEPTH + RNG.normal(0, 3, 60)


def told(depth: np.ndarray, temperature: np.ndarray) -> list[Finding]:
    with collect() as findings:
        tell_units(depth, temperature, "wells")
    return findings


@pytest.mark.parametrize(
    ("depth", "temperature", "fix"),
    [
        (DEPTH, TEMPERATURE + 273.15, "kelvins"),
        (DEPTH, TEMPERATURE * 1.8 + 32, "Fahrenheit"),
        (DEPTH / 0.3048, TEMPERATURE, "feet"),
        (DEPTH / 1000, TEMPERATURE + 60, "kilometres"),
        # Three wells of 350 "degC" at 500 m, where water boils at 265: 77 degC in kelvins.
        (np.full(3, 500.0), np.full(3, 350.0), "kelvins"),
    ],
)
def test_another_unit_is_told(depth: np.ndarray, temperature: np.ndarray, fix: str) -> None:
    findings = told(depth, temperature)
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"]
    assert fix in findings[0].fix


@pytest.mark.parametrize(
    ("depth", "temperature"),
    [
        (DEPTH, TEMPERATURE),
        (DEPTH, np.minimum(TEMPERATURE + 0.1 * DEPTH, 240)),  # a hot field
        (DEPTH, 0.3 * TEMPERATURE + 0.01 * DEPTH),  # a shield, ground at 4 degC
        (np.array([np.nan, 500.0]), np.array([50.0, np.nan])),
        (np.full(30, 1_000.0), np.linspace(40, 60, 30)),
        (np.linspace(100, 2_000, 30), np.full(30, 60.0)),
        (np.array([]), np.array([])),
    ],
)
def test_what_wells_have_is_not_told(depth: np.ndarray, temperature: np.ndarray) -> None:
    assert told(depth, temperature) == []


def test_one_well_above_boiling_among_many_is_not_told() -> None:
    hot = np.append(TEMPERATURE, 450.0)  # IDDP-2 had 427 degC and more at 4.5 km
    assert told(np.append(DEPTH, 2_000.0), hot) == []


def test_water_boils_where_steam_tables_say() -> None:
    # IAPWS-IF97: 264.0 degC at 50 bar (500 m of cold water), 311.0 at 100 bar: 2 % are 6 K.
    for depth, boiling in ((500.0, 264.0), (1_020.0, 311.0)):
        one = np.array([depth])
        assert told(one, np.array([boiling])) == []
        assert len(told(one, np.array([boiling + 30]))) == 1
