"""What conduction is given in another unit is told, and what is right is not."""

import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr

from siting.findings import Finding, collect
from siting.layers import geotherm, heat


def layer(values: object, units: str = "mW m-2") -> xr.DataArray:
    cells = np.atleast_2d(np.asarray(values, dtype=float))
    return xr.DataArray(cells, dims=("y", "x"), attrs={"units": units}).chunk()


GIVEN: dict[str, Any] = {
    "heat_flow": layer([60.0, 90.0, 2.0]),
    "heat_flow_sd": layer([6.0, 9.0, 1.0]),
    "thicknesses": [],
    "conductivities": [2.5],
    "heat_productions": [0.0],
}


def told(function: Any, **given: Any) -> list[Finding]:
    """Findings of a function once all of its cells are computed."""
    with collect() as findings:
        for each in function(**given):
            each.compute()
    return findings


def layered(**changes: Any) -> list[Finding]:
    return told(geotherm.temperature_at_depth, **{**GIVEN, "depth": "3 km", **changes})


def plain(**changes: Any) -> list[Finding]:
    given = {"heat_flow": GIVEN["heat_flow"], "depth": "3 km", **changes}
    return told(lambda **every: (heat.conductive_temperature(**every),), **given)


BOTH = [
    ({"heat_flow": layer([0.09, 0.06, 0.05])}, "heat_flow", "are these W m-2"),
    ({"heat_flow": layer([90_000.0, 60_000.0, 50_000.0])}, "heat_flow", "are these uW m-2"),
    ({"surface_temperature": layer([25.0, 15.0, 15.0], "K")}, "surface_temperature", "kelvins"),
    ({"surface_temperature": layer([288.0] * 3, "degC")}, "surface_temperature", "kelvins"),
    ({"depth": 3}, "depth", "write '3 km'"),
]


@pytest.mark.parametrize(("given", "where", "fix"), BOTH)
@pytest.mark.parametrize("function", [plain, layered])
def test_another_unit_is_told(function: Any, given: dict[str, Any], where: str, fix: str) -> None:
    findings = [each for each in function(**given) if each.where.endswith(f".{where}")]
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"]
    assert fix in findings[0].fix


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"heat_flow_sd": layer([0.009] * 3)}, "heat_flow_sd"),
        ({"heat_productions": [1e-6]}, "heat_productions[0]"),
        ({"heat_productions": [1_000.0]}, "heat_productions[0]"),
        ({"thicknesses": [2.0], "conductivities": [2.0, 2.5], "heat_productions": [0.0, 0.0]},
         "thicknesses[0]"),
        ({"thicknesses": [layer([0.0, 2.0, 5.0], "m")], "conductivities": [2.0, 2.5],
          "heat_productions": [0.0, 0.0]}, "thicknesses[0]"),
    ],
)  # fmt: skip
def test_another_unit_of_layers_of_rock_is_told(given: dict[str, Any], where: str) -> None:
    findings = layered(**given)
    assert [(each.code, each.where) for each in findings] == [
        ("RANGE_IMPLAUSIBLE", f"geotherm.temperature_at_depth.{where}")
    ]


def test_rock_hotter_than_rock_can_be_is_told() -> None:
    # 15 + 2 W/m2 * 3000 m / 2.5 W/m/K = 2415 degC: heat that water brought, not conduction.
    for function in (plain, layered):
        findings = function(heat_flow=layer([60.0, 90.0, 2_000.0]))
        assert [each.found for each in findings] == ["cells above 1300 degC"]


def test_a_limit_of_ten_metres_is_told() -> None:
    findings = told(geotherm.depth_to_temperature, **GIVEN, temperature=200.0, limit=10)
    assert [each.fix for each in findings] == ["if kilometres are meant, write '10 km'"]


def test_the_spread_of_a_temperature_is_told_alike() -> None:
    def spread(**given: Any) -> tuple[xr.DataArray]:
        return (heat.conductive_temperature_sd(**given),)

    assert told(spread, heat_flow_sd=layer([6.0] * 3), depth="3 km") == []
    found = told(spread, heat_flow_sd=layer([6e-3] * 3), depth=3)
    assert [each.where.split(".")[-1] for each in found] == ["depth", "heat_flow_sd"]


def test_what_is_right_is_not_told() -> None:
    usual = {"heat_flow": layer([60.0, 90.0, 2.0]), "heat_flow_sd": layer([0.0, 9.0, np.nan])}
    assert plain(heat_flow=usual["heat_flow"]) == []
    assert layered(**usual, surface_temperature=layer([-55.0, 15.0, np.nan], "degC")) == []
    sediments = layer([0.0, 2_000.0, np.nan], "m")
    rocks = {"conductivities": [2.0, 2.5], "heat_productions": [1.0, 0.006]}
    assert layered(**usual, thicknesses=[sediments], **rocks) == []


def test_a_finding_is_one_and_the_same_whatever_the_parts() -> None:
    flow = layer([0.09, 0.06, 0.05])
    assert plain(heat_flow=flow.chunk(x=1)) == plain(heat_flow=flow)


def test_a_part_that_is_low_throughout_says_nothing_of_a_good_layer() -> None:
    flow = layer([2.0, 3.0, 60.0]).chunk(x=1)
    assert plain(heat_flow=flow) == []
    sediments = layer([0.0, 5.0, 2_000.0], "m").chunk(x=1)
    rocks = {"conductivities": [2.0, 2.5], "heat_productions": [1.0, 0.006]}
    assert layered(heat_flow=flow, thicknesses=[sediments], **rocks) == []


@pytest.mark.parametrize("values", [[0.09, 0.06, 0.05], [90_000.0, 60_000.0, 50_000.0]])
def test_a_layer_of_many_parts_is_told_once_outside_a_run_too(values: list[float]) -> None:
    found = heat.conductive_temperature(layer(values).chunk(x=1), "3 km")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found.compute()
    flows = [each for each in caught if "heat flow" in str(each.message)]
    assert len(flows) == 1
