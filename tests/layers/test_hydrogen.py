import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError, PipelineError
from siting.layers import hydrogen

CLASSES = {"kind": "categorical", "categories": {"1": "stable", "2": "active"}}


def layer(*values: float, units: str = "1", **attrs: object) -> xr.DataArray:
    array = np.array([values], dtype=np.float32)
    return xr.DataArray(array, dims=("y", "x"), name="evidence", attrs={"units": units, **attrs})


def test_the_chance_of_a_system_is_that_of_its_best_source_reservoir_and_seal():
    # USGS PP 1900: sources in parallel, source, reservoir and seal in series: .6·.5·.5.
    found = hydrogen.system_chance([layer(0.2), layer(0.6)], layer(0.5), layer(0.5))
    assert found.item() == pytest.approx(0.15)


@given(st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4))
def test_a_system_is_never_likelier_than_any_part_it_needs(parts):
    one, other, reservoir, seal = (layer(each) for each in parts)
    found = hydrogen.system_chance([one, other], reservoir, seal).item()
    assert 0 <= found <= min(max(parts[:2]), *parts[2:])


def test_an_unknown_source_leaves_the_chance_unknown():
    found = hydrogen.system_chance([layer(0.9), layer(np.nan)], layer(1.0), layer(1.0))
    assert np.isnan(found.item())


@pytest.mark.parametrize("bad", [-0.1, 1.5])
def test_chances_outside_of_0_to_1_are_refused_when_computed(bad):
    described = hydrogen.system_chance([layer(bad).chunk()], layer(1.0), layer(1.0))
    with pytest.raises(InputError, match=r"CRITERION_RANGE(.|\n)*sources"):
        described.compute()


def test_serpentinisation_has_its_window_of_temperature():
    # Rising from 100 to 200 degC, full to 320, none from 400 on: 360 is half way down.
    t = layer(90, 100, 150, 200, 320, 360, 400, np.nan, units="degC")
    found = hydrogen.serpentinisation(t, layer(*[1.0] * 8)).values[0]
    np.testing.assert_allclose(found, [0, 0, 0.5, 1, 1, 0.5, 0, np.nan])
    with pytest.raises(PipelineError, match=r"VALUE_INVALID(.|\n)*rise"):
        hydrogen.serpentinisation(t, layer(*[1.0] * 8), best_low="50 degC")


def granite(porosity: float = 0.01) -> float:
    u, th = layer(3.0, units="mg kg-1"), layer(12.0, units="mg kg-1")
    return hydrogen.radiolysis_rate(u, th, layer(3.0, units="percent"), porosity).item()


def test_the_rate_of_radiolysis_by_hand():
    # W = 10/2673 = .0037411; absorbed alpha .0055804, beta .0046546, gamma .0042468; doses
    # 17.127, 3.1116, 1.6392 Gy/ka; yields .96, .6, .4 per 100 eV: 1.03228e-3 Gy/ka, which is
    # 1.03228e-6·6.241509e18/6.02214e23·2673 = 2.860e-8 mol/m3/yr.
    assert granite() == pytest.approx(0.02860, rel=1e-3)


def test_the_rate_of_radiolysis_adds_up_to_what_the_crust_is_said_to_make():
    # Sherwood Lollar and others 2014: 0.16 to 0.47e11 mol a year from Precambrian crust, 1.06e8
    # km2 to some 5 km depth (5.3e17 m3): .03 to .09 umol m-3 yr-1; porosity there is 1 to 2 %.
    assert 0.02 < granite(0.01) < granite(0.02) < 0.09


@given(st.floats(0.001, 0.3))
def test_more_water_makes_more_hydrogen_while_pores_are_few(porosity):
    assert granite(porosity * 1.1) > granite(porosity)


def test_chances_go_by_the_names_or_numbers_of_classes():
    regime = layer(1, 2, np.nan, **CLASSES)
    named = hydrogen.chance_by_class(regime, {"stable": 0.25, "active": 0.5}).values[0]
    np.testing.assert_array_equal(named, np.float32([0.25, 0.5, np.nan]))
    numbered = hydrogen.chance_by_class(regime, {"1": 0.25, "2": 0.5}).values[0]
    np.testing.assert_array_equal(named, numbered)


def test_classes_must_have_their_chances_and_names():
    regime = layer(1, 2, **CLASSES)
    with pytest.raises(InputError, match=r"CLASS_UNKNOWN(.|\n)*2"):
        hydrogen.chance_by_class(regime, {"stable": 0.25}).compute()
    with pytest.raises(PipelineError, match=r"VALUE_UNKNOWN(.|\n)*volcanic"):
        hydrogen.chance_by_class(regime, {"volcanic": 0.25})
    with pytest.raises(InputError, match="KIND_WRONG"):
        hydrogen.chance_by_class(layer(1.0), {"1": 0.25})
    with pytest.raises(PipelineError, match="VALUE_INVALID"):
        hydrogen.chance_by_class(regime, {"stable": 1.25, "active": 0.1})


def test_evidence_can_be_trusted_in_part():
    assert hydrogen.discounted(layer(0.5), reliability=0.4).item() == pytest.approx(0.2)
