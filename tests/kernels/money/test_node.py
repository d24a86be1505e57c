"""What nodes cost in a year, worked out by hand and by invariants, on the embedded table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.io.costs import read_costs
from siting.kernels import money
from siting.sources.catalogue import catalogue

COSTS = read_costs(catalogue()["costs_offshore"].path, 2025)
AT = money.at_value(COSTS)
NODE = {
    "wave": 1250.0, "solar": 250.0, "battery_energy": 3000.0, "battery_power": 500.0,
    "it_power": 400.0, "nodes": 1.0, "distance": 500.0, "waiting": 2.0, "exclusive_zone": 1.0,
}  # fmt: skip
SIZES = st.floats(0, 5000)


def parts(**changed: float) -> dict[str, float]:
    found = money.annual_parts({**NODE, **changed}, AT)
    return {name: each.item() for name, each in found.items()}


def test_every_row_of_the_table_is_known_to_the_arithmetic() -> None:
    assert set(money.ranges(COSTS)) == set(COSTS.index)


def test_all_money_is_of_one_year() -> None:
    assert COSTS["converted_from"].isna().all()
    assert set(COSTS["status"]) <= {"measured", "derived", "assumed"}
    assert COSTS["note"].str.len().min() > 10


def test_what_was_chosen_or_read_in_the_press_is_assumed() -> None:
    told = COSTS["note"].str.startswith(("choice: ", "press: "))
    assert (told == (COSTS["status"] == "assumed")).all()


def test_parts_by_hand() -> None:
    found = parts()
    # Recovery factors at 7 %: 20 years .0943929, 12 .1259020, 14 .1143449, 5 .2438907.
    assert found["wave"] == pytest.approx(1250 * (6000 * 0.0943929 + 120), rel=1e-6)
    assert found["solar"] == pytest.approx(250 * 1500 * (0.0943929 + 0.02), rel=1e-6)
    battery = 3000 * 250 + 500 * 466
    assert found["battery"] == pytest.approx(battery * (0.1259020 + 0.0231), rel=1e-6)
    hull = 400 * 18_940 * 1.25
    assert found["hull"] == pytest.approx(hull * (0.1143449 + 0.02), rel=1e-6)
    chips = 400 / 1.833 * 47_200 * 1.2
    assert found["compute"] == pytest.approx(chips * 0.2438907, rel=1e-6)
    assert found["link"] == pytest.approx(25_000 * 0.2438907 + 60_000, rel=1e-6)
    capital = 1250 * 6000 + 250 * 1500 + battery + hull + chips + 25_000
    assert found["insurance"] == pytest.approx(0.012 * capital, rel=1e-6)
    ends = 7.5e6 * (0.0943929 - 0.07) + hull * (0.1143449 - 0.07)
    assert found["decommissioning"] == pytest.approx(0.05 * ends, rel=1e-5)
    assert found["place"] == 50_000


def test_ships_by_hand() -> None:
    # 500 km at 3.5 kn are 3.2140 days, at 10 kn 1.1249; 2 days' wait; 0.4 tows and 0.5 visits.
    tow = 3.21403 + 1.12491 + 3 + 2
    visit = 2 * 1.12491 + 1.5 + 2
    wanted = 0.4 * tow * 30_000 + 0.5 * visit * 20_000
    assert parts()["tow_and_service"] == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(("it_power", "links"), [(400.0, 1), (2000.0, 2), (0.001, 1)])
def test_a_node_has_as_many_links_as_its_tokens_need(it_power, links) -> None:
    # 30 Mbit/s carry 36 bit tokens of 833 processors at 1,000 a second: 1,527 kW of them.
    per_link = 25_000 * money.crf(0.07, 5) + 60_000
    assert parts(it_power=it_power)["link"] == pytest.approx(links * per_link)


def test_losses_are_what_the_hazard_adds_to_every_payment() -> None:
    certain = money.CostDraws({**AT.columns, "node.loss": np.zeros(1)})
    found = money.annual_parts(NODE, certain)
    assert found["losses"].item() == 0
    assert 0 < parts()["losses"] < 0.1 * sum(parts().values())


def yearly(**quantities: float) -> float:
    """All parts of what some quantities cost in a year [USD yr-1]."""
    return sum(money.annual_parts(quantities, AT).values()).item()


@given(wave=SIZES, solar=SIZES, energy=SIZES, power=SIZES)
def test_unit_costs_times_sizes_are_the_parts(wave, solar, energy, power) -> None:
    sizes = {"wave": wave, "solar": solar, "battery_energy": energy, "battery_power": power}
    site = {"it_power": 480 * 0.9 / 1.08, "nodes": 1.0, "distance": 500.0, "waiting": 2.0}
    whole = sum(money.annual_parts({**sizes, **site}, AT).values()).item()
    linear = sum(size * yearly(**{name: 1.0}) for name, size in sizes.items())
    assert linear + yearly(**site) == pytest.approx(whole, rel=1e-12)


def test_a_site_without_data_has_no_cost_and_spoils_no_other() -> None:
    found = money.annual_parts({**NODE, "distance": np.array([500.0, np.nan])}, AT)
    ships = found["tow_and_service"][:, 0]
    assert ships[0] == pytest.approx(parts()["tow_and_service"])
    assert np.isnan(ships[1])
    cost = money.cost_per_gpu_hour({**NODE, "distance": np.array([500.0, np.nan])}, AT, 0.95)
    assert np.isfinite(cost).ravel().tolist() == [True, False]


def test_sites_are_compared_under_the_same_draws() -> None:
    draws = money.draw(COSTS, 256)
    near, far = (
        money.cost_per_gpu_hour({**NODE, "distance": km}, draws, 0.95) for km in (100.0, 3000.0)
    )
    assert (far > near).all()


def test_hours_by_hand() -> None:
    # 218.2 processors, 5 % fail a year, 1 % of nodes are lost, 12.4 of 1,825 days under tow.
    away = 2 * (3.21403 + 3) / 5 / 365
    discount = (0.99 / 1.07) ** np.arange(1, 6)
    left = (0.95 ** np.arange(1, 6) * discount).sum() / discount.sum()
    wanted = 400 / 1.833 * 8760 * 0.95 * (1 - away) * left
    assert money.delivered_hours(NODE, AT, 0.95).item() == pytest.approx(wanted, rel=1e-6)


def test_no_hours_have_no_cost() -> None:
    assert np.isnan(money.cost_per_gpu_hour(NODE, AT, 0.0)).all()


def test_parts_of_an_hour_add_up() -> None:
    hours = money.delivered_hours(NODE, AT, 0.9)
    shares = money.per_hour(money.annual_parts(NODE, AT), hours)
    assert sum(shares[name] for name in money.PARTS) == pytest.approx(shares["total"])
    assert shares["total"] == pytest.approx(money.cost_per_gpu_hour(NODE, AT, 0.9))


def test_firm_energy_pays_for_the_plant_alone() -> None:
    cost = money.cost_per_firm_energy(NODE, AT, 4000.0).item()
    sizes = {"wave": 1250.0, "solar": 250.0, "battery_energy": 3000.0, "battery_power": 500.0}
    plant = sum(size * yearly(**{name: 1.0}) for name, size in sizes.items())
    assert cost == pytest.approx(plant / 4000)


def test_an_unknown_quantity_or_device_is_refused() -> None:
    with pytest.raises(ValueError, match="no cost belongs to"):
        money.annual_parts({"wind": 1.0}, AT)
    with pytest.raises(ValueError, match="wave.duck.capex"):
        money.annual_parts(NODE, AT, device="duck")
