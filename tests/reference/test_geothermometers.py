"""Geothermometers against their papers, and against what follows from them by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.kernels import geothermometers as formulas

A = np.array


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        # Fournier 1977, Geothermics 5, 41-50: T = 1309/(5.19 - log SiO2) - 273.15, by hand:
        # 1309/(5.19 - 2.30103) = 453.10.
        (formulas.quartz(A([200.0])), 179.95),
        # 1522/(5.75 - 2.30103) = 441.29
        (formulas.quartz_maximum_steam_loss(A([200.0])), 168.14),
        # 1032/(4.69 - 2) = 383.64
        (formulas.chalcedony(A([100.0])), 110.49),
        # Fournier 1979, GRC Transactions 3, 221-224: 1217/(1 + 1.483) = 490.13
        (formulas.na_k_fournier(A([1000.0]), A([100.0])), 216.98),
        # Giggenbach 1988, Geochim. Cosmochim. Acta 52, 2749: 1390/(1 + 1.75) = 505.45
        (formulas.na_k_giggenbach(A([1000.0]), A([100.0])), 232.30),
        # 4410/(14.0 - 4) = 441.0
        (formulas.k_mg(A([100.0]), A([1.0])), 167.85),
    ],
)
def test_formulas_give_what_their_papers_print(temperature, expected):
    assert temperature.item() == pytest.approx(expected, abs=0.006)


def test_both_formulas_for_quartz_agree_near_100_degc():
    # Water that cools to 100 degC without boiling loses no steam: solubility of quartz there is
    # 48 mg/kg (Fournier 1977, figure 2).
    silica = A([48.0])
    assert formulas.quartz(silica).item() == pytest.approx(100, abs=1)
    assert formulas.quartz_maximum_steam_loss(silica).item() == pytest.approx(100, abs=2.5)


def test_na_k_ca_is_the_papers_formula_in_molalities():
    # Fournier and Truesdell 1973: log(Na/K) + β log(√Ca/Na) = 1647/T - 2.24, in mol/kg.
    na, k, ca = 0.0435, 0.00256, 0.000499
    hot = 1647 / (np.log10(na / k) + np.log10(np.sqrt(ca) / na) / 3 + 2.24) - 273.15
    mass = [A([each * molar * 1000]) for each, molar in ((na, 22.990), (k, 39.098), (ca, 40.078))]
    # 2.24 becomes 2.4707 and 0 becomes 2.0601; papers print 2.47 and 2.06, worth .1 K.
    assert formulas.na_k_ca(*mass).item() == pytest.approx(hot, abs=0.15)


def test_beta_of_na_k_ca_is_four_thirds_in_cool_calcic_water_only():
    # Na 50, K 5, Ca 100 mg/kg: log(√Ca/Na) + 2.06 = 1.3610, ratio 1: with 4/3,
    # 1647/(1 + 1.81471 + 2.47) - 273.15 = 38.52 degC: below 100, so it stands.
    assert formulas.na_k_ca(A([50.0]), A([5.0]), A([100.0])).item() == pytest.approx(38.5, abs=0.1)
    # With K 50 the same gives 1647/(0 + 1.81471 + 2.47) - 273.15 = 111.2: so 1/3:
    # 1647/(0.45368 + 2.47) - 273.15 = 290.2.
    hot = formulas.na_k_ca(A([50.0]), A([50.0]), A([100.0])).item()
    assert hot == pytest.approx(290.2, abs=0.2)


@pytest.mark.parametrize("temperature", [100.0, 150.0, 200.0, 250.0, 300.0])
def test_the_two_branches_of_the_magnesium_correction_meet(temperature):
    # Fournier and Potter 1979 draw one set of curves: their equations for R below and above 5
    # agree there within 2 K, which no misprinted coefficient would leave so.
    below, above = formulas.magnesium_correction(A([temperature] * 2), A([5.0, 5.0001]))
    assert below == pytest.approx(above, abs=2)


def test_the_magnesium_correction_by_hand():
    # R 20 at 200 degC: log R 1.30103, squared 1.692679, cubed 2.202226; T 473.15, squared
    # 223,870.9: 10.66 - 94.83 + 551.593 - 369.198 - 148.799 + 157.885 = 107.31.
    found = formulas.magnesium_correction(A([200.0]), A([20.0])).item()
    assert found == pytest.approx(107.31, abs=0.05)
    # R 2 at 200 degC: -1.03 + 18.0531 + 13.1443 - 7.0311 - 22.4557 = .6806
    found = formulas.magnesium_correction(A([200.0]), A([2.0])).item()
    assert found == pytest.approx(0.68, abs=0.01)


def test_magnesium_corrects_nothing_in_cool_water_or_without_it_and_all_beyond_half():
    found = formulas.magnesium_correction(A([60.0, 200.0, 200.0]), A([20.0, 0.3, 51.0]))
    assert found[:2].tolist() == [0.0, 0.0]
    assert np.isnan(found[2])


@given(
    st.floats(80, 340),
    st.floats(50, 20_000),
)
def test_full_equilibrium_is_where_both_of_giggenbachs_temperatures_agree(temperature, sodium):
    # Derived from his two formulas: .315 (14.0 - 4410/T) - (1.75 - 1390/T) = 2.66 + .85/T.
    t = temperature + 273.15
    potassium = sodium * 10 ** (1.75 - 1390 / t)
    magnesium = potassium**2 / 10 ** (14.0 - 4410 / t)
    index = formulas.maturity(A([sodium]), A([potassium]), A([magnesium])).item()
    assert index == pytest.approx(2.66, abs=0.004)
    assert formulas.k_mg(A([potassium]), A([magnesium])).item() == pytest.approx(temperature)


def test_sea_water_is_balanced_and_in_no_full_equilibrium():
    # Standard sea water (Millero and others 2008, Deep-Sea Research I 55, 50-72), salinity
    # 35.165 g/kg: mg/kg. Its charges balance but for bromide, borate and strontium.
    sea = {"Na": 10_781.0, "K": 399.0, "Ca": 412.0, "Mg": 1284.0, "Cl": 19_353.0, "SO4": 2712.0,
           "HCO3": 105.0}  # fmt: skip
    water = {name: A([value]) for name, value in sea.items()}
    assert abs(formulas.charge_imbalance(water).item()) < 0.2
    index = formulas.maturity(water["Na"], water["K"], water["Mg"])
    assert index.item() == pytest.approx(2.09, abs=0.01)  # .315·2.0934 + 1.4317
    assert formulas.magnesium_share(water["K"], water["Ca"], water["Mg"]).item() > 50


def test_the_triangle_adds_up_to_a_hundred():
    parts = formulas.ternary(A([1310.0]), A([225.0]), A([0.01]))
    assert sum(part.item() for part in parts) == pytest.approx(100)


@pytest.mark.parametrize("silica", [0.0, -1.0, np.nan, 1e6])
def test_what_is_no_concentration_gives_no_temperature(silica):
    # 10^5.19 = 154,882 mg/kg is the formula's pole: beyond it there is no temperature.
    assert np.isnan(formulas.quartz(A([silica])).item())


@given(st.floats(10, 800), st.floats(1.001, 2))
def test_more_silica_is_hotter(silica, factor):
    for formula in (formulas.quartz, formulas.quartz_maximum_steam_loss, formulas.chalcedony):
        assert formula(A([silica * factor])).item() > formula(A([silica])).item()
