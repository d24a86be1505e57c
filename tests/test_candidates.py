"""Candidates: ranked, apart, explained, flagged, and told in columns that say what they are."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from sklearn.linear_model import LogisticRegression

from siting.candidates import select, site_id
from siting.columns import FIXED
from siting.errors import InputError, PipelineError
from siting.findings import collect
from siting.geodesy import geodesic_distance
from siting.grid import as_layer, cell_area, make_grid
from siting.kinds import FittedModel
from siting.scoring.overlay import fuzzy, weighted

GRID = make_grid("EPSG:4326", 1.0, (170, 30, 190, 45))  # across the dateline
SHAPE = tuple(GRID.shape.yx)
RNG = np.random.default_rng(0)


def layer(values: Any, name: str, grid: GeoBox = GRID, **attrs: Any) -> xr.DataArray:
    marks = {"units": "1", "kind": "continuous", "status": "measured", "long_name": name, **attrs}
    return as_layer(values, grid, **marks).rename(name)


HOT = layer(RNG.random(SHAPE), "hot")
NEAR = layer(RNG.random(SHAPE), "near", status="derived")
DEPTH = layer(RNG.random(SHAPE) * 3000, "depth", units="m", long_name="Depth to basement")
ALLOWED = as_layer(np.ones(SHAPE, dtype=bool), GRID)
INDEX = weighted([(HOT, 3.0), (NEAR, 1.0)], ALLOWED, GRID)
LAYERS = {"hot": HOT, "near": NEAR, "depth": DEPTH, "score.score": INDEX.score}
SCORE = INDEX.score.rename("score")


def chosen(**options: Any) -> gpd.GeoDataFrame:
    options = {"rank_by": SCORE, "layers": LAYERS, "allowed": ALLOWED, "grid": GRID, **options}
    return select(**options)


def test_candidates_are_the_best_cells_in_order() -> None:
    found = chosen(count=10)
    best = np.sort(INDEX.score.values.ravel())[::-1][:10]
    assert found.score_score.tolist() == best.tolist()
    assert found["rank"].tolist() == list(range(1, 11))


def test_the_lowest_can_be_the_best() -> None:
    found = chosen(count=5, order="lowest")
    assert found.score_score.tolist() == np.sort(INDEX.score.values.ravel())[:5].tolist()


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 600_000), st.integers(1, 40))
def test_candidates_keep_their_true_distance(spacing: float, count: int) -> None:
    with collect() as findings:
        found = chosen(count=count, spacing=spacing)
    lon, lat = found.longitude.to_numpy(), found.latitude.to_numpy()
    ground = geodesic_distance(lon[:, None], lat[:, None], lon, lat)
    np.fill_diagonal(ground, np.inf)
    assert ground.min() >= spacing * (1 - 1e-4)
    assert len(found) == count or findings[0].code == "CANDIDATES_FEWER"


def test_spacing_may_be_written_with_its_unit() -> None:
    assert chosen(count=20, spacing="300 km").equals(chosen(count=20, spacing=300_000.0))


def test_fewer_than_asked_for_is_told() -> None:
    with collect() as findings:
        found = chosen(count=9999)
    assert len(found) == SHAPE[0] * SHAPE[1]
    assert [(each.code, each.found, each.wanted) for each in findings] == [
        ("CANDIDATES_FEWER", "300", "9999")
    ]


def test_ranks_among_equals_are_told_to_mean_nothing() -> None:
    """Nine equals of a hundred are not told, ten are."""
    for equals, told in ((9, False), (10, True)):
        values = np.arange(float(np.prod(SHAPE))).reshape(SHAPE)
        values.flat[-equals:] = 1e9
        score = INDEX.score.copy(data=values)
        with collect() as findings:
            found = chosen(rank_by=score, layers={"score": score}, count=100)
        assert len(found) == 100
        assert ("CANDIDATES_TIED" in [each.code for each in findings]) is told


def test_only_allowed_cells_with_a_score_are_candidates() -> None:
    values = INDEX.score.values.copy()
    values[:, 0] = np.nan
    free = np.zeros(SHAPE, dtype=bool)
    free[3:5, :3] = True
    with collect():
        found = chosen(
            rank_by=layer(values, "score"),
            layers={"score": layer(values, "score")},
            allowed=as_layer(free, GRID),
        )
    assert len(found) == 4
    assert found.longitude.between(171, 173).all()
    assert found.latitude.between(40, 42).all()


def test_nothing_allowed_is_an_error() -> None:
    with pytest.raises(InputError, match="CANDIDATES_NONE"):
        chosen(allowed=as_layer(np.zeros(SHAPE, dtype=bool), GRID))


def test_every_layer_has_its_value_and_unit_at_the_site() -> None:
    found = chosen(count=7)
    row = (45 - found.latitude).astype(int)
    column = ((found.longitude - 170) % 360).astype(int)
    assert found.depth.tolist() == DEPTH.values[row, column].tolist()
    assert found.hot.tolist() == HOT.values[row, column].tolist()
    assert found.cell_area.tolist() == cell_area(GRID).values[row, column].tolist()
    assert found.attrs["columns"]["depth"] == {
        "units": "m",
        "description": "Depth to basement",
    }


def test_every_column_says_what_it_is() -> None:
    found = chosen(count=3, model=INDEX.model, known=fields())
    columns = set(found.columns) - {"geometry"}
    assert set(found.attrs["columns"]) == columns
    assert all(each["description"] for each in found.attrs["columns"].values())
    assert list(found.columns)[:5] == ["rank", "site_id", "longitude", "latitude", "cell_area"]
    assert {"status", "reasons", "flags"} < columns


def test_places_are_points_at_the_cells_in_longitude_and_latitude() -> None:
    found = chosen(count=50)
    assert found.crs.to_epsg() == 4326
    assert found.geometry.x.tolist() == found.longitude.tolist()
    assert found.longitude.min() < -170  # beyond the dateline
    assert found.longitude.max() > 170


def test_contributions_of_an_overlay_add_up_to_the_score() -> None:
    found = chosen(count=20, model=INDEX.model)
    parts = found.contribution_base + found.contribution_hot + found.contribution_near
    assert parts.to_numpy() == pytest.approx(found.score_score.to_numpy(), abs=1e-9)
    assert found.contribution_hot.to_numpy() == pytest.approx(0.75 * found.hot.to_numpy())
    assert found.reasons[0].startswith(f"hot {found.hot[0]:.3g} raises by 0.")


@pytest.mark.parametrize("operator", ["gamma", "and"])
def test_contributions_of_a_fuzzy_overlay_start_from_the_median_place(operator: Any) -> None:
    made = fuzzy([HOT, NEAR], operator, ALLOWED, GRID)
    found = chosen(
        rank_by=made.score.rename("f"), layers={**LAYERS, "f": made.score}, model=made.model,
        count=20,
    )  # fmt: skip
    parts = found.contribution_base + found.contribution_hot + found.contribution_near
    assert parts.to_numpy() == pytest.approx(found.f.to_numpy(), abs=1e-9)
    median = pd.DataFrame({"hot": [np.median(HOT.values)], "near": [np.median(NEAR.values)]})
    assert found.contribution_base[0] == pytest.approx(made.model.estimator.predict(median)[0])


def test_a_model_of_another_score_is_refused() -> None:
    X = pd.DataFrame({"hot": HOT.values.ravel(), "near": NEAR.values.ravel()})
    other = LogisticRegression().fit(X, X.hot > 0.5)
    model = FittedModel(other, ("hot", "near"), {"reference": {"hot": 0.5, "near": 0.5}})
    with pytest.raises(InputError, match="MODEL_MISMATCH"):
        chosen(model=model)


def test_features_may_be_called_by_the_first_result_of_a_step() -> None:
    made = weighted([(HOT.rename("q"), 1.0)], ALLOWED, GRID)
    found = chosen(
        rank_by=made.score.rename("score"),
        layers={"q.mean": HOT, "q.sd": NEAR, "score.score": made.score},
        model=made.model, count=3,
    )  # fmt: skip
    assert found.contribution_q.tolist() == pytest.approx(found.q_mean.tolist())


def learned_layers(threshold: float | None = 0.4) -> dict[str, Any]:
    attrs = {} if threshold is None else {"threshold": threshold}
    values = RNG.random(SHAPE)
    values[0] = np.nan
    return {
        "spread": layer(np.full(SHAPE, 0.1), "learned.spread", units="degC"),
        "dissimilarity": layer(values, "learned.dissimilarity", **attrs),
    }


def test_places_outside_the_training_range_are_flagged() -> None:
    found = chosen(count=300, **learned_layers())
    unlike = ~(found.dissimilarity <= 0.4)
    assert found.extrapolated.tolist() == unlike.tolist()
    assert found.extrapolated[found.dissimilarity.isna()].all()  # unknown is not within
    assert (found["flags"].str.contains("outside training range") == unlike).all()
    assert found.attrs["columns"]["spread"]["units"] == "degC"


def test_a_dissimilarity_without_threshold_is_refused() -> None:
    with pytest.raises(InputError, match="THRESHOLD_MISSING"):
        chosen(**learned_layers(threshold=None))


def fields() -> gpd.GeoDataFrame:
    geometry = gpd.points_from_xy([-175.4, 172.5], [36.5, 32.5], crs="EPSG:4326")
    return gpd.GeoDataFrame({"name": ["Ngawha", "Coso"]}, geometry=geometry)


def test_near_known_fields_are_named_with_their_distance() -> None:
    found = chosen(count=300, known=fields())
    nearest = found.known_distance.idxmin()
    # 172.5 E 32.5 N is the centre of its cell.
    assert (found.known_name[nearest], found.known_distance[nearest]) == ("Coso", 0.0)
    assert "near known field Coso 0 km" in found["flags"][nearest]
    # -175.4 is 0.1 degree from a centre at 36.5 N: 8.96 km (WGS84: cos 36.5 x 111.32 x 0.1, and
    # the ellipsoid's normal radius adds .12 %).
    other = found[found.known_name == "Ngawha"].known_distance.min()
    assert other == pytest.approx(8.96, abs=0.01)
    far = found.known_distance > 25
    assert not found["flags"][far].str.contains("near known field").any()


def test_the_worst_input_is_told_in_the_flags() -> None:
    assert (chosen(count=3, model=INDEX.model)["flags"] == "derived inputs").all()
    assumed = {**LAYERS, "hot": HOT.assign_attrs(status="assumed")}
    assert (chosen(count=3, model=INDEX.model, layers=assumed)["flags"] == "assumed inputs").all()
    measured = {**LAYERS, "near": NEAR.assign_attrs(status="measured")}
    assert (chosen(count=3, model=INDEX.model, layers=measured)["flags"] == "").all()
    assert (chosen(count=3).status == "derived").all()


def test_boolean_layers_stay_boolean() -> None:
    land = as_layer(RNG.random(SHAPE) > 0.5, GRID, units="1", kind="boolean").rename("land")
    found = chosen(count=5, layers={**LAYERS, "land": land})
    assert found.land.dtype == bool


@pytest.mark.parametrize("name", ["rank", "geometry", "contribution.hot", "spread"])
def test_a_layer_cannot_take_the_name_of_a_column(name: str) -> None:
    with pytest.raises(PipelineError, match="would share the column"):
        chosen(layers={**LAYERS, name: HOT})


def test_two_layers_cannot_share_a_column() -> None:
    with pytest.raises(PipelineError, match="share the column 'a_b'"):
        chosen(layers={**LAYERS, "a.b": HOT, "a_b": NEAR})


def test_a_score_outside_the_layers_gets_its_own_column() -> None:
    found = chosen(rank_by=HOT.rename("mine"), count=2)
    assert found.mine.tolist() == np.sort(HOT.values.ravel())[::-1][:2].tolist()


def test_the_same_table_comes_out_every_time() -> None:
    one, other = (chosen(count=30, model=INDEX.model, known=fields()) for _ in range(2))
    assert one.equals(other)
    assert one.attrs == other.attrs


@settings(max_examples=50, deadline=None)
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_site_ids_are_text_that_no_spreadsheet_changes(longitude: float, latitude: float) -> None:
    found = site_id(longitude, latitude)
    assert len(found) == 17
    assert found[0] in "NS"
    assert found[8] in "EW"


def test_site_ids_differ_from_cell_to_cell() -> None:
    assert chosen(count=300).site_id.is_unique


def test_inputs_stay_as_they_are() -> None:
    before = {name: each.attrs.copy() for name, each in LAYERS.items()}
    chosen(count=3, model=INDEX.model)
    assert {name: each.attrs for name, each in LAYERS.items()} == before
    assert set(LAYERS) == {"hot", "near", "depth", "score.score"}


def test_fixed_columns_have_a_meaning_each() -> None:
    assert all(each.units and each.description for each in FIXED.values())


def test_a_score_made_from_another_is_explained_by_that_one() -> None:
    # p = score²: ranked alike; contributions add up to the score that the model gives.
    made = layer(SCORE.values**2, "p")
    layers = {**LAYERS, "p": made}
    found = chosen(rank_by=made, layers=layers, model=INDEX.model, explain=SCORE, count=5)
    parts = found.contribution_base + found.contribution_hot + found.contribution_near
    assert parts.to_numpy() == pytest.approx(found.score_score.to_numpy(), abs=1e-9)
    assert found.attrs["explained"] == "score_score"
    with pytest.raises(InputError, match="MODEL_MISMATCH"):
        chosen(rank_by=made, layers=layers, model=INDEX.model, count=5)


def test_the_known_systems_most_like_a_candidate_are_named() -> None:
    found = chosen(count=5, model=INDEX.model, known=fields())
    names = set(fields()["name"])
    assert set(found.analogue_1) <= names
    assert found.analogue_1_similarity.between(0, 1).all()
    told = found.attrs["columns"]
    assert told["analogue_1"]["description"] == "Known system most like the place to the model"
    assert told["contribution_hot"]["description"].endswith("; exact share of the sum")
    assert "analogue_1" not in chosen(count=5, model=INDEX.model)
    assert "analogue_1" not in chosen(count=5, known=fields())
