"""Places on the page: candidates by columns, known fields, the outline of the land."""

import base64
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from siting.kinds import Results
from siting.outputs.map import sites

WORLD = (-180.0, -60.0, 180.0, 84.0)


def rings(outline: dict) -> list[np.ndarray]:
    """Vertices of each ring [degree], as the browser reads them."""
    moves = np.frombuffer(base64.b64decode(outline["moves"]), dtype=np.int8).reshape(-1, 2)
    found, used = [], 0
    for longitude, latitude, count in outline["starts"]:
        steps = np.r_[[[longitude, latitude]], moves[used : used + count]]
        found.append(np.cumsum(steps, axis=0, dtype=int) * outline["step"])
        used += count
    assert used == len(moves)
    return found


def with_outline(results: Results, *shapes: shapely.Geometry) -> Results:
    frame = gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4326")
    return replace(results, features={"outline": frame})


def test_each_column_has_a_role(results: Results) -> None:
    found = sites.candidates(results)
    assert found is not None
    roles = {column["name"]: column["role"] for column in found["columns"]}
    assert roles["score"] == "score"
    assert roles["contribution_heat"] == roles["contribution_base"] == "contribution"
    assert roles["volcano_distance"] == "value"
    assert [roles[name] for name in ("rank", "site_id", "flags")] == ["rank", "id", "flags"]


def test_missing_values_are_none_and_units_are_printed(results: Results) -> None:
    assert results.candidates is not None
    frame = results.candidates.copy()
    frame.loc[frame.index[0], ["heat", "flags"]] = [np.nan, None]
    found = sites.candidates(replace(results, candidates=frame))
    assert found is not None
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["heat"]["values"][0] is None
    assert columns["flags"]["values"][0] is None
    assert columns["heat"]["units"] == "mW m⁻²"
    assert columns["extrapolated"]["values"][0] in (True, False)


def test_a_run_without_candidates_has_none(results: Results) -> None:
    assert sites.candidates(replace(results, candidates=None)) is None


def test_known_fields_are_those_that_the_skill_names(results: Results) -> None:
    found = sites.known_fields(results)
    assert found is not None
    assert found["name"] == "known"
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["installed"]["values"] == [750.0, None, 120.0]
    assert columns["installed"]["units"] == "MW"


def test_unverified_fields_are_told_apart(results: Results) -> None:
    known = results.features["known"].assign(verified=["yes", "Unverified ", "yes"])
    found = sites.known_fields(replace(results, features={"known": known}))
    assert found is not None
    assert found["unverified"] == [False, True, False]


def test_the_outline_comes_back(results: Results) -> None:
    island = shapely.Polygon([(10, 10), (14, 10), (14, 13.33), (10, 13.33)])
    (ring,) = rings(sites.outline(with_outline(results, island), WORLD))
    found = shapely.Polygon(ring)
    assert found.symmetric_difference(island).area < 1e-6


def test_a_detailed_outline_is_simplified_to_its_share_of_the_page(results: Results) -> None:
    angle = np.linspace(0, 2 * np.pi, 120_000)
    wobble = 20 + np.sin(angle * 7000)
    circle = shapely.Polygon(np.c_[wobble * np.cos(angle), wobble * np.sin(angle)])
    outline = sites.outline(with_outline(results, circle), WORLD)
    assert len(outline["moves"]) <= sites.OUTLINE_BYTES
    area = shapely.Polygon(rings(outline)[0]).area
    assert area == pytest.approx(circle.area, rel=0.1)


def test_a_region_takes_the_land_near_it_alone(results: Results) -> None:
    near, far = shapely.box(20, 0, 30, 10), shapely.box(-100, 0, -90, 10)
    outline = sites.outline(with_outline(results, near, far), (22.0, 2.0, 28.0, 8.0))
    (ring,) = rings(outline)
    assert ring[:, 0].min() == pytest.approx(20)


def test_land_beyond_the_dateline_joins_a_region_across_it(results: Results) -> None:
    both = shapely.box(175, 0, 180, 5), shapely.box(-180, 0, -175, 5)
    found = rings(sites.outline(with_outline(results, *both), (170.0, -5.0, 190.0, 10.0)))
    assert sorted(ring[:, 0].min() for ring in found) == pytest.approx([175, 180])


def test_a_run_without_an_outline_has_none(results: Results) -> None:
    assert sites.outline(replace(results, features={}), WORLD) is None
