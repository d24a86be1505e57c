"""Power, pumps and costs of wells against GEOPHIRES-X, published formulas and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.kernels.geothermal import cooling_down, costs, exergy, pumping, resource, water
from siting.kernels.geothermal.superhot import superhot_exergy
from siting.kernels.geothermal.well_field import PUMP_EXCEEDS_GROSS, TOO_COLD, Design, deliver
from tests.kernels.geothermal.cases import _COMMON, _HYDROTHERMAL, CASES, PAGE, Case, table

PLANTS = st.sampled_from([1, 2, 3, 4])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_of_geophires_come_out_within_five_per_cent(case: Case) -> None:
    found = case.found()
    assert {name: found[name] for name in case.published} == pytest.approx(case.published, rel=0.05)


def test_headline_figures_of_example1_come_out_within_one_per_cent() -> None:
    # GEOPHIRES-X 3.14.0, tests/examples/example1.out.
    found = CASES[0].found()
    for name in ("net power [MW]", "capital [MUSD]", "cost of energy [USD/MWh]", "well [MUSD]"):
        assert found[name] == pytest.approx(CASES[0].published[name], rel=0.01)


def test_identity_of_example1() -> None:
    # (.05 x 47.99 + 1.35)/42.51 GWh = 8.82 cents; at sea's rate of .108 it would be 15.37.
    for charge, cents in ((0.05, 8.82), (0.108, 15.37)):
        assert (charge * 47.99 + 1.35) / 42.51 * 100 == pytest.approx(cents, abs=0.005)


def test_the_page_shows_the_cases_as_they_come_out() -> None:
    assert table().strip() in PAGE.read_text("utf-8")


@pytest.mark.parametrize(("t", "work"), [(100.0, 0.04417), (150.0, 0.10169), (200.0, 0.17939)])
def test_availability_has_its_published_values(t: float, work: float) -> None:
    # Beckers and McCabe (2019), Ta 15 degC.
    assert exergy.availability(15.0, t) == pytest.approx(work, abs=5e-6)


@pytest.mark.parametrize(("t", "work"), [(100.0, 0.04409), (200.0, 0.18233), (300.0, 0.40863)])
def test_exergy_is_that_of_the_iapws_formulation(t: float, work: float) -> None:
    # IAPWS R6-95(2018), saturated liquid, dead state 15 degC.
    assert exergy.exergy(15.0, t) == pytest.approx(work, rel=3e-3)


def test_a_hundred_kilograms_at_150_degrees() -> None:
    # 100 x .10169 x .3151 = 3.204 MW.
    assert exergy.utilisation(1, 15.0, 150.0) == pytest.approx(0.3151, abs=5e-5)
    assert exergy.gross_power(1, 15.0, 150.0, 100.0) == pytest.approx(3.204, abs=5e-4)


@given(PLANTS, st.floats(-10, 40), st.floats(90, 350))
def test_share_of_the_exergy_is_a_share(plant: int, ambient: float, t: float) -> None:
    assert 0 <= exergy.utilisation(plant, ambient, t) < 0.6


@given(PLANTS, st.floats(-10, 40), st.floats(-10, 89.9))
def test_no_power_below_ninety_degrees(plant: int, ambient: float, t: float) -> None:
    assert exergy.gross_power(plant, ambient, t, 100.0) == 0.0


@given(st.sampled_from([1, 2]), st.floats(-5, 35), st.floats(95, 340))
def test_hotter_water_gives_no_less_power(plant: int, ambient: float, t: float) -> None:
    power = exergy.gross_power(plant, ambient, t, 100.0)
    assert exergy.gross_power(plant, ambient, t + 5, 100.0) >= power


# IAPWS R6-95(2018), saturated liquid: density [kg m-3], pressure [kPa], viscosity [Pa s].
@pytest.mark.parametrize(
    ("t", "weight", "pressure", "viscous"),
    [(100.0, 958.35, 101.42, 281.6e-6), (170.0, 897.45, 792.19, 159.8e-6),
     (250.0, 798.89, 3976.17, 106.3e-6)],
)  # fmt: skip
def test_water_is_water(t: float, weight: float, pressure: float, viscous: float) -> None:
    assert water.density(t) == pytest.approx(weight, rel=6e-4)
    assert water.saturation_pressure(t) == pytest.approx(pressure, rel=1e-4)
    assert water.viscosity(t) == pytest.approx(viscous, rel=0.03)


def test_friction_of_laminar_flow_is_poiseuilles() -> None:
    # dp = 128 mu m L/(pi rho D^4).
    flow, length, diameter = 0.01, 100.0, 0.2
    mu, rho = water.viscosity(20.0), water.density(20.0)
    expected = 128 * mu * flow * length / (math.pi * rho * diameter**4) / 1000
    assert pumping.friction(flow, 20.0, diameter, length) == pytest.approx(expected, rel=1e-9)


@given(st.floats(1, 150), st.floats(1, 150))
def test_more_flow_never_needs_less_pressure(a: float, b: float) -> None:
    low, high = sorted((a, b))
    at = [pumping.production_pressure(m, 150.0, 2000.0, 0.2, 5.0, 18_500.0, 800.0)
          for m in (low, high)]  # fmt: skip
    assert 0 <= at[0] <= at[1]


def with_changes(**changes: float) -> Design:
    return Design(**{**_COMMON, **_HYDROTHERMAL, **changes})  # type: ignore[arg-type]


def test_reasons_for_no_power_are_told() -> None:
    cold = deliver(with_changes(temperature=85.0), 0.0)
    tight = deliver(with_changes(productivity=1.0, injectivity=1.0, temperature=110.0), 0.0)
    assert (cold.reason, cold.net) == (TOO_COLD, 0.0)
    assert (tight.reason, tight.net) == (PUMP_EXCEEDS_GROSS, 0.0)
    assert tight.pump > tight.gross > 0


@settings(max_examples=40)
@given(st.floats(100, 170), st.floats(0, 0.015))
def test_net_is_gross_less_pumps_and_falls_with_drawdown(t: float, drawdown: float) -> None:
    found = deliver(with_changes(temperature=t, drawdown=drawdown), 0.0)
    steady = deliver(with_changes(temperature=t, drawdown=0.0), 0.0)
    if found.net > 0:
        assert found.net == pytest.approx(found.gross - found.pump)
    assert found.net <= steady.net + 1e-9


def test_years_that_come_first_weigh_more_with_interest() -> None:
    assert deliver(with_changes(), 0.07).net > deliver(with_changes(), 0.0).net


def test_one_fracture_in_endless_rock_has_its_closed_form() -> None:
    # Carslaw and Jaeger (1959): erfc(1/(2 sqrt(t))).
    for time in (0.1, 0.5, 2.0, 20.0):
        found = cooling_down.fracture_cooling(time, 30.0)
        assert found == pytest.approx(math.erfc(0.5 / math.sqrt(time)), abs=0.008)


def test_narrow_fractures_cool_when_their_rock_is_spent() -> None:
    # All heat of a slab is gone at t = spacing: before it hardly any cooling, behind it all.
    assert cooling_down.fracture_cooling(0.6 * 0.02, 0.02) < 0.01
    assert cooling_down.fracture_cooling(1.6 * 0.02, 0.02) > 0.98


@given(st.floats(0.01, 0.9), st.floats(0.01, 10))
def test_time_of_cooling_is_the_inverse(share: float, spacing: float) -> None:
    time = cooling_down.fracture_time(share, spacing)
    assert cooling_down.fracture_cooling(time, spacing) == pytest.approx(share, abs=2e-3)


def test_wells_cost_what_nrel_says() -> None:
    # NREL (2025), vertical small bore: 1.355 MUSD at 1 km, 2.488 at 2 km.
    assert costs.well_cost(1000.0, costs.SMALL) == pytest.approx(1.355, abs=5e-4)
    assert costs.well_cost(2000.0, costs.SMALL) == pytest.approx(2.488, abs=5e-4)


@given(PLANTS, st.floats(0.5, 90), st.floats(95, 340))
def test_larger_plants_cost_more_but_less_by_size(plant: int, power: float, t: float) -> None:
    one, two = (costs.plant_cost(plant, p, t) for p in (power, 1.1 * power))
    assert one < two < 1.1 * one * 1.02


def test_volumetric_method_of_the_geological_survey() -> None:
    # Williams, Reed and Mariner (2008): 200 degC, 2 km3, recovery .125, utilisation .4, 30 years.
    assert resource.heat_in_place(200.0, 2.0) == pytest.approx(9.99e17, rel=1e-4)
    assert resource.volumetric_work(200.0, 2.0) == pytest.approx(2.885e16, rel=2e-3)
    assert resource.volumetric_power(200.0, 2.0) == pytest.approx(12.19, rel=2e-3)


def test_power_density_has_the_medians_of_its_classes() -> None:
    # Wilmarth and Stimac (2015), 108 fields: 4.3 MW per km2 below 190 degC.
    assert resource.power_density(160.0, 0.0) == pytest.approx(4.3)
    assert resource.power_density(280.0, 0.0) == pytest.approx(12.0)
    steps = [resource.power_density(t, 0.0) for t in np.arange(150, 300, 0.5)]
    assert max(np.abs(np.diff(steps))) < 0.3


def test_superhot_fluid_below_the_critical_point_is_none() -> None:
    assert superhot_exergy(373.0, 30.0) == 0.0
    # IAPWS R6-95(2018): 450 degC and 30 MPa, dead state 15 degC.
    assert superhot_exergy(450.0, 30.0) == pytest.approx(1.2545)
