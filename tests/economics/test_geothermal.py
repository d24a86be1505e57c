"""Geothermal economics as layers: what they promise, and what they refuse."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from siting.economics import geothermal
from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.sources.catalogue import catalogue

COSTS = pd.read_csv(catalogue()["costs_geothermal"].path)
DRAWS = 64


def layer(*values: float, units: str = "degC") -> xr.DataArray:
    return xr.DataArray([list(values)], dims=("y", "x"), attrs={"units": units})


@pytest.fixture(scope="module")
def found() -> geothermal.Wells:
    hot = layer(60.0, 130.0, 180.0, 240.0, np.nan)
    chance = layer(0.2, 0.2, 0.2, 0.2, 0.2, units="1")
    return geothermal.hydrothermal(hot, 12.0, chance, COSTS, depth="2 km", draws=DRAWS)


def test_columns_say_which_costs_are_conditional_and_which_risked(found) -> None:
    assert "only if it succeeds" in found.if_success_p50.attrs["long_name"]
    assert "lost at places that fail" in found.risked_p50.attrs["long_name"]
    assert found.risked_p50.attrs["units"] == "USD MWh-1"
    assert {each.attrs["status"] for each in found[:-1]} == {"assumed"}


def test_hotter_is_cheaper_and_larger_and_risk_costs(found) -> None:
    for name in ("risked_p50", "if_success_p50"):
        assert (np.diff(getattr(found, name).values[0, 1:4]) < 0).all()
    assert (np.diff(found.net_if_success_p50.values[0, 1:4]) > 0).all()
    assert (found.risked_p50 > found.if_success_p50).values[0, 1:4].all()
    assert (found.risked_p10 < found.risked_p50).values[0, 1:4].all()
    assert (found.risked_p50 < found.risked_p90).values[0, 1:4].all()


def test_too_cold_has_no_cost_but_a_chance_of_nothing_and_a_loss(found) -> None:
    assert np.isnan(found.risked_p50.values[0, 0])
    assert found.success.values[0, 0] == 0
    assert found.exploration_loss.values[0, 0] > 0


def test_not_known_stays_not_known(found) -> None:
    for each in found[:-1]:
        assert np.isnan(each.values[0, 4])


def test_the_record_has_its_basis_errors_and_places(found) -> None:
    record = found.record
    # CRF(7 %, 30 years), the one rate for all that is compared.
    assert record["basis"]["fixed_charge_rate"] == pytest.approx(0.0805864, abs=5e-8)
    assert record["basis"]["dollar_year"] == 2025
    assert record["table_error"]["draws"] == 8192
    assert record["cells_with_power"] == 3
    for portrait in record["portraits"]:
        assert 0 < portrait["figures"]["success"] < portrait["existence"]
        assert 0 <= portrait["assumed_share"] <= 1
        assert [row["rung"] for row in portrait["ladder"]][-1] == "production"
        shares = [row["share"] for row in portrait["tornado"]]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) < 1.05


def test_chances_of_success_follow_the_probability() -> None:
    chance = layer(0.01, 0.1, 0.5, units="1")
    hot = layer(200.0, 200.0, 200.0)
    found = geothermal.hydrothermal(hot, 5.0, chance, COSTS, draws=DRAWS)
    assert (np.diff(found.success.values[0]) > 0).all()
    assert (found.success <= chance * 1.3).all()
    assert (np.diff(found.wells_per_discovery.values[0]) < 0).all()
    assert (np.diff(found.risked_p50.values[0]) < 0).all()
    # If it succeeds, it does not matter how likely that was.
    assert np.ptp(found.if_success_p50.values) < 1e-3


def test_a_target_that_all_reach_is_reached_with_the_chance_of_success() -> None:
    hot = layer(220.0)
    dear = geothermal.hydrothermal(hot, 5.0, 0.3, COSTS, target=1e6, draws=DRAWS)
    cheap = geothermal.hydrothermal(hot, 5.0, 0.3, COSTS, target=1e-3, draws=DRAWS)
    assert dear.below_target.item() == pytest.approx(dear.success.item())
    assert cheap.below_target.item() == 0


def test_wells_without_a_reservoir_get_the_depth_of_least_cost() -> None:
    found = geothermal.enhanced(layer(90.0, 200.0, 500.0), 10.0, COSTS, "3 km", draws=DRAWS)
    given = [
        geothermal.enhanced(layer(200.0), 10.0, COSTS, "3 km", depth=depth, draws=DRAWS)
        for depth in geothermal.ENHANCED.depths[:4]
    ]
    least = np.nanmin([each.risked_p50.item() for each in given])
    assert found.risked_p50.values[0, 1] == pytest.approx(least, rel=0.02)
    assert found.depth.values[0, 0] > found.depth.values[0, 1] >= found.depth.values[0, 2]


def test_superhot_wells_are_nothing_where_it_is_not_superhot() -> None:
    found = geothermal.superhot(layer(60.0, 350.0), 10.0, COSTS, "4 km", draws=DRAWS)
    assert np.isnan(found.risked_p50.values[0, 0])
    assert np.isfinite(found.risked_p50.values[0, 1])
    assert "assumed" in found.risked_p50.attrs["long_name"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"temperature": layer(5.0, 200.0)}, "temperature"),
        ({"probability": layer(0.5, 1.2, units="1")}, "probability"),
        ({"probability": layer(-0.1, 0.2, units="1")}, "probability"),
        ({"temperature_sd": layer(-1.0, 5.0, units="K")}, "temperature_sd"),
        ({"depth": layer(-100.0, 2000.0, units="m")}, "depth"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], where: str) -> None:
    given = {"temperature": layer(180.0, 200.0), "temperature_sd": 10.0, "probability": 0.2}
    with pytest.raises(InputError, match=rf"(?s)VALUE_INVALID.*{where}"):
        geothermal.hydrothermal(**{**given, **changes}, costs=COSTS, draws=DRAWS)


def test_nothing_known_at_all_gives_nothing() -> None:
    found = geothermal.hydrothermal(layer(np.nan, np.nan), 5.0, 0.2, COSTS, draws=DRAWS)
    assert np.isnan(found.risked_p50.values).all()
    assert found.record["portraits"] == []


def test_the_reason_for_no_power_is_told() -> None:
    tight = COSTS.copy()
    tight.loc[tight["parameter"] == "hydrothermal.productivity", ["value", "low"]] = [0.6, 0.5]
    hot = layer(70.0, 120.0, 170.0, np.nan)
    ordinary = geothermal.why_no_power(hot, COSTS)
    np.testing.assert_array_equal(ordinary.values, [[1, 0, 0, np.nan]])
    np.testing.assert_array_equal(geothermal.why_no_power(hot, tight).values, [[1, 2, 2, np.nan]])
    assert ordinary.attrs["kind"] == "categorical"
    assert "pumps" in ordinary.attrs["categories"]["2"]


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("temperature", layer(423.15, 150.0), "kelvins"),
        ("temperature_sd", layer(400.0, 10.0, units="K"), "variance"),
        ("depth", layer(2.0, 2_000.0, units="m"), "kilometres"),
        ("area", layer(5e6, 5.0, units="km2"), "square metres"),
    ],
)
def test_what_no_figures_are_made_for_is_told(name: str, given: xr.DataArray, told: str) -> None:
    inputs: dict[str, Any] = {"temperature": layer(150.0, 150.0), "temperature_sd": 10.0}
    with collect() as findings:
        geothermal.hydrothermal(
            **{**inputs, name: given}, probability=0.2, costs=COSTS, draws=DRAWS
        )
    (finding,) = findings
    assert finding.code == "RANGE_IMPLAUSIBLE"
    assert finding.where == f"geothermal.hydrothermal.{name}"
    assert "1 of 2 cells" in finding.message
    assert told in str(finding.fix)


def test_usual_wells_are_told_nothing() -> None:
    with collect() as findings:
        geothermal.hydrothermal(
            layer(150.0), 10.0, 0.2, COSTS, area=layer(4.0, units="km2"), draws=DRAWS
        )
    assert list(findings) == []


def test_an_endless_spread_and_an_area_below_zero_are_refused() -> None:
    with pytest.raises(InputError, match="infinite"):
        geothermal.hydrothermal(layer(150.0), layer(np.inf, units="K"), 0.2, COSTS, draws=DRAWS)
    area = layer(-1.0, units="km2")
    with pytest.raises(InputError, match=r"at least 0"):
        geothermal.hydrothermal(layer(150.0), 10.0, 0.2, COSTS, area=area, draws=DRAWS)


def test_a_reference_depth_of_three_metres_is_refused() -> None:
    """3 km without its unit: every cell would be too hot to say anything of."""
    hot = xr.DataArray([[120.0]], dims=("y", "x"), attrs={"units": "degC"})
    with pytest.raises(PipelineError, match="greater than or equal to 250"):
        geothermal.enhanced(hot, 10.0, COSTS, 3.0, draws=64)


def test_a_chance_of_nothing_has_no_success_and_no_risked_cost() -> None:
    chance = layer(0.0, 1e-4, 0.2, units="1")
    hot = layer(200.0, 200.0, 200.0)
    mixed = geothermal.hydrothermal(hot, 5.0, chance, COSTS, draws=DRAWS)
    alone = geothermal.hydrothermal(layer(200.0), 5.0, 0.0, COSTS, draws=DRAWS)
    for found in (mixed, alone):
        assert found.success.values[0, 0] == 0
        assert found.below_target.values[0, 0] == 0
        for name in ("risked_p10", "risked_p50", "risked_p90", "wells_per_discovery"):
            assert np.isnan(getattr(found, name).values[0, 0])
        # What it would cost if there were one stays true, and so does what a look would cost.
        assert found.if_success_p50.values[0, 0] == pytest.approx(
            mixed.if_success_p50.values[0, 2], rel=1e-3
        )
        assert found.exploration_loss.values[0, 0] > 0
    assert np.isfinite(mixed.risked_p50.values[0, 1:]).all()


def test_success_goes_to_nothing_with_the_chance_and_tiny_chances_are_told() -> None:
    chance = layer(1e-4, 1e-8, units="1")
    with collect() as findings:
        found = geothermal.hydrothermal(layer(200.0, 200.0), 5.0, chance, COSTS, draws=DRAWS)
    assert found.success.values[0, 1] == pytest.approx(found.success.values[0, 0] * 1e-4, rel=0.01)
    assert [each.where for each in findings] == ["geothermal.hydrothermal.probability"]


def test_rock_without_suitability_keeps_the_depth_of_its_least_cost() -> None:
    none, some = (
        geothermal.enhanced(layer(200.0), 10.0, COSTS, "3 km", suitability=share, draws=DRAWS)
        for share in (0.0, 0.9)
    )
    assert np.isnan(none.risked_p50.item())
    assert none.success.item() == 0
    assert none.depth.item() == some.depth.item()


@pytest.mark.parametrize("kind", ["enhanced", "superhot"])
@pytest.mark.parametrize("sd", [0.0, 30.0])
def test_hotter_is_never_dearer(kind: str, sd: float) -> None:
    # 200 to 1,100 degC at 4 km: 46 to 271 K km-1, beyond what every depth was once too hot for.
    hot = layer(*np.arange(200.0, 1_101.0, 7.0))
    found = getattr(geothermal, kind)(hot, sd, COSTS, "4 km", draws=DRAWS)
    cost, success = found.risked_p50.values[0], found.success.values[0]
    first = int(np.flatnonzero(np.isfinite(cost))[0])
    assert np.isfinite(cost[first:]).all()
    # A table that is linear between its nodes leaves half a percent.
    assert (cost[first + 1 :] <= np.minimum.accumulate(cost[first:])[:-1] * 1.005).all()
    assert cost[-1] < 0.6 * cost[first]
    assert (success[first:] > 0).all()


def test_ground_too_hot_at_every_depth_is_drilled_to_350_degc() -> None:
    # 15 + 0.25 K/m * 1340 m = 350 degC: above the 2 km that are the least tried for all.
    found = geothermal.enhanced(layer(1_015.0), 10.0, COSTS, "4 km", draws=DRAWS)
    assert found.depth.item() == pytest.approx(1_340.0)
    assert np.isfinite(found.risked_p50.item())


def test_a_depth_that_is_too_hot_is_told() -> None:
    with collect() as findings:
        found = geothermal.enhanced(
            layer(100.0, 450.0), 10.0, COSTS, "4 km", depth="4 km", draws=DRAWS
        )
    assert np.isnan(found.risked_p50.values[0, 1])
    assert [(each.where, each.found) for each in findings] == [
        ("geothermal.enhanced.depth", "up to 450 degC at 4000 m")
    ]


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("temperature_sd", 400.0, "variance"),
        ("surface_temperature", 288.15, "kelvins"),
        ("temperature", layer(*np.linspace(350.0, 420.0, 30)), "kelvins"),
    ],
)
@pytest.mark.parametrize("kind", ["enhanced", "superhot"])
def test_deep_wells_tell_what_lies_beyond_their_table(
    kind: str, name: str, given: Any, told: str
) -> None:
    usual = {"temperature": layer(390.0, 400.0), "temperature_sd": 10.0}
    with collect() as findings:
        getattr(geothermal, kind)(
            **{**usual, name: given}, costs=COSTS, reference_depth="3 km", draws=DRAWS
        )
    assert [each.where.split(".")[-1] for each in findings] == [name]
    assert told in findings[0].fix


def test_ground_in_kelvins_is_told_of_wells_into_a_reservoir_too() -> None:
    with collect() as findings:
        geothermal.hydrothermal(
            layer(320.0), 5.0, 0.2, COSTS, surface_temperature=288.15, draws=DRAWS
        )
    assert [each.where.split(".")[-1] for each in findings] == ["surface_temperature"]
