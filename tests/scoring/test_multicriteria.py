"""Bounded scores over a grid: hand-made numbers, weights drawn, and who is among the best."""

from typing import Any

import dask
import numpy as np
import pytest

from siting.errors import InputError, PipelineError, UnitsError
from siting.findings import collect
from siting.grid import as_layer, cell_area, make_grid
from siting.kernels import multicriteria as kernel
from siting.scoring import acceptability, multicriteria
from siting.scoring.multicriteria import spotis, topsis

from .conftest import layer

METHODS = pytest.mark.parametrize("method", [spotis, topsis])
GRID = make_grid("EPSG:4326", 1.0, (0, 0, 3, 1))
EVERYWHERE = as_layer(np.ones((1, 3), dtype=bool), GRID)
SEA = make_grid("EPSG:4326", 4.0, (0, -60, 120, 60))  # 30 x 30 cells of unequal area
RNG = np.random.default_rng(3)
NAMES = "waves", "sun", "port"
FIELDS = {name: RNG.random((30, 30)).astype(np.float32) for name in NAMES}
BOUNDS = {"worst": 0, "best": 1}


def criterion(weight: float, **bounds: Any) -> dict[str, Any]:
    return {"weight": weight, **BOUNDS, **bounds}


def sea(domain: Any = None, method: Any = spotis, order: Any = NAMES, **options: Any) -> Any:
    weights = {"waves": 3, "sun": 1, "port": 2}
    criteria = [(layer(FIELDS[name], SEA, name), criterion(weights[name])) for name in order]
    inside = np.ones((30, 30), bool) if domain is None else domain
    return method(criteria, as_layer(inside, SEA), SEA, **options)


@pytest.fixture(scope="module")
def found() -> Any:
    return sea(draws=200)


def waves_and_port(waves: Any, port: Any) -> Any:
    first = layer([waves], GRID, "waves", units="W m-1")
    return first, layer([port], GRID, "port", units="km")


def test_a_score_is_the_weighted_closeness_in_the_units_written() -> None:
    # 70, 37.5 and 2 kW/m between 5 and 70: 1, .5, 0 (beyond); 0, 1500 and 9000 km between 3000
    # and 0: 1, .5, 0 (beyond). A bound without a unit is in that of the layer.
    waves, port = waves_and_port([70e3, 37.5e3, 2e3], [3000.0, 1500.0, 0.0])
    criteria = [
        (waves, {"weight": 3, "worst": "5 kW m-1", "best": "70 kW m-1"}),
        (port, {"weight": 1, "worst": "3e6 m", "best": 0}),
    ]
    scores = spotis(criteria, EVERYWHERE, GRID)
    assert scores.score.values.tolist() == [[0.75, 0.5, 0.25]]
    assert all(dask.is_dask_collection(each.data) for each in scores[:4])
    attrs = scores.acceptability.attrs
    assert (attrs["units"], attrs["kind"], attrs["status"]) == ("1", "continuous", "derived")
    # Weights .75 and .25: from the worst .75, from the best .25; at the middle both are equal.
    scores = topsis(criteria, EVERYWHERE, GRID)
    assert scores.score.values[0] == pytest.approx([0.75, 0.5, 0.25])


@METHODS
def test_a_gap_or_a_place_outside_of_the_domain_has_no_figure(method: Any) -> None:
    waves, port = waves_and_port([1.0, np.nan, 3.0], [1.0, 2.0, 3.0])
    criteria = [(waves, criterion(1, best=9)), (port, criterion(1, best=9))]
    domain = as_layer(np.array([[True, True, False]]), GRID)
    for each in method(criteria, domain, GRID)[:4]:
        assert np.isnan(each.values).tolist() == [[False, True, True]]


@METHODS
def test_leaving_places_out_changes_no_score_of_others(method: Any) -> None:
    inside = RNG.random((30, 30)) < 0.5
    whole, part = sea(method=method), sea(inside, method)
    for name in ("score", "low", "high"):
        ours, theirs = getattr(whole, name).values, getattr(part, name).values
        assert np.array_equal(ours[inside], theirs[inside])
        assert np.isnan(theirs[~inside]).all()


@METHODS
def test_tiles_order_of_criteria_and_scale_of_weights_do_not_show(
    method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = dask.compute(*sea(method=method)[:4])
    monkeypatch.setattr("siting.grid.tiling.TILE", 8)
    monkeypatch.setattr(acceptability, "ROWS", 17)
    weights = {"sun": 4, "port": 8, "waves": 12}
    criteria = [
        (layer(FIELDS[name], SEA, name).chunk(y=7, x=11), criterion(weight))
        for name, weight in weights.items()
    ]
    again = method(criteria, as_layer(np.ones((30, 30), bool), SEA), SEA)
    for ours, theirs in zip(once, dask.compute(*again[:4], scheduler="sync"), strict=True):
        assert ours.values.tobytes() == theirs.values.tobytes()


def test_low_and_high_are_percentiles_over_the_drawn_weights(found: Any) -> None:
    order = sorted(NAMES)
    near = np.stack([FIELDS[name].ravel() for name in order], axis=1)
    weights = kernel.draw_weights([2 / 6, 1 / 6, 3 / 6], 30, 200, multicriteria.SEED)
    scores = kernel.spotis(near, weights)
    low, high = np.quantile(scores, [0.1, 0.9], axis=1)
    assert found.low.values.ravel() == pytest.approx(low, abs=1e-6)
    assert found.high.values.ravel() == pytest.approx(high, abs=1e-6)


def test_acceptability_counts_the_draws_in_which_a_cell_is_among_the_best(found: Any) -> None:
    order = sorted(NAMES)
    near = np.stack([FIELDS[name].ravel() for name in order], axis=1)
    weights = kernel.draw_weights([2 / 6, 1 / 6, 3 / 6], 30, 200, multicriteria.SEED)
    scores, area = kernel.spotis(near, weights), cell_area(SEA).values.ravel()
    among = np.zeros(900)
    for each in scores.T:
        ranked = np.argsort(-each)
        higher = np.concatenate([[0], np.cumsum(area[ranked])[:-1]])
        among[ranked] += higher < 0.05 * area.sum()
    assert found.acceptability.values.ravel() == pytest.approx(among / 200, abs=1e-6)


@pytest.mark.parametrize("share", [0.01, 0.3, "20 percent"])
def test_acceptabilities_sum_to_the_share_of_the_area(share: Any) -> None:
    area = cell_area(SEA).values
    mean = float((sea(share=share).acceptability.values * area).sum() / area.sum())
    wanted = 0.2 if isinstance(share, str) else share
    assert wanted - 1e-6 <= mean <= wanted + area.max() / area.sum() + 1e-6


def test_cells_of_equal_area_fill_their_share_and_no_more() -> None:
    # One of twenty is 5 %; two equals share the first place, and are both in.
    grid = make_grid("EPSG:4326", 1.0, (0, 0, 20, 1))
    values = np.arange(20.0)[None] / 19
    for top, wanted in ((values, 1), (np.where(values > 0.9, 1, values), 2)):
        whole = as_layer(np.ones((1, 20), bool), grid)
        among = spotis([(layer(top, grid, "sun"), criterion(1))], whole, grid).acceptability
        assert among.values.sum() == wanted


def test_concentrated_weights_leave_no_doubt(found: Any) -> None:
    sure = sea(concentration=10_000, draws=200)
    assert (sure.high - sure.low).values.max() < 0.1 * (found.high - found.low).values.max()
    among = [((each.acceptability > 0) & (each.acceptability < 1)) for each in (sure, found)]
    assert among[0].values.sum() < among[1].values.sum() / 2


def test_the_record_says_what_was_chosen(found: Any) -> None:
    record = found.record
    rows = {row["name"]: row for row in record["criteria"]}
    assert list(rows) == ["port", "sun", "waves"]
    weights = rows["waves"]
    assert weights["weight"] == 0.5
    assert weights["weight_low"] < 0.45 < 0.55 < weights["weight_high"]
    assert (weights["worst"], weights["best"], weights["units"]) == (0, 1, "1")
    assert (record["draws"], record["best_share"], record["concentration"]) == (200, 0.05, 30)
    assert record["area"] == round(float(cell_area(SEA).values.sum()))


def test_a_criterion_that_tells_no_places_apart_is_told() -> None:
    waves, port = waves_and_port([1.0, 9.0, 9.5], [1.0, 2.0, 3.0])
    criteria = [(waves, criterion(1, best="8 W m-1")), (port, criterion(1, best=9))]
    with collect() as noticed:
        spotis(criteria, EVERYWHERE, GRID)
    assert [each.code for each in noticed] == ["CRITERION_SATURATED"]
    assert noticed[0].where == "waves"
    assert noticed[0].found == "67% of the area at or beyond 8 W m-1"


@METHODS
def test_nothing_to_score_is_refused(method: Any) -> None:
    waves, port = waves_and_port([1.0, np.nan, np.nan], [np.nan, 2.0, 3.0])
    with pytest.raises(InputError, match=r"CRITERIA_NO_DATA[\s\S]*port, waves"):
        method([(waves, criterion(1)), (port, criterion(1))], EVERYWHERE, GRID)


@pytest.mark.parametrize(
    ("written", "error", "told"),
    [
        ({"weight": 0, **BOUNDS}, PipelineError, "greater than 0"),
        ({"weight": float("inf"), **BOUNDS}, PipelineError, "greater than 0"),
        ({"weight": "3 kg", **BOUNDS}, PipelineError, "greater than 0"),
        ({"weight": 1, "best": 1}, PipelineError, "'worst' is missing"),
        ({"weight": 1, **BOUNDS, "ideal": 2}, PipelineError, "nothing else"),
        ({"weight": 1, "worst": "1 km", "best": "1000 m"}, PipelineError, "must differ"),
        ({"weight": 1, "worst": 0, "best": float("inf")}, PipelineError, "must be finite"),
        ({"weight": 1, "worst": "0 kg", "best": 1}, UnitsError, "'kg' cannot be converted"),
        ({"weight": 1, "worst": "far", "best": 1}, PipelineError, "not a number with a unit"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_refused(written: Any, error: Any, told: str) -> None:
    _, port = waves_and_port([1.0] * 3, [1.0, 2.0, 3.0])
    with pytest.raises(error, match=rf"{told}[\s\S]*where:  multicriteria\.spotis"):
        spotis([(port, written)], EVERYWHERE, GRID)


def test_classes_directions_and_layers_without_units_are_refused() -> None:
    _, port = waves_and_port([1.0] * 3, [1.0, 2.0, 3.0])
    for kind in ("categorical", "circular"):
        with pytest.raises(InputError, match="have no order"):
            spotis([(port.assign_attrs(kind=kind), criterion(1))], EVERYWHERE, GRID)
    del port.attrs["units"]
    with pytest.raises(UnitsError, match="UNITS_MISSING"):
        spotis([(port, criterion(1))], EVERYWHERE, GRID)
    with pytest.raises(PipelineError, match="FEATURES_UNNAMED"):
        spotis([(port, criterion(1)), (port, criterion(1))], EVERYWHERE, GRID)
