"""How well scores find known fields: index, learned model and every single layer side by side.

The protocol is docs/validation.md, written before the figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field
from sklearn.base import clone

from siting.grid import cell_area, sample
from siting.kernels.prediction import predicted
from siting.kernels.threads import single_threaded
from siting.kinds import (
    Domain,
    Features,
    FittedModel,
    Grid,
    Layer,
    Model,
    Pairs,
    Record,
    Splitter,
    Unit,
)
from siting.projection import position
from siting.scoring import leakage
from siting.scoring.folds import INDEX, random, regions, spatial_blocks
from siting.scoring.labels import place_labels
from siting.scoring.percentiles import (
    Ranked,
    Stratum,
    curve,
    figures,
    paired,
    percentiles,
    share_above,
)
from siting.scoring.training import Training, background_cells, classification_table
from siting.signature import scorer

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Percentiles of the fields in each stratum, by name, role and folds of a method.
Ranks = dict[tuple[str, str, str], dict[str, Floats]]
Direction = Literal["lower", "higher"]
FIXED, SINGLE = "none (fixed weights)", "none (single layer)"
BLOCKS = ("10 degree", "30 degree")
LAND = "land"  # name of the stratum that is all of the domain
SHARE = 0.05  # of land, at which score and baseline are compared
REQUIRED = 0.95  # share of bootstraps in which the score must capture more
EVALUATION_CELLS = 20_000  # of each stratum, that learned models rank held-out fields among
TEST_CELLS = 1_000  # of the self-test for leakage
SHUFFLES = 5  # of each feature, for importance


@scorer()
def screening(
    score: Layer,
    features: Annotated[list[Layer], Field(min_length=1)],
    model: Model,
    labels: Features,
    baselines: Annotated[list[tuple[Layer, Direction]], Pairs(), Field(min_length=1)],
    domain: Domain,
    grid: Grid,
    strata: list[Layer] | None = None,
    variants: list[Layer] | None = None,
    region: str = "region",
    blocks: Annotated[list[str] | None, Field(min_length=1)] = None,
    buffer: Annotated[float, Unit("km"), Field(ge=0)] = 100.0,
    background: Annotated[int, Field(ge=100)] = 5000,
    bootstraps: Annotated[int, Field(ge=100)] = 2000,
    draws: Annotated[int, Field(ge=20)] = 20,
) -> Record:
    """Skill of a fixed score and a learned model at known fields, beside every single layer.

    Parameters
    ----------
    score : (y, x) layer
        The score that sites are ranked by; its weights are fixed, so it has no folds.
    features : list of layer
        What the learned model learns from.
    model : FittedModel
        The learned model; it is fitted anew without each fold.
    labels : GeoDataFrame of points
        Known fields.
    baselines : list of (layer, direction)
        Single layers, each with the end that is favourable; the first is the one to beat.
    domain : (y, x) layer of bool
        All land.
    grid : GeoBox
        The grid.
    strata : list of layer of bool
        Parts of the land that skill is told for as well.
    variants : list of layer
        Other fixed scores, told beside the score and compared with the baseline as it is: an
        index without one of its criteria, say.
    region : str
        Column of the labels with the regions that are held out.
    blocks : list of str
        Sides of the spatial blocks, ``["10 degree", "30 degree"]`` where none are given; the
        first kind is the one that capture curve and importance are told for.
    buffer : float
        Distance kept between training and test [km].
    background : int
        Background cells that the model is trained on.
    bootstraps : int
        Bootstraps over fields.
    draws : int
        Random label fields of the self-test for leakage.

    Returns
    -------
    dict
        Verdict, figures by method, folds and stratum, capture curves, importance, self-test.

    Notes
    -----
    A field's percentile is the share of land, by true area, that scores higher; ties count half.
    AUC is one less the mean percentile. Fields in one cell are one field. A learned model gives a
    field its percentile when fitted without the field's fold, among land drawn for evaluation.

    Examples
    --------
    In a pipeline file::

        skill:
          skill.screening:
            score: score
            features: [near_volcano, thin_lithosphere]
            model: learned.model
            labels: known
            baselines: {volcano_distance: lower}

    The record begins with the sentence that map and report begin with, such as

    >>> _verdict("volcano_distance", np.zeros(20), np.ones(20), {"share_of_bootstraps": 1.0}, True)
    'The score finds more than distance to the nearest volcano alone: ...'
    """
    table = classification_table(
        features, labels, domain, grid, background=background, region=region
    )
    placed = place_labels(labels, domain, grid, region=region).frame
    fields = _Fields.of(table, placed, [domain, *(strata or [])], grid)
    land = _evaluation(features, fields.strata, grid)
    schemes = _schemes(blocks or list(BLOCKS), buffer, region)
    ranks = _fixed_ranks([score, *(variants or [])], baselines, fields, grid)
    for name, splitter in schemes.items():
        ranks["learned", "learned", name] = _held_out(model, table, splitter, land, fields)
    main = next(iter(schemes))
    shown = {
        str(score.name): (str(score.name), "index", FIXED),
        str(baselines[0][0].name): (str(baselines[0][0].name), "baseline", SINGLE),
        f"learned, {main}": ("learned", "learned", main),
    }
    return {
        **_compared(ranks, str(score.name), baselines[0][0], bootstraps),
        "variants": [
            {"name": str(each.name), **_against(ranks, str(each.name), baselines[0][0], bootstraps)}
            for each in variants or []
        ],
        "scope": _scope(grid),
        "methods": _methods(ranks, bootstraps),
        "curves": {name: curve(ranks[key][LAND]) for name, key in shown.items()},
        "importance": _importance(model, table, schemes[main], land, fields),
        "leakage": leakage.self_test(land[LAND].iloc[:TEST_CELLS], draws),
        "labels": table.record,
    }


@dataclass(frozen=True)
class _Fields:
    """Known fields, one a cell: their rows in the training table, cells and strata."""

    rows: Integers
    cells: tuple[Integers, Integers]
    strata: tuple[Stratum, ...]

    @classmethod
    def of(
        cls, table: Training, placed: pd.DataFrame, layers: Sequence[xr.DataArray], grid: GeoBox
    ) -> "_Fields":
        """Fields of a table; the first layer is all land, the others are parts of it."""
        samples = table.X.index.to_frame(index=False)
        first = ~samples.group.duplicated().to_numpy()
        rows = np.flatnonzero((table.y == 1) & first)
        # A label keeps its own place in the table; its cell is the one that it was put in.
        where = placed.drop_duplicates(["longitude", "latitude"])
        found = samples.iloc[rows].merge(where, on=["longitude", "latitude"], how="left")
        cells = found["row"].to_numpy(np.int64), found["column"].to_numpy(np.int64)
        domain = layers[0] == 1
        strata = [Stratum(LAND, domain, np.ones(len(rows), bool))]
        for layer in layers[1:]:
            inside = sample(layer, *cells) == 1
            strata.append(Stratum(str(layer.name), domain & (layer == 1), inside))
        return cls(rows, cells, tuple(strata))


def _fixed_ranks(
    scores: Sequence[xr.DataArray],
    baselines: Sequence[tuple[xr.DataArray, Direction]],
    fields: _Fields,
    grid: GeoBox,
) -> Ranks:
    """Percentiles under what is not fitted: scores of fixed weights and every single layer."""
    signs = {"higher": 1.0, "lower": -1.0}
    keys = [(str(each.name), "index", FIXED) for each in scores]
    keys += [(str(layer.name), "baseline", SINGLE) for layer, _ in baselines]
    ranked = [Ranked(each, 1.0) for each in scores]
    ranked += [Ranked(layer, signs[direction]) for layer, direction in baselines]
    found = percentiles(ranked, fields.cells, fields.strata, grid)
    return dict(zip(keys, found, strict=True))


def _against(ranks: Ranks, score: str, baseline: xr.DataArray, bootstraps: int) -> dict[str, Any]:
    """A fixed score and the baseline at the same bootstraps of fields."""
    name = str(baseline.name)
    ours, theirs = ranks[score, "index", FIXED][LAND], ranks[name, "baseline", SINGLE][LAND]
    return {"baseline": name, "required": REQUIRED} | paired(ours, theirs, SHARE, bootstraps)


def _compared(ranks: Ranks, score: str, baseline: xr.DataArray, bootstraps: int) -> dict[str, Any]:
    """The score against the baseline, and the verdict."""
    comparison = _against(ranks, score, baseline, bootstraps)
    name = comparison["baseline"]
    beats = comparison["share_of_bootstraps"] >= REQUIRED
    ours, theirs = ranks[score, "index", FIXED][LAND], ranks[name, "baseline", SINGLE][LAND]
    verdict = _verdict(name, ours, theirs, comparison, beats)
    return {"verdict": verdict, "beats_baseline": beats, "paired": comparison}


def _methods(ranks: Ranks, bootstraps: int) -> list[dict[str, Any]]:
    """One row a method, folds and stratum."""
    return [
        {"name": name, "role": role, "folds": folds, "stratum": stratum}
        | figures(values, bootstraps)
        for (name, role, folds), by_stratum in ranks.items()
        for stratum, values in by_stratum.items()
    ]


def _schemes(blocks: list[str], buffer: float, region: str) -> dict[str, Splitter]:
    """Folds by the name that the record gives them; random ones only to show the leak."""
    gap = buffer * 1000.0
    schemes: dict[str, Splitter] = {f"{size} blocks": spatial_blocks(size, gap) for size in blocks}
    return {**schemes, "held-out regions": regions(region, gap), "random (leakage)": random()}


def _evaluation(
    features: Sequence[xr.DataArray], strata: Sequence[Stratum], grid: GeoBox
) -> dict[str, pd.DataFrame]:
    """Features of random land of each stratum, drawn apart from the training background."""
    found = {}
    for number, stratum in enumerate(strata):
        rows, columns = background_cells(stratum.layer, grid, EVALUATION_CELLS, seed=100 + number)
        values = np.stack([sample(each, rows, columns) for each in features], axis=1)
        frame = pd.DataFrame(values, columns=[str(each.name) for each in features])
        found[stratum.name] = _placed(frame, rows, columns, grid)
    return found


def _placed(frame: pd.DataFrame, rows: Integers, columns: Integers, grid: GeoBox) -> pd.DataFrame:
    """Features with the index of a training table, without cells where one is missing."""
    longitude, latitude = position(grid, rows + 0.5, columns + 0.5)
    number = np.arange(len(frame))
    names = np.full(len(frame), "")
    index = pd.MultiIndex.from_arrays([number, number, longitude, latitude, names], names=INDEX)
    return frame.set_index(index).dropna()


@single_threaded()
def _held_out(
    model: FittedModel,
    table: Training,
    splitter: Splitter,
    land: dict[str, pd.DataFrame],
    fields: _Fields,
) -> dict[str, Floats]:
    """Percentile of each field under the model fitted without its fold."""
    found = {each.name: np.full(len(fields.rows), np.nan) for each in fields.strata}
    for train, test in splitter.split(table.X, table.y):
        fitted = clone(model.estimator).fit(table.X.iloc[train], table.y[train])
        tested = np.isin(fields.rows, test)
        if not tested.any():
            continue
        scores = predicted(fitted, table.X.iloc[fields.rows[tested]])
        for each in fields.strata:
            ranks = share_above(scores, predicted(fitted, land[each.name]), _ones(land[each.name]))
            found[each.name][tested] = np.where(each.fields[tested], ranks, np.nan)
    return found


def _ones(land: pd.DataFrame) -> Floats:
    """Weights of land that was drawn by area, so that each cell counts the same."""
    return np.ones(len(land))


@single_threaded()
def _importance(
    model: FittedModel,
    table: Training,
    splitter: Splitter,
    land: dict[str, pd.DataFrame],
    fields: _Fields,
) -> list[dict[str, Any]]:
    """Loss of AUC at held-out fields when a feature is shuffled among fields and land."""
    rng = np.random.default_rng(0)
    losses: dict[str, list[float]] = {name: [] for name in table.X.columns}
    for train, test in splitter.split(table.X, table.y):
        rows = fields.rows[np.isin(fields.rows, test)]
        if len(rows) == 0:
            continue
        fitted = clone(model.estimator).fit(table.X.iloc[train], table.y[train])
        both = pd.concat([table.X.iloc[rows], land[LAND].iloc[:5000]])
        whole = _auc(predicted(fitted, both), len(rows))
        for name, column in both.items():
            for _ in range(SHUFFLES):
                mixed = both.assign(**{str(name): rng.permutation(column.to_numpy())})
                loss = whole - _auc(predicted(fitted, mixed), len(rows))
                losses[str(name)] += [loss] * len(rows)
    rows_of = [(name, float(np.mean(each)), float(np.std(each))) for name, each in losses.items()]
    ordered = sorted(rows_of, key=lambda row: -row[1])
    return [{"layer": n, "value": round(v, 5), "sd": round(s, 5)} for n, v, s in ordered]


def _auc(scores: Floats, fields: int) -> float:
    ranks = share_above(scores[:fields], scores[fields:], np.ones(len(scores) - fields))
    return float(1.0 - ranks.mean())


def _verdict(
    baseline: str, ours: Floats, theirs: Floats, comparison: dict[str, Any], beats: bool
) -> str:
    """The first line of map and report."""
    name = baseline.replace("_", " ")
    told = "distance to the nearest volcano" if name == "volcano distance" else name
    count = int((~np.isnan(ours)).sum())
    numbers = (
        f"the best {SHARE:.0%} of land by the score holds {np.mean(ours <= SHARE):.0%} of {count} "
        f"known fields, by {told} alone {np.mean(theirs <= SHARE):.0%}; the score holds more in "
        f"{comparison['share_of_bootstraps']:.0%} of bootstraps over fields"
    )
    if beats:
        return f"The score finds more than {told} alone: {numbers}."
    return f"{told[0].upper()}{told[1:]} does as well: {numbers} ({REQUIRED:.0%} are asked for)."


def _scope(grid: GeoBox) -> str:
    area = float(np.median(cell_area(grid)[:: max(grid.shape[0] // 16, 1), :1].to_numpy()))
    return (
        f"Regional screening on cells of {area:,.4g} km²: where to look first with better data. "
        "No claim about a well."
        if area > 1.0
        else "Screening on cells of at most 1 km²."
    )
