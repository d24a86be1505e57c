"""Outages of several nodes at once, on seas whose calms are known."""

from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from siting.errors import InputError
from siting.findings import collect
from siting.simulation.fleets import joint_outage
from siting.simulation.offshore import node_of_hindcast
from tests.simulation.own_sea import GRID, HS, MIDDLES, TE, hindcast, inputs, monthly, times
from tests.toy_simulator import ToySimulator


def sites(*longitudes: float) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(longitudes, [44.5] * len(longitudes))
    return gpd.GeoDataFrame(geometry=points, crs="EPSG:4326")


def halves(last: int) -> Any:
    """Cells with a month of waves and one of calm by turns: the first one against the others."""
    stamps = times(2001, last)
    odd = stamps.astype("datetime64[M]").astype(int) % 2 == 1
    # From 2 to 4 m in the course of ten days, so that no height is the usual one.
    waves = 2 + (stamps - stamps[0]).astype(float) / 3600 % 240 / 120
    heights = np.stack([np.where(odd, waves, 0.0)] + 3 * [np.where(odd, 0.0, waves)], axis=1)
    return hindcast(stamps, {HS: heights, TE: np.full_like(heights, 9.0)})


@pytest.fixture(scope="module")
def dark() -> dict[str, Any]:
    """Hardly any sun, so that the waves alone decide."""
    return {**inputs(), "irradiance": monthly(0.001, "W m-2")}


@pytest.fixture(scope="module")
def simulator(dark: dict[str, Any]) -> Any:
    with collect():
        return node_of_hindcast(hindcast=halves(2010), **dark)


@pytest.fixture(scope="module")
def opposed(simulator: Any) -> dict[str, Any]:
    return joint_outage(simulator, sites(*MIDDLES[:2]), 0.7, GRID)


def test_opposed_sites_are_never_up_together(opposed: dict[str, Any]) -> None:
    counts = opposed["together"]
    assert counts["down"] == [0, 1, 2]
    assert sum(counts["share_of_hours"]) == pytest.approx(1)
    # Each is up in some hours of its months, so that independent ones would be up together.
    assert counts["share_of_hours"][0] == pytest.approx(0, abs=1e-3)
    both = np.prod([1 - each for each in counts["each"]])
    assert counts["share_if_independent"][0] == pytest.approx(both)
    assert both > 0.01
    assert opposed["years"] == list(range(2001, 2011))


def test_sites_of_one_sea_are_always_down_together(simulator: Any) -> None:
    found = joint_outage(simulator, sites(*MIDDLES[2:]), 0.9, GRID)["together"]
    first, second = found["each"]
    assert first == second
    assert found["share_of_hours"] == pytest.approx([1 - first, 0, first])
    assert found["share_if_independent"][2] == pytest.approx(first**2)


def test_opposed_sites_meet_a_demand_that_neither_meets_alone(opposed: dict[str, Any]) -> None:
    assert opposed["fleet"]["nodes_alone"] == [None, None]
    assert opposed["fleet"]["nodes"] % 2 == 0
    assert opposed["fleet"]["nodes"] > 0


def test_fewer_than_ten_common_years_are_refused(dark: dict[str, Any]) -> None:
    with collect():
        short = node_of_hindcast(hindcast=halves(2003), **dark)
        with pytest.raises(
            InputError, match=r"SERIES_TOO_SHORT.*several nodes[\s\S]*found:  3 cal"
        ):
            joint_outage(short, sites(*MIDDLES[:2]), 0.9, GRID)


def test_morphed_hours_are_refused() -> None:
    with pytest.raises(InputError, match=r"SERIES_UNCOMMON[\s\S]*one donor everywhere"):
        joint_outage(ToySimulator(lambda i, j: i * 1.0), sites(*MIDDLES[:2]), 0.9, GRID)


@pytest.mark.parametrize("places", [(-129.5, -129.4), (-129.5, -100.0), (-129.5,)])
def test_sites_of_one_cell_or_none_are_refused(simulator: Any, places: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="SITES_NOT_APART"):
        joint_outage(simulator, sites(*places), 0.9, GRID)
