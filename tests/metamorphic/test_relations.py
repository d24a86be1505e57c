"""Changes whose effect on an answer is known before it is asked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting.layers.distance import distance_to
from siting.layers.heat import conductive_temperature
from siting.layers.seismicity import event_density
from siting.pipeline.registry import functions

from ..layer_arguments import (
    GRIDS,
    arguments,
    every_layer,
    layers_in,
    output_layers,
    points,
    public,
    random_layer,
    with_marks,
)
from .conftest import Known
from .files import HEAT, SOURCES, write_tiff
from .world import COLUMNS, ROWS, Answer, Recipe, answer, assert_same

SEEDS = st.integers(0, 3)
FEW = settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
GRID = GRIDS["projected"]
CELLS = st.integers(0, ROWS * COLUMNS - 1)
PLAIN = Recipe.of(SOURCES)


def ranks(found: Answer) -> np.ndarray:
    """Cells from the best to the worst, equal ones in the order of the grid."""
    return np.argsort(-found.score.ravel().astype("f8"), kind="stable")


# ------------------------------------------------------------------ whole pipelines
@given(seed=SEEDS, share=st.sampled_from([0.25, 1.0, 3.0]))
@FEW
def test_a_criterion_that_is_the_same_everywhere_changes_no_rank(
    known: Known, seed: int, share: float
) -> None:
    world, folder, plain = known(seed)
    write_tiff(folder / "flat.tif", world.heat * 0 + 80)
    sources = {**SOURCES, "flat": HEAT.replace("heat.tif", "flat.tif")}
    rescale = "{combine.rescale: {layer: flat, low: 40 mW m-2, high: 0.12 W m-2}}"
    layers = {**PLAIN.layers, "constant": rescale}
    weights = {**PLAIN.weights, "constant": share}
    other = answer(folder, Recipe(sources, layers, PLAIN.exclusions, weights))
    assert other.codes == ["LAYER_CONSTANT"]
    assert other.sites.site_id.tolist() == plain.sites.site_id.tolist()
    # The score is a weighted mean: (3.5 s + w c) / (3.5 + w), with c = .5.
    total = sum(PLAIN.weights.values())
    wanted = (total * plain.score + share * 0.5) / (total + share)
    np.testing.assert_allclose(other.score, wanted, atol=1e-6)


@given(seed=SEEDS, factor=st.sampled_from([0.5, 4.0, 1000.0, 1e-3]))
@FEW
def test_weights_count_by_their_shares(known: Known, seed: int, factor: float) -> None:
    _, folder, plain = known(seed)
    scaled = {name: weight * factor for name, weight in PLAIN.weights.items()}
    assert_same(plain, answer(folder, replace(PLAIN, weights=scaled)), 1e-6)


@given(seed=SEEDS, cell=CELLS, more=st.integers(1, 400))
@FEW
def test_a_cell_that_gets_better_does_not_fall_behind(
    known: Known, seed: int, cell: int, more: int
) -> None:
    world, folder, plain = known(seed)
    heat = world.heat.copy()
    heat.flat[cell] += more / 10
    write_tiff(folder / "better.tif", heat)
    sources = {**SOURCES, "heat": HEAT.replace("heat.tif", "better.tif")}
    other = answer(folder, replace(PLAIN, sources=sources))
    assert other.score.flat[cell] >= plain.score.flat[cell]
    place = [int(np.flatnonzero(ranks(each) == cell)[0]) for each in (plain, other)]
    assert place[1] <= place[0]
    others = np.arange(world.heat.size) != cell
    np.testing.assert_array_equal(other.score.ravel()[others], plain.score.ravel()[others])


@given(seed=SEEDS, order=st.permutations(["a", "b", "c"]))
@FEW
def test_the_order_of_exclusions_and_of_layers_does_not_matter(
    known: Known, seed: int, order: list[str]
) -> None:
    _, folder, _ = known(seed)
    rules = {
        "a": PLAIN.exclusions["remote"],
        "b": PLAIN.exclusions["cold"],
        "c": "{within: {features: wells, buffer: 5 km}}",
    }
    one = answer(folder, replace(PLAIN, exclusions=rules))
    mixed = {name: rules[name] for name in order}
    upside_down = dict(reversed(PLAIN.layers.items()))
    other = answer(folder, replace(PLAIN, exclusions=mixed, layers=upside_down))
    assert_same(one, other)
    assert len(one.sites) > 0


@given(seed=SEEDS)
@FEW
def test_an_exclusion_takes_sites_and_makes_none(known: Known, seed: int) -> None:
    _, folder, plain = known(seed)
    more = {**PLAIN.exclusions, "near": "{within: {features: wells, buffer: 12 km}}"}
    other = answer(folder, replace(PLAIN, exclusions=more))
    np.testing.assert_array_equal(other.score, plain.score)
    allowed = other.layers["near"] == 1
    assert 0 < allowed.sum() < allowed.size
    best, _ = (each.sites.score.max() for each in (plain, other))
    assert (other.sites.score <= best).all()


@given(seed=SEEDS, prefix=st.sampled_from(["zz_", "A", "layer_1_"]))
@FEW
def test_names_of_layers_decide_nothing(known: Known, seed: int, prefix: str) -> None:
    _, folder, plain = known(seed)
    renamed = {name: f"{prefix}{name}" for name in PLAIN.layers}

    def told_anew(text: str) -> str:
        for old in ("fault_distance", "well_distance"):
            text = text.replace(old, renamed[old])
        return text

    layers = {renamed[name]: told_anew(text) for name, text in PLAIN.layers.items()}
    rules = {name: told_anew(text) for name, text in PLAIN.exclusions.items()}
    weights = {renamed[name]: weight for name, weight in PLAIN.weights.items()}
    other = answer(folder, Recipe(SOURCES, layers, rules, weights))
    np.testing.assert_array_equal(other.score, plain.score)
    for column in ("rank", "site_id", "longitude", "latitude", "score"):
        assert other.sites[column].tolist() == plain.sites[column].tolist()


@given(seed=SEEDS, east=st.floats(20, 200), north=st.floats(-60, 80))
@FEW
def test_a_far_away_fault_changes_nothing(
    known: Known, seed: int, east: float, north: float
) -> None:
    world, folder, plain = known(seed, "faults")
    line = shapely.LineString([(-120 + east, north), (-119.9 + east, north)])
    far = gpd.GeoDataFrame({"name": ["far"]}, geometry=[line], crs=4326)
    pd.concat([world.faults, far]).to_file(folder / "far.gpkg", engine="pyogrio")
    sources = {"faults": SOURCES["faults"].replace("faults.gpkg", "far.gpkg")}
    assert_same(plain, answer(folder, Recipe.of(sources)))


# ------------------------------------------------------------------ single layers
@given(seed=st.integers(0, 99), factor=st.floats(0.25, 8), depth=st.floats(100, 5000))
@FEW
def test_temperature_excess_grows_with_the_heat_flow(
    seed: int, factor: float, depth: float
) -> None:
    flow = random_layer(GRID, "continuous", "mW m-2", seed)
    given = {"depth": depth, "surface_temperature": 10.0, "heat_production": 0.0}
    excess = conductive_temperature(flow, **given) - 10.0
    scaled = (flow * factor).assign_attrs(flow.attrs)
    more = conductive_temperature(scaled, **given) - 10.0
    np.testing.assert_allclose(more, factor * excess, rtol=2e-5, atol=2e-4)


@given(seed=st.integers(0, 99), shallow=st.floats(100, 4000), more=st.floats(1, 1000))
@FEW
def test_it_is_warmer_further_down(seed: int, shallow: float, more: float) -> None:
    flow = random_layer(GRID, "continuous", "mW m-2", seed)
    one, other = (conductive_temperature(flow, depth=d).values for d in (shallow, shallow + more))
    both = np.isfinite(one) & np.isfinite(other)
    assert both.any()
    assert (other[both] >= one[both]).all()


@given(west=st.floats(-10, 160), south=st.floats(-60, 20))
@FEW
def test_a_far_away_event_changes_neither_density_nor_distance(west: float, south: float) -> None:
    events = points(GRID)
    far = events.iloc[[0]].set_geometry(gpd.points_from_xy([west], [south], crs=4326))
    more = with_marks(gpd.GeoDataFrame(pd.concat([events, far])), events.attrs["columns"])
    given = {"radius": "50 km", "minimum_magnitude": 5.0, "first_year": 2001, "last_year": 2010}
    for one, other in (
        (event_density(events, grid=GRID, **given), event_density(more, grid=GRID, **given)),
        (distance_to(events, grid=GRID), distance_to(more, grid=GRID)),
    ):
        np.testing.assert_array_equal(one.values, other.values)


@given(seed=st.integers(0, 99))
@FEW
def test_the_order_of_events_does_not_matter(seed: int) -> None:
    events = points(GRID)
    mixed = with_marks(events.sample(frac=1, random_state=seed), events.attrs["columns"])
    given = {"radius": "50 km", "minimum_magnitude": 5.0, "first_year": 2001, "last_year": 2010}
    one, other = (event_density(each, grid=GRID, **given) for each in (events, mixed))
    np.testing.assert_allclose(one, other, rtol=1e-6)
    np.testing.assert_array_equal(distance_to(events, grid=GRID), distance_to(mixed, grid=GRID))


# Every function of these rooms looks at one cell at a time; whoever adds one is tried too.
CELLWISE = [
    pytest.param(public(spec), id=spec.name)
    for section, rooms in (("layers", ("combine", "heat")), ("exclusions", ("",)))
    for spec in functions(section).values()
    if spec.name.split(".")[0] in rooms or (section == "exclusions" and "features" not in str(spec))
]


@pytest.mark.parametrize("call", CELLWISE)
@given(seed=st.integers(0, 99))
@settings(max_examples=2)
def test_a_cell_is_judged_by_itself(call: Callable[..., Any], seed: int) -> None:
    """Cells dealt out anew give their values dealt out anew."""
    given = arguments(call, GRID)
    assert layers_in(given)
    order = np.random.default_rng(seed).permutation(GRID.shape.y * GRID.shape.x)

    def dealt(layer: xr.DataArray) -> xr.DataArray:
        shuffled = layer.values.ravel()[order].reshape(layer.shape)
        return layer.copy(data=shuffled)

    plain = [each.values for each in output_layers(call, given)]
    other = [each.values for each in output_layers(call, every_layer(given, dealt))]
    for one, two in zip(plain, other, strict=True):
        np.testing.assert_array_equal(one.ravel()[order].reshape(one.shape), two)
