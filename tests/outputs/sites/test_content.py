from typing import Any

import pytest

from siting.kernels import money
from siting.kinds import Results
from siting.outputs.simulated import COST, PARTS
from siting.outputs.sites import content
from siting.simulation.figures import FIGURES, OWN_FIGURES
from tests.site_cards import PLACES, card, make_results


@pytest.fixture(scope="module")
def site(results: Results) -> content.Site:
    return content.sites(results)[0]


def test_a_card_stands_at_its_place_in_its_sea(site: content.Site) -> None:
    assert site.place == "45.00° S, 138.00° E"
    assert site.sea == "Southern Ocean"
    assert site.rank == "1"


def test_both_bands_stand_beside_the_cost(site: content.Site) -> None:
    assert site.cost == "4.50"
    assert [band.value for band in site.bands] == ["4.00 to 5.50", "4.25 to 6.25"]
    assert "waves and morphing" in site.bands[0].label
    assert "prices" in site.bands[1].label


def test_the_donor_is_told_with_its_shift(results: Results) -> None:
    shifted, same = content.sites(results)
    assert "Humboldt Bay 2010 (40.8° N), its season shifted by half a year" in shifted.hours
    assert same.hours.endswith("its season as it is.")


def test_shares_are_per_cent_and_missing_figures_a_dash(site: content.Site) -> None:
    facts = {fact.label: fact.value for fact in site.facts}
    assert facts["Uptime: processors' hours with power"] == "92.1\u00a0%"
    assert facts["Cost of energy at this uptime"] == "286.4\u00a0$/MWh"
    assert facts["Hours without even the hotel load"] == "–"


def test_parts_come_largest_first_without_those_that_are_nothing(site: content.Site) -> None:
    assert [part.label for part in site.parts] == ["Processors", "Wave converter", "Satellite link"]
    assert sum(part.cost for part in site.parts) == site.total == 4.5


def test_inputs_that_move_the_cost_most_come_first(site: content.Site) -> None:
    first, second = site.assumed
    assert (first.parameter, first.range, first.effect) == ("gpu.life", "3 to 7", "5.50 to 4.00")
    assert (second.parameter, second.unit, second.effect) == ("finance.rate", "1", "–")


def test_prices_that_no_power_can_have_are_called_so(site: content.Site) -> None:
    assert site.break_even is not None
    assert site.break_even.rows == [
        ("90\u00a0%", ["no price", "no price"]),
        ("99\u00a0%", ["87", "18"]),
    ]


@pytest.mark.parametrize("keys", [["rank", "site_id"], ["site_id", "figures", "assumed"], []])
def test_a_card_that_lacks_parts_is_shown_without_them(keys: list[str]) -> None:
    whole = card(1, next(iter(PLACES)))
    given: dict[str, Any] = {key: whole[key] for key in keys}
    (found,) = content.sites(make_results([given]))
    assert found.break_even is None
    assert found.parts == []
    assert len(found.bands) == (2 if "figures" in keys else 0)


def test_names_are_those_that_the_simulation_gives() -> None:
    assert {name for name, _ in content.FACTS} <= set(FIGURES) | set(OWN_FIGURES)
    assert {COST, f"{COST}_low", f"{COST}_p90"} <= set(FIGURES) | set(OWN_FIGURES)
    assert set(PARTS) == set(money.PARTS)


def test_hours_of_its_own_are_no_derived_ones() -> None:
    given = card(1, next(iter(PLACES)))
    del given["donor"]
    given["hindcast"] = {
        "file": "era5.nc", "sun": "hours of the hindcast",
        "years": [{"year": 2001, "compute_uptime": 0.9}, {"year": 2002, "compute_uptime": 0.8}],
    }  # fmt: skip
    given["year"]["calendar_year"] = 2002
    given["figures"] |= {"years": 2.0, "hs50": None}
    (found,) = content.sites(make_results([given]))
    assert found.hours == (
        "Hours of the cell's own (2 years, 2001 to 2002) in era5.nc; sun: hours of the hindcast."
    )
    assert found.year.startswith("Daily means of 2002")
    assert found.bands[0].label == "waves, one standard deviation"
    assert dict(found.facts)["Years of its own that were simulated"] == "2\u00a0yr"
    assert dict(found.facts)["Wave height of fifty years"] == "–"
