import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError, UnitsError
from siting.findings import collect
from siting.layers import heat

UNITS = {"heat_flow": "mW m-2", "standard_deviation": "mW m-2"}


def layer(values: object, units: str = "mW m-2", kind: str = "continuous") -> xr.DataArray:
    return xr.DataArray(
        np.atleast_2d(values), dims=("y", "x"), attrs={"units": units, "kind": kind}
    )


def classes(**columns: list[float]) -> pd.DataFrame:
    rows = {"class": [2, 1], "heat_flow": [80.0, 45.0], "standard_deviation": [30.0, 12.0]}
    table = pd.DataFrame({**rows, **columns})
    table.attrs["columns"] = UNITS
    return table


@pytest.mark.parametrize(("depth", "temperature"), [("1 km", 50.8), ("3 km", 121.2)])
def test_temperature_at_depth(depth: str, temperature: float) -> None:
    # By hand, with q0 90 mW/m2, k 2.5 W/m/K, A 1 uW/m3, T0 15 degC:
    # 15 + 0.09*1000/2.5 - 1e-6*1000**2/5 = 15 + 36 - 0.2; 15 + 108 - 1.8.
    assert heat.conductive_temperature(layer(90.0), depth=depth).item() == pytest.approx(
        temperature
    )


def test_temperature_solves_the_equation_of_steady_conduction() -> None:
    # k T'' = -A, by second differences.
    k, a, dz = 3.0, 2.0, 100.0
    t = [
        heat.conductive_temperature(
            layer(60.0), depth=2000.0 + dz * i, conductivity=k, heat_production=a
        ).item()
        for i in (-1, 0, 1)
    ]
    assert k * (t[0] - 2 * t[1] + t[2]) / dz**2 == pytest.approx(-a * 1e-6, rel=1e-6)


def test_surface_temperature_may_be_a_layer() -> None:
    found = heat.conductive_temperature(
        layer([90.0, 90.0]), depth="1 km", surface_temperature=layer([273.15, 288.15], "K")
    )
    assert found.values.round(3).tolist() == [[35.8, 50.8]]


def test_temperature_is_not_known_where_heat_would_flow_down() -> None:
    found = heat.conductive_temperature(layer([4.9, 5.0]), depth="5 km", heat_production=1.0)
    assert np.isnan(found.values[0, 0])
    assert found.values[0, 1] == pytest.approx(15 + 5e-3 * 5000 / 2.5 - 1e-6 * 5000**2 / 5)


@given(
    q=st.floats(25, 400), depth=st.floats(20, 10_000), more=st.floats(1.01, 3), k=st.floats(1, 5)
)
def test_temperature_rises_with_heat_flow_and_falls_with_conductivity(
    q: float, depth: float, more: float, k: float
) -> None:
    def temperature(q: float, k: float) -> float:
        return heat.conductive_temperature(layer(q), depth=depth, conductivity=k).item()

    with collect():  # some come out hotter than rock can be, and are told
        assert temperature(q * more, k) > temperature(q, k)
        assert temperature(q, k * more) < temperature(q, k)
        assert temperature(q, k) > 15


@given(q=st.floats(40, 200), sd=st.floats(0.5, 20), depth=st.floats(100, 8_000))
def test_standard_deviation_is_half_the_spread_of_two_temperatures(
    q: float, sd: float, depth: float
) -> None:
    warm, cold = (
        heat.conductive_temperature(layer(q + sign * sd), depth=depth).item() for sign in (1, -1)
    )
    found = heat.conductive_temperature_sd(layer(sd), depth=depth).item()
    assert found == pytest.approx((warm - cold) / 2, rel=1e-9)


@pytest.mark.parametrize("depth", [0, -3, "30 km"])
def test_depth_has_limits(depth: object) -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        heat.conductive_temperature(layer(60.0), depth=depth)


def test_heat_flow_follows_the_class_and_not_the_order_of_rows() -> None:
    regime = layer([1.0, 2.0, np.nan, 1.0], "1", "categorical")
    found = heat.heat_flow_by_class(regime, classes())
    np.testing.assert_array_equal(found.mean.values, [[45.0, 80.0, np.nan, 45.0]])
    np.testing.assert_array_equal(found.sd.values, [[12.0, 30.0, np.nan, 12.0]])
    assert found.sd.attrs["long_name"] == found.mean.attrs["long_name"] + " (sd)"


def test_heat_flow_comes_in_the_unit_of_the_signature() -> None:
    table = classes(heat_flow=[0.080, 0.045])
    table.attrs["columns"] = {**UNITS, "heat_flow": {"units": "W m-2", "description": "mean"}}
    found = heat.heat_flow_by_class(layer([1.0, 2.0], "1", "categorical"), table)
    np.testing.assert_allclose(found.mean.values, [[45.0, 80.0]], rtol=1e-6)


def test_embedded_classes_serve_the_embedded_regimes() -> None:
    from siting.sources.catalogue import catalogue

    entry = catalogue()["heat_flow_classes"]
    table = pd.read_csv(entry.path)
    table.attrs["columns"] = {name: each["units"] for name, each in (entry.columns or {}).items()}
    regimes = sorted(catalogue()["tectonic_regime"].categories or {})
    found = heat.heat_flow_by_class(layer(np.array(regimes, float), "1", "categorical"), table)
    # Means of continental provinces lie between those of shields and of young volcanic ones.
    assert ((found.mean.values > 30) & (found.mean.values < 130)).all()
    assert (found.sd.values > 0).all()


def test_class_without_a_row_stops_the_run() -> None:
    regime = layer([1.0, 7.0], "1", "categorical")
    found = heat.heat_flow_by_class(regime.chunk(), classes())
    with pytest.raises(InputError, match=r"CLASS_UNKNOWN.*\n.*\n.*found: *\[7\.0\]"):
        found.mean.compute()


@pytest.mark.parametrize(
    "columns",
    [
        {"class": [1, 1]},
        {"heat_flow": [80.0, -1.0]},
        {"heat_flow": [80.0, np.nan]},
        {"standard_deviation": [1.0, -1.0]},
    ],
)
def test_table_that_cannot_be_right_is_refused(columns: dict[str, list[float]]) -> None:
    with pytest.raises(InputError, match="VALUE_INVALID"):
        heat.heat_flow_by_class(layer(1.0, "1", "categorical"), classes(**columns))


def test_table_without_units_or_columns_is_refused() -> None:
    table = classes()
    table.attrs = {}
    regime = layer(1.0, "1", "categorical")
    with pytest.raises(UnitsError, match="UNITS_MISSING: the column 'heat_flow'"):
        heat.heat_flow_by_class(regime, table)
    with pytest.raises(InputError, match="COLUMN_MISSING: there is no column 'heat_flow'"):
        heat.heat_flow_by_class(regime, classes().drop(columns="heat_flow"))


def test_classes_are_wanted_and_not_numbers() -> None:
    with pytest.raises(InputError, match="KIND_WRONG"):
        heat.heat_flow_by_class(layer(1.0), classes())


@pytest.mark.parametrize(
    "given",
    [
        {"surface_temperature": 288.15},  # kelvins
        {"conductivity": 2_500.0},  # mW m-1 K-1
        {"conductivity": 0.006},  # cal cm-1 s-1 K-1
    ],
)
def test_numbers_in_another_unit_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        heat.conductive_temperature(layer(90.0), depth="3 km", **given)


def test_three_metres_are_told_to_be_kilometres_most_likely() -> None:
    q = xr.DataArray([[90.0]], dims=("y", "x"), attrs={"units": "mW m-2"})
    with collect() as findings:
        heat.conductive_temperature(q, depth=3)
    assert [(each.code, each.fix) for each in findings] == [
        ("RANGE_IMPLAUSIBLE", "if kilometres are meant, write '3 km'")
    ]
