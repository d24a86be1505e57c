import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError
from siting.layers import heat
from siting.layers.geotherm import depth_to_temperature, temperature_at_depth


def layer(values: object, units: str = "mW m-2") -> xr.DataArray:
    return xr.DataArray(
        np.atleast_2d(values).astype(float), dims=("y", "x"), attrs={"units": units}
    )


ROCK = {"thicknesses": [], "conductivities": [2.5], "heat_productions": [1.0]}


def test_one_layer_is_the_uniform_geotherm() -> None:
    q = layer([[40.0, 60.0, 90.0]])
    found = temperature_at_depth(q, q * 0, "3 km", **ROCK).mean
    plain = heat.conductive_temperature(q, "3 km")
    np.testing.assert_allclose(found.values, plain.values, rtol=1e-6)
    assert found.attrs["units"] == "degC"


def test_thickness_may_be_a_layer_in_its_own_unit() -> None:
    # 2 km of sediment of 2 W/m/K over rock of 3: 15 + 0.06 * (2000/2 + 1000/3) = 95, or 75.
    q = layer([60.0, 60.0])
    found = temperature_at_depth(
        q, q * 0, "3 km", [layer([2.0, 0.0], "km")], [2.0, 3.0], [0.0, 0.0]
    )
    np.testing.assert_allclose(found.mean.values, [[95.0, 75.0]], rtol=1e-6)


def test_sd_of_heat_flow_alone_is_exact() -> None:
    q = layer([60.0])
    found = temperature_at_depth(
        q, layer([6.0]), "4 km", **ROCK, conductivity_sd=0.0, heat_production_sd=0.0
    )
    plain = heat.conductive_temperature_sd(layer([6.0]), "4 km")
    np.testing.assert_allclose(found.sd.values, plain.values, rtol=1e-5)


def test_sd_is_that_of_many_draws() -> None:
    rng, n = np.random.default_rng(1), 100_000
    q, k, a = rng.normal(70, 7, n), rng.normal(2.6, 0.26, n), rng.normal(1.2, 0.36, n)
    t = 10 + (q * 1e-3 * 5_000 - a * 1e-6 * 5_000**2 / 2) / k
    found = temperature_at_depth(
        layer([70.0]), layer([7.0]), "5 km", [], [2.6], [1.2], surface_temperature=10.0
    )
    assert found.sd.item() == pytest.approx(t.std(), rel=0.03)


def test_no_temperature_where_heat_would_flow_down() -> None:
    q = layer([4.9, 5.1, 0.0, -20.0, np.nan])
    found = temperature_at_depth(q, q * 0 + 1, "5 km", **ROCK)
    assert np.isfinite(found.mean.values).tolist() == [[False, True, False, False, False]]
    assert np.isfinite(found.sd.values).tolist() == [[False, True, False, False, False]]


def test_hot_rock_conducts_less_and_is_hotter_below() -> None:
    q = layer([70.0])
    plain, falling = (
        temperature_at_depth(q, q * 0, "8 km", [], [3.0], [1.0], conductivity_law=law).mean.item()
        for law in ("constant", "sass_1992")
    )
    assert falling > plain + 15


@settings(max_examples=30, deadline=None)
@given(
    q=st.floats(30, 200), k=st.floats(1.5, 4), target=st.floats(40, 400), law=st.sampled_from(
        ["constant", "sass_1992"]
    )
)  # fmt: skip
def test_depth_and_temperature_are_inverses(q: float, k: float, target: float, law: str) -> None:
    rock = {"thicknesses": [1_500.0], "conductivities": [1.9, k], "heat_productions": [1.2, 0.6]}
    found = depth_to_temperature(
        layer([q]), layer([1.0]), target, **rock, conductivity_law=law, limit="12 km"
    )
    if found.reached.item() == 1:
        back = temperature_at_depth(
            layer([q]), layer([1.0]), float(found.mean.item()), **rock, conductivity_law=law
        )
        assert back.mean.item() == pytest.approx(target, rel=1e-4)
    else:
        at_limit = temperature_at_depth(
            layer([q]), layer([1.0]), "12 km", **rock, conductivity_law=law
        ).mean.item()
        assert np.isnan(at_limit) or at_limit < target
        assert np.isnan(found.mean.item())


def test_deeper_than_the_limit_is_told_and_never_clamped() -> None:
    # 5,294.6 m at 90 mW/m2; with 45 the heat is used up at T0 + q²/2Ak = 420 degC, below 10 km.
    q = layer([90.0, 45.0, 5.0, np.nan])
    found = depth_to_temperature(q, q * 0.1, 200.0, **ROCK)
    np.testing.assert_allclose(found.mean.values, [[5_294.6, np.nan, np.nan, np.nan]], atol=0.1)
    np.testing.assert_array_equal(found.reached.values, [[1, 0, 0, np.nan]])
    assert found.reached.attrs["kind"] == "boolean"
    at_limit = depth_to_temperature(q, q * 0.1, 200.0, **ROCK, limit=5_294.0)
    assert np.isnan(at_limit.mean.values[0, 0])
    assert at_limit.reached.values[0, 0] == 0


def test_sd_of_depth_is_that_of_many_draws() -> None:
    rng, n = np.random.default_rng(2), 100_000
    q, k = rng.normal(0.09, 0.006, n), rng.normal(2.5, 0.15, n)
    a, theta = 1e-6, k * (200 - 15)
    z = 2 * theta / (q + np.sqrt(q**2 - 2 * a * theta))
    found = depth_to_temperature(
        layer([90.0]), layer([6.0]), 200.0, **ROCK, conductivity_sd=0.06, heat_production_sd=0.0
    )
    assert found.sd.item() == pytest.approx(z.std(), rel=0.05)


def test_a_temperature_below_that_of_the_surface_is_refused() -> None:
    q = layer([60.0])
    with pytest.raises(PipelineError, match="VALUE_INVALID: the temperature is not above"):
        depth_to_temperature(q, q, 12.0, **ROCK)
    warm = layer([10.0, 25.0], "degC")
    q = layer([60.0, 60.0])
    found = depth_to_temperature(q, q * 0.1, 20.0, **ROCK, surface_temperature=warm)
    assert np.isfinite(found.mean.values).tolist() == [[True, False]]
    assert np.isnan(found.reached.values[0, 1])


def test_lists_have_to_fit_one_another() -> None:
    q = layer([60.0])
    with pytest.raises(PipelineError, match=r"VALUE_INVALID: every layer(.*\n)+.*1 for 1 thickn"):
        temperature_at_depth(q, q, "3 km", [1_000.0], [2.0], [1.0, 1.0])
    with pytest.raises(PipelineError, match=r"heat_productions"):
        temperature_at_depth(q, q, "3 km", [1_000.0], [2.0, 3.0], [1.0])
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        temperature_at_depth(q, q, "3 km", [], [0.0], [1.0])


def test_a_negative_thickness_is_refused_when_it_is_met() -> None:
    q = layer([60.0, 60.0])
    found = temperature_at_depth(
        q.chunk(), q, "3 km", [layer([100.0, -5.0], "m")], [2.0, 3.0], [1.0, 1.0]
    )
    with pytest.raises(InputError, match="VALUE_INVALID: a layer of rock has a negative"):
        found.mean.compute()
