from dataclasses import replace
from typing import Any

import pytest

from siting.kinds import Results
from siting.outputs.map.content import best_is_low
from siting.outputs.report.places import (
    area_text,
    candidate_table,
    domain_area,
    exclusion_table,
)


def test_the_best_twenty_of_all_candidates_are_shown(results: Results) -> None:
    table = candidate_table(results)
    assert table is not None
    assert (len(table.rows), table.count) == (20, 40)
    assert [each.name for each in table.columns] == [
        "Rank", "Site", "Score", "Spread", "Nearest known field", "Reasons", "Flags",
    ]  # fmt: skip


def test_numbers_of_candidates_are_those_of_the_table(results: Results) -> None:
    table = candidate_table(results)
    frame = results.candidates
    assert table is not None
    assert frame is not None
    cells = {each.name: [cell.text for cell in each.cells] for each in table.columns}
    assert cells["Rank"] == [str(rank) for rank in range(1, 21)]
    assert [float(text) for text in cells["Score"]] == pytest.approx(
        frame["score_score"][:20].tolist(), abs=5e-4
    )
    assert {len(text) for text in cells["Score"]} == {5}  # as many decimals in every row
    assert cells["Flags"][:2] == ["–", "outside training range"]


def test_a_site_has_its_place_and_its_name(results: Results) -> None:
    table = candidate_table(results)
    assert table is not None
    site = table.columns[1].cells[0]
    frame = results.candidates
    assert frame is not None
    assert site.note == frame["site_id"][0]
    latitude = float(site.text.split("°")[0])
    assert latitude == pytest.approx(abs(frame["latitude"][0]), abs=0.006)


def test_the_nearest_known_field_has_its_distance_and_unit(results: Results) -> None:
    table = candidate_table(results)
    assert table is not None
    known = next(each for each in table.columns if each.name == "Nearest known field")
    assert known.cells[0] == ("Larderello", "2 km")


def test_columns_that_are_not_there_are_left_out(results: Results) -> None:
    frame = results.candidates
    assert frame is not None
    short = frame.drop(columns=["reasons", "spread", "known_name", "site_id", "rank"])
    table = candidate_table(replace(results, candidates=short))
    assert table is not None
    assert [each.name for each in table.columns] == ["Site", "Score", "Flags"]


def test_no_candidates_make_no_table(results: Results) -> None:
    assert candidate_table(replace(results, candidates=None)) is None
    frame = results.candidates
    assert frame is not None
    assert candidate_table(replace(results, candidates=frame[:0])) is None


def test_candidates_tell_which_end_of_the_score_is_best(results: Results) -> None:
    frame: Any = results.candidates
    assert not best_is_low(results)
    assert best_is_low(replace(results, candidates=frame[::-1]))
    assert not best_is_low(replace(results, candidates=None))


def test_exclusions_are_shares_of_the_land(results: Results) -> None:
    steep, total = exclusion_table(results, domain_area(results))
    cells = int(results.domain.values.sum())
    land = cells * (results.grid.affine.a / 1000) ** 2  # equal areas: [km2]
    assert domain_area(results) == pytest.approx(land)
    assert (steep.name, steep.area, steep.marginal) == ("Steep ground", "1,200,000", "400,000")
    assert float(steep.share) == pytest.approx(100 * 1.2e6 / land, abs=0.05)
    assert float(steep.marginal_share) == pytest.approx(100 * 4e5 / land, abs=0.05)
    assert (total.name, total.area, total.marginal) == ("All together", "1,500,000", "–")


def test_a_small_share_is_not_told_as_nothing(results: Results) -> None:
    dam = replace(results, exclusions={"dam": {"area": 1.0, "marginal": 0.0}})
    (row,) = exclusion_table(dam, domain_area(dam))
    assert (row.share, row.marginal_share) == ("< 0.01", "0.00")


def test_without_a_domain_the_whole_grid_counts(results: Results) -> None:
    whole = replace(results, domain=None)
    assert area_text(results, 1.5e8) == "The land is 150 million km²"
    # Between 60 S and 84 N lie 474.6 million km2 (siting.reduce.area_where has the sum).
    assert area_text(whole, domain_area(whole)).startswith("The whole grid is 47")
