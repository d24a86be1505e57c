"""Probabilities: what was put in comes back, they rise with evidence and prior, bad input."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from siting.errors import InputError, PipelineError, SitingError
from siting.findings import Finding, collect
from siting.grid import as_layer, make_grid
from siting.io.model import dump, load
from siting.kernels.calibration import case_control as case_control_of
from siting.kernels.calibration import presence_background as presence_background_of
from siting.kernels.prior import Density, occupied
from siting.scoring.calibrating import check_scores
from siting.scoring.calibration import isotonic, isotonic_cells, logistic, logistic_cells
from siting.scoring.calibrators import IsotonicCurve, LogisticCurve
from siting.scoring.folds import spatial_blocks
from siting.scoring.probability import (
    case_control,
    presence_background,
    prior,
    prior_between,
    prior_from_labels,
)

GRID = make_grid("EPSG:6933", 25_000.0, (0, 0, 2_000_000, 1_000_000))  # 80 x 40 cells
LAND = as_layer(np.ones(GRID.shape.yx, dtype=bool), GRID)
_DRAWN = np.random.default_rng(11)
HEAT = _DRAWN.normal(size=GRID.shape.yx)
TRUE = expit(-3 + 2 * HEAT)  # of a cell: on average .12
SYSTEMS = _DRAWN.random(GRID.shape.yx) < TRUE
HOT = as_layer(HEAT, GRID, units="1", status="measured").rename("hot")
FOLDS = spatial_blocks("2 degree", "0 km", 5)


def points(which: np.ndarray, grid: Any = GRID, **columns: Any) -> gpd.GeoDataFrame:
    """Middles of these cells, in degrees."""
    row, column = np.nonzero(which)
    easting, northing = grid.affine * (column + 0.5, row + 0.5)
    geometry = gpd.points_from_xy(easting, northing, crs="EPSG:6933")
    frame = gpd.GeoDataFrame(columns, geometry=geometry).to_crs("EPSG:4326")
    frame.attrs = {"name": "known", "columns": {"hot": "1"}}
    return frame


def cells(cases: int = 250, controls: int = 250) -> gpd.GeoDataFrame:
    """As many cells with a system as without one, as studies choose them."""
    rng = np.random.default_rng(4)
    chosen = np.zeros(GRID.shape.yx, dtype=bool)
    for each, count in ((SYSTEMS, cases), (~SYSTEMS, controls)):
        flat = rng.choice(np.flatnonzero(each), count, replace=False)
        chosen.ravel()[flat] = True
    return points(chosen, hot=HEAT[chosen], known=SYSTEMS[chosen].astype(int))


def before(mean: float = float(TRUE.mean()), **options: Any) -> dict[str, Any]:
    """A narrow prior of so many cells with a system."""
    density = -np.log1p(-mean) / 625 * 1000
    given = {"sd": density / 100, **options}
    record: dict[str, Any] = prior(density, given["sd"], LAND, GRID).record
    return record


@pytest.fixture(scope="module")
def against_absences() -> Any:
    return isotonic_cells(cells(), ["hot"], "known", LogisticRegression(), FOLDS)


@pytest.fixture(scope="module")
def against_background() -> Any:
    sample = np.zeros(GRID.shape.yx, dtype=bool)
    sample.ravel()[np.random.default_rng(8).choice(np.flatnonzero(SYSTEMS), 200, False)] = True
    return isotonic([HOT], points(sample), LogisticRegression(), FOLDS, LAND, GRID,
                    background=2000)  # fmt: skip


def quiet(function: Any, model: Any, record: Any, **options: Any) -> tuple[Any, list[Finding]]:
    given = {"features": [HOT], "domain": LAND, "grid": GRID, **options}
    with collect() as findings:
        return function(model, record, **given), findings


def codes(findings: list[Finding]) -> list[str]:
    return [each.code for each in findings]


def check_recovered(probability: xr.DataArray, most: float) -> None:
    """In tenths of the cells, the mean probability is that with which systems were put there."""
    p = probability.values.ravel()
    tenth = np.argsort(np.argsort(TRUE.ravel())) * 10 // p.size
    for each in range(10):
        inside = tenth == each
        count = int(inside.sum())
        wanted = TRUE.ravel()[inside].mean()
        # Three standard errors of a share among the 200 to 250 labels, not of the 320 cells.
        error = 3 * np.sqrt(wanted * (1 - wanted) / min(count, 60)) + 0.02
        assert abs(p[inside].mean() - wanted) < min(error, most), (each, p[inside].mean(), wanted)


def test_probabilities_that_systems_were_put_by_come_back_from_absences(against_absences):
    found, findings = quiet(case_control, against_absences.model, before())
    check_recovered(found.probability, 0.15)
    assert codes(findings) in ([], ["MODEL_EXTRAPOLATES"], ["MODEL_EXTRAPOLATES"] * 2)
    record = found.record
    assert record["prior_cells"]["mean"] == pytest.approx(TRUE.sum(), rel=0.01)
    assert record["departure"] == pytest.approx(1, abs=0.15)


def test_probabilities_that_systems_were_put_by_come_back_from_a_background(against_background):
    found, _ = quiet(presence_background, against_background.model, before())
    check_recovered(found.probability, 0.2)
    assert found.record["departure"] == pytest.approx(1, abs=0.15)


def test_odds_of_cases_alone_would_be_far_off(against_absences):
    # Half of the samples have a system, an eighth of the ground does.
    share = against_absences.model.estimator.predict_proba
    odd = share(HOT.to_dataframe()[["hot"]])[:, 1].mean()
    assert odd > 2 * TRUE.mean()


def test_the_record_totals_are_those_of_the_layers(against_absences):
    found, _ = quiet(case_control, against_absences.model, before(sd=0.05))
    total = float(found.probability.sum())
    assert found.record["expected_cells"]["mean"] == pytest.approx(total, rel=1e-4)
    assert found.record["ground"] == pytest.approx(2e6, rel=1e-6)
    assert found.record["cells"] == found.record["cells_looked_at"] == 3200


def test_percentiles_are_in_order_and_the_mean_among_them(against_absences):
    found, _ = quiet(case_control, against_absences.model, before(sd=0.1))
    p10, p50, p90, mean = (getattr(found, each).values for each in
                           ("p10", "p50", "p90", "probability"))  # fmt: skip
    assert (p10 <= p50).all()
    assert (p50 <= p90).all()
    assert (mean > 0).all()
    assert (mean <= 1).all()


def test_an_unsure_prior_widens_the_interval(against_absences):
    narrow, _ = quiet(case_control, against_absences.model, before())
    wide, _ = quiet(case_control, against_absences.model, before(sd=0.3))
    width = [float((each.p90 - each.p10).mean()) for each in (narrow, wide)]
    assert width[1] > 1.5 * width[0]


def test_probability_rises_with_score_and_with_the_prior(against_absences, against_background):
    order = np.argsort(HEAT.ravel())
    for function, model in (
        (case_control, against_absences.model), (presence_background, against_background.model),
    ):  # fmt: skip
        low, _ = quiet(function, model, before(0.02))
        high, _ = quiet(function, model, before(0.1))
        assert (np.diff(low.p50.values.ravel()[order]) >= -1e-12).all()
        assert (high.probability.values > low.probability.values).all()


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-8, 8), st.floats(1e-6, 1e-2), st.floats(1.01, 10), st.floats(0.01, 0.99),
    st.floats(1, 1000),
)  # fmt: skip
def test_rules_rise_with_odds_density_and_area(odds, density, more, prevalence, area):
    p = case_control_of(odds, occupied(density, area), prevalence)
    q = presence_background_of(odds, occupied(density, area), 1.0)
    for other, prior_ in (
        (odds + 0.1, occupied(density, area)),
        (odds, occupied(density * more, area)),
        (odds, occupied(density, area * more)),
    ):
        assert case_control_of(other, prior_, prevalence) >= p
        assert presence_background_of(other, prior_, 1.0) >= q


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=6, max_size=60))
def test_curves_never_fall_and_are_never_certain(samples):
    scores, y = (np.array(each, dtype=float) for each in zip(*samples, strict=True))
    if y.min() == y.max():
        y[0] = 1 - y[0]
    at = np.linspace(0, 1, 50)
    for curve in (IsotonicCurve(), LogisticCurve()):
        odds = curve.fit(scores, y).log_odds(at)
        assert np.isfinite(odds).all()
        assert (np.diff(odds) >= -1e-9).all()


def test_isotonic_corrects_a_score_that_is_far_too_sure():
    rng = np.random.default_rng(0)
    p = rng.random(4000)
    y = rng.random(4000) < p
    sure = p**4 / (p**4 + (1 - p) ** 4)  # the same order, odds to the fourth
    for curve in (IsotonicCurve(), LogisticCurve()):
        found = expit(curve.fit(sure, y).log_odds(sure))
        assert np.abs(found - p).mean() < 0.03
    assert np.abs(sure - p).mean() > 0.1


def test_a_score_that_misleads_gives_the_share_of_presences():
    rng = np.random.default_rng(0)
    score = rng.random(500)
    y = rng.random(500) < 0.5 * (1 - score)
    found = expit(LogisticCurve().fit(score, y).log_odds([0.1, 0.9]))
    assert found == pytest.approx([y.mean()] * 2, abs=0.01)


def test_the_record_of_a_calibration_is_held_out_twice(against_absences):
    record = against_absences.record
    assert record["nature"] == "absence"
    assert record["prevalence"] == 0.5
    assert record["calibrated"]["brier"] < record["calibrated"]["brier_chance"]
    # A curve judged on what it was learned from would have an error of nought.
    assert 0 < record["calibrated"]["ece"] < 0.12
    assert record["auc"] == pytest.approx(0.85, abs=0.06)


def test_a_model_that_knows_nothing_is_told_to_be_useless():
    frame = cells(100, 100)
    frame["hot"] = np.random.default_rng(1).normal(size=200)
    with collect() as findings:
        record = isotonic_cells(
            frame, ["hot"], "known", LogisticRegression(), FOLDS, bootstraps=2
        ).record
    assert "PROBABILITY_USELESS" in codes(findings)
    assert record["useless"] is True
    assert "no better" in record["text"]


def test_cells_of_a_system_count_once():
    frame = cells(40, 40)
    one = logistic_cells(frame.assign(site=[f"s{i}" for i in range(80)]), ["hot"], "known",
                         LogisticRegression(), FOLDS, group="site", bootstraps=2)  # fmt: skip
    # Every system with presence has a second cell a few hundred metres off.
    twice = frame[frame.known == 1].copy()
    twice["geometry"] = twice.geometry.translate(0.003)
    both = gpd.GeoDataFrame(
        {
            column: [*frame[column], *twice[column]] for column in ("hot", "known")
        } | {"site": [f"s{i}" for i in (*range(80), *np.flatnonzero(frame.known == 1))]},
        geometry=[*frame.geometry, *twice.geometry], crs="EPSG:4326",
    )  # fmt: skip
    both.attrs = frame.attrs
    two = logistic_cells(both, ["hot"], "known", LogisticRegression(), FOLDS, group="site",
                         bootstraps=2)  # fmt: skip
    assert two.record["prevalence"] == pytest.approx(one.record["prevalence"])
    assert two.record["systems"] == 40


def test_more_than_certainty_is_capped_and_told(against_background):
    found, findings = quiet(presence_background, against_background.model, before(0.6))
    assert "PROBABILITY_CAPPED" in codes(findings)
    assert float(found.p90.max()) == 1.0
    assert found.record["highest_before_cap"] > 1
    assert found.record["capped"] > 0


def test_absences_drilled_beside_systems_do_not_add_up():
    # Where it is not hot nobody drilled, so that the model has not seen where systems are rare.
    frame = cells()
    frame = frame[frame.hot > 0.3].reset_index(drop=True)
    frame.attrs = {"name": "drilled", "columns": {"hot": "1"}}
    model = logistic_cells(frame, ["hot"], "known", LogisticRegression(), FOLDS).model
    found, findings = quiet(case_control, model, before())
    assert "PROBABILITY_TOTAL" in codes(findings)
    assert "do not agree" in found.record["text"]


def test_the_area_that_is_unlike_the_samples_is_told(against_absences):
    far = (HOT + xr.where(HOT.x > 1.5e6, 40.0, 0.0)).assign_attrs(HOT.attrs).rename("hot")
    found, findings = quiet(case_control, against_absences.model, before(), features=[far])
    assert 0.25 <= found.record["outside"] < 0.35  # a quarter, and rare values elsewhere
    assert codes(findings).count("MODEL_EXTRAPOLATES") == 2
    beyond = found.extrapolated.values == 1
    assert beyond[:, 60:].all()
    assert np.isfinite(found.probability.values[beyond]).all()
    assert found.dissimilarity.attrs["threshold"] > 0


def test_cells_without_a_feature_stay_empty_and_are_counted(against_absences):
    gap = HOT.where(HOT.x > 5e5)
    found, _ = quiet(case_control, against_absences.model, before(), features=[gap])
    assert np.isnan(found.probability.values[:, :20]).all()
    assert found.record["without_values"] == pytest.approx(0.25)
    with pytest.raises(InputError, match="LAYER_EMPTY"):
        quiet(case_control, against_absences.model, before(), features=[HOT.where(HOT > 99)])


def test_the_name_of_the_layer_tells_the_size_of_the_cell(against_absences):
    found, _ = quiet(case_control, against_absences.model, before())
    assert found.p10.long_name == "Probability that a cell of 625 km2 holds a system (p10)"
    degrees = make_grid("EPSG:4326", 1.0, (0, 0, 4, 3))
    land = as_layer(np.ones((3, 4), dtype=bool), degrees)
    name = prior(0.05, 0.02, land, degrees).probability.long_name
    # 111.32 x 110.57 km at the equator (12,309 km2), cos(2.5 degrees) of it in the third row.
    assert name == "Prior probability that a cell of 12,300 to 12,310 km2 holds a system"


def test_a_model_comes_back_from_a_file_with_its_curves(against_absences):
    model = against_absences.model
    again = load(dump(model))
    X = HOT.to_dataframe()[["hot"]]
    assert np.array_equal(again.estimator.log_odds(X), model.estimator.log_odds(X))
    assert again.card["calibration"]["nature"] == "absence"


def test_layers_do_not_depend_on_chunks(against_absences):
    whole, _ = quiet(case_control, against_absences.model, before())
    pieces, _ = quiet(case_control, against_absences.model, before(),
                      features=[HOT.chunk({"x": 17, "y": 9})])  # fmt: skip
    assert np.array_equal(whole.p90.values, pieces.p90.values)
    assert whole.record == pieces.record


# ------------------------------------------------------------------ priors
def test_a_prior_from_labels_counts_systems_of_the_explored_part_once():
    explored = as_layer(np.arange(80)[None] * np.ones((40, 1)) < 40, GRID)
    which = np.zeros(GRID.shape.yx, dtype=bool)
    which[3, [2, 3, 10, 20, 60]] = True  # four of five within
    known = points(which, site=["a", "a", "b", "c", "d"], verified=["yes"] * 5)
    found = prior_from_labels(known, explored, LAND, GRID, group="site")
    # Three systems in 1,600 cells of 625 km2, and a half.
    assert found.record["per_1000_km2"]["mean"] == pytest.approx(3.5 / 1000, rel=1e-3)
    half = prior_from_labels(known, explored, LAND, GRID, found=0.5, group="site")
    assert half.record["per_1000_km2"]["mean"] == pytest.approx(7 / 1000, rel=1e-3)
    known["here"] = [1, 1, 0, 1, 1]
    fewer = prior_from_labels(known, explored, LAND, GRID, group="site", target="here")
    assert fewer.record["per_1000_km2"]["mean"] == pytest.approx(2.5 / 1000, rel=1e-3)
    with pytest.raises(InputError, match="no cell of the grid was explored"):
        prior_from_labels(known, as_layer(np.zeros(GRID.shape.yx, dtype=bool), GRID), LAND, GRID)


def test_the_mean_of_a_prior_is_over_its_density():
    found = prior_between(0.1, 2.0, LAND, GRID)
    density = Density.between(1e-4, 2e-3, "lognormal")
    wanted = occupied(np.random.default_rng(0).permutation(density.draws(20_000)), 625.0).mean()
    assert float(found.probability[0, 0]) == pytest.approx(wanted, rel=0.01)
    assert found.probability.status == "assumed"


@pytest.mark.parametrize(
    ("mean", "sd"), [(0.0, 0.1), (-1.0, 0.1), (0.5, 0.0), (np.inf, 0.1), (np.nan, 0.1)]
)
def test_a_density_of_nought_or_less_is_refused(mean: float, sd: float) -> None:
    with pytest.raises(SitingError, match=r"prior\.(mean|sd)"):
        prior(mean, sd, LAND, GRID)


def test_percentiles_the_wrong_way_round_are_refused():
    with pytest.raises(InputError, match="p90 above p10"):
        prior_between(1.0, 0.1, LAND, GRID)
    with pytest.raises(InputError, match="no gamma distribution has such percentiles"):
        prior_between(1e-25, 1.0, LAND, GRID, distribution="gamma")


def test_a_domain_without_area_is_refused():
    nowhere = as_layer(np.zeros(GRID.shape.yx, dtype=bool), GRID)
    with pytest.raises(InputError, match="cells have no area"):
        prior(0.5, 0.1, nowhere, GRID)


@pytest.mark.parametrize(
    ("per", "said"),
    [
        # Half a system to 1000 m2: λA = 312,500 in a cell of 625 km2.
        ("1000 m2", "nearly every cell holds a system"),
        # As many to 10^9 km2: .001 systems in 2 million km2.
        ("1e9 km2", "next to no system in all of the ground"),
    ],
)
def test_a_prior_that_leaves_nothing_to_tell_is_told(per: str, said: str) -> None:
    with collect() as findings:
        prior(0.5, 0.1, LAND, GRID, per=per)
    assert [each.code for each in findings] == ["RANGE_IMPLAUSIBLE"]
    assert said in findings[0].message
    assert "systems to 1000 km2" in findings[0].found


def test_small_ground_may_expect_no_system() -> None:
    few = as_layer(np.zeros(GRID.shape.yx, dtype=bool), GRID)
    few[0, 0] = True  # 625 km2, .006 systems
    with collect() as findings:
        prior(0.01, 0.001, few, GRID)
    assert findings == []


def test_features_without_units_are_told_when_a_curve_is_learned() -> None:
    table = cells()
    table.attrs["columns"] = {}
    with collect() as findings:
        isotonic_cells(table, ["hot"], "known", LogisticRegression(), FOLDS, bootstraps=2)
    assert ("UNITS_MISSING", "note") in [(each.code, each.severity) for each in findings]


# ------------------------------------------------------------------ bad input
def test_labels_of_the_other_nature_are_refused(against_absences, against_background):
    with pytest.raises(InputError, match=r"LABELS_NATURE.*\n.*\n.*known absences"):
        quiet(presence_background, against_absences.model, before())
    with pytest.raises(InputError, match=r"LABELS_NATURE.*\n.*\n.*background"):
        quiet(case_control, against_background.model, before())


def test_absences_and_background_at_once_are_refused():
    frame = cells(60, 60)
    with pytest.raises(InputError, match="known absences and background at once"):
        logistic([HOT], frame, LogisticRegression(), FOLDS, LAND, GRID, background=100,
                 target="known")  # fmt: skip
    found = logistic([HOT], frame, LogisticRegression(), FOLDS, LAND, GRID, background=0,
                     target="known", bootstraps=2)  # fmt: skip
    assert found.record["nature"] == "absence"


def test_cells_that_nobody_looked_at_are_a_background():
    found = logistic_cells(cells(), ["hot"], "known", LogisticRegression(), FOLDS,
                           unlabelled=True, bootstraps=2)  # fmt: skip
    assert found.record["nature"] == "background"


def test_isotonic_asks_for_twenty_systems_and_names_the_other_curve():
    few = cells(12, 60)
    with pytest.raises(InputError, match=r"(?s)12 systems.*20 of each.*calibration\.logistic"):
        isotonic_cells(few, ["hot"], "known", LogisticRegression(), FOLDS)
    assert logistic_cells(
        few, ["hot"], "known", LogisticRegression(), FOLDS, bootstraps=2
    ).record["systems"] == 12  # fmt: skip


def test_one_class_is_refused():
    frame = cells(60, 60).assign(known=1)
    frame.attrs = {"name": "known", "columns": {"hot": "1"}}
    with pytest.raises(InputError, match="TOO_FEW_POSITIVES"):
        isotonic_cells(frame, ["hot"], "known", LogisticRegression(), FOLDS)


def test_a_quantity_is_refused():
    with pytest.raises(InputError, match="a probability is of presence and absence"):
        isotonic_cells(cells().assign(known=np.linspace(0, 9, 500)), ["hot"], "known",
                       LogisticRegression(), FOLDS)  # fmt: skip


def test_a_constant_score_is_refused():
    with pytest.raises(InputError, match=r"the same score|same score"):
        isotonic_cells(cells(), ["hot"], "known", DummyClassifier(strategy="uniform"), FOLDS)


def test_scores_outside_0_to_1_are_refused(against_absences):
    class Table:
        X, y = None, np.array([0, 1])

    with pytest.raises(InputError, match="PROBABILITY_RANGE"):
        check_scores(np.array([0.2, 1.3]), Table(), LogisticRegression(), 5)  # type: ignore[arg-type]


def test_a_model_without_a_curve_and_a_prior_that_is_none_are_refused(against_absences):
    model = against_absences.model
    plain = replace(model, card={k: v for k, v in model.card.items() if k != "calibration"})
    with pytest.raises(PipelineError, match="the model was not calibrated"):
        quiet(case_control, plain, before())
    for bad in ({}, {"density": {"family": "gamma", "shape": -1.0, "scale": 1.0}},
                {"density": {"family": "beta", "shape": 1.0, "scale": 1.0}}):  # fmt: skip
        with pytest.raises(InputError, match="the prior holds no density"):
            quiet(case_control, model, bad)


def test_a_layer_of_another_name_is_refused(against_absences):
    with pytest.raises(InputError, match="MODEL_FEATURES"):
        quiet(case_control, against_absences.model, before(), features=[HOT.rename("cold")])


def test_a_forest_that_knows_its_samples_by_heart_is_not_believed():
    # Scores of samples seen are 0 or 1; held out they are not, and the curve is of those.
    forest = RandomForestClassifier(20, random_state=0)
    model = isotonic_cells(cells(), ["hot"], "known", forest, FOLDS, bootstraps=5).model
    found, _ = quiet(case_control, model, before())
    assert float(found.probability.max()) < 0.95
    assert found.record["departure"] == pytest.approx(1, abs=0.3)
