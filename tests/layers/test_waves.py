"""Power of waves against published numbers, and periods that are taken for what they are."""

import dask.array as da
import numpy as np
import pytest
import xarray as xr

from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.layers import waves


def layer(value: float, unit: str, **attrs: str) -> xr.DataArray:
    values = np.full((1, 2), value, np.float32)
    return xr.DataArray(values, dims=("y", "x"), attrs={"units": unit, **attrs})


def months(value: float, unit: str) -> xr.DataArray:
    values = value * np.arange(1, 13, dtype=np.float32)[:, None, None]
    return xr.DataArray(values, dims=("month", "y", "x"), attrs={"units": unit})


def test_power_of_a_known_sea() -> None:
    # Hs 2 m, Te 10 s: 490.2701 * 4 * 10 W/m. Hs 2.5 m, Te 6.8596 s, 10 m: 23.80 kW/m.
    found = waves.power(layer(2.0, "m"), layer(10.0, "s"), 5000.0)
    assert found.attrs["units"] == "kW m-1"
    assert found.values == pytest.approx(19.6108, rel=1e-5)
    shallow = waves.power(layer(2.5, "m"), layer(6.8596, "s"), layer(0.01, "km"))
    assert shallow.values == pytest.approx(23.80, abs=0.01)


def test_there_are_no_waves_on_land() -> None:
    depth = layer(10.0, "m")
    depth.values[0, 1] = -10.0
    found = waves.power(layer(2.0, "m"), layer(10.0, "s"), depth)
    assert np.isnan(found.values).tolist() == [[False, True]]


def test_power_by_month_at_the_depth_of_a_layer() -> None:
    found = waves.power_monthly(months(0.5, "m"), months(1.0, "s"), layer(30.0, "m")[:, :1])
    assert found.dims == ("month", "y", "x")
    alone = waves.power(layer(3.5, "m"), layer(7.0, "s"), 30.0)
    assert found.values[6, 0, 0] == pytest.approx(alone.values[0, 0], rel=1e-6)


def test_months_stay_lazy() -> None:
    height = months(0.5, "m").chunk({"month": 1})
    found = waves.power_monthly(height, months(1.0, "s").chunk({"month": 1}), 30.0)
    assert isinstance(found.data, da.Array)


@pytest.mark.parametrize(
    ("convert", "ratio"),
    [
        (waves.energy_period_from_peak, 0.8572),
        (waves.energy_period_from_tm01, 0.8572 / 0.7718),
        (waves.energy_period_from_tm02, 0.8572 / 0.7104),
    ],
)
def test_periods_of_a_fully_grown_sea(convert, ratio) -> None:
    found = convert(layer(9.0, "s"), gamma=1.0)
    assert found.values == pytest.approx(9.0 * ratio, rel=2e-4)
    assert found.attrs["quantity"] == "wave_energy_period"
    assert waves.power(layer(2.0, "m"), found, 5000.0).values.min() > 0


@pytest.mark.parametrize("name", ["peak", "tm01", "tm02"])
def test_periods_by_month_are_those_of_their_layers(name: str) -> None:
    by_month = getattr(waves, f"energy_period_from_{name}_monthly")(months(1.0, "s"), gamma=2.0)
    alone = getattr(waves, f"energy_period_from_{name}")(layer(7.0, "s"), gamma=2.0)
    assert by_month.values[6, 0, 0] == pytest.approx(alone.values[0, 0])
    assert by_month.attrs["quantity"] == "wave_energy_period"


def test_a_period_of_another_type_is_refused() -> None:
    peak = layer(9.0, "s", quantity="wave_peak_period")
    with pytest.raises(InputError, match="QUANTITY_MISMATCH") as caught:
        waves.power(layer(2.0, "m"), peak, 50.0)
    assert caught.value.found == "wave_peak_period"
    named = layer(9.0, "s", standard_name="sea_surface_wave_zero_upcrossing_period")
    for function in (waves.energy_period_from_peak, waves.energy_period_from_tm01):
        with pytest.raises(InputError, match="wave_mean_period_tm02"):
            function(named, gamma=1.0)
    with collect() as findings:
        waves.energy_period_from_tm02(named, gamma=1.0)
    assert findings == []


def test_a_peak_enhancement_below_one_is_refused() -> None:
    with pytest.raises(PipelineError, match="greater than or equal to 1"):
        waves.energy_period_from_peak(layer(9.0, "s"), gamma=0.5)
