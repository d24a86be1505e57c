"""Probabilities of cells: a prior and an ensemble of odds, mixed draw by draw."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import dask.array as da
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError, PipelineError
from siting.findings import warn
from siting.grid import as_layer, cell_area, sample, tiles
from siting.kernels.calibration import case_control, presence_background
from siting.kernels.prediction import Floats
from siting.kernels.prior import DRAWS, Density, density_of, occupied
from siting.kernels.threads import single_threaded
from siting.kinds import FittedModel
from siting.reduce import maximum, minimum
from siting.scoring.applicability import Applicability, restored
from siting.scoring.applying import layers_for, tell_ranges
from siting.scoring.calibrating import Nature
from siting.scoring.fitted import dissimilarity_layer
from siting.wording import counted

Rule = Callable[[Floats, Floats], Floats]  # (log odds, prior) -> probability, uncapped
Quartet = tuple[xr.DataArray, xr.DataArray, xr.DataArray, xr.DataArray]  # mean, p10, p50, p90
KIND = "probability"  # of the record
PARTS = ("probability", "p10", "p50", "p90")
SHARES = (0.1, 0.5, 0.9)
CELLS = 20_000  # of the domain, drawn at random, from which totals are told
AWAY = 0.2  # part by which the expected number may depart before it is a finding
_ROWS = 16_384  # cells at once: 13 MB for 100 draws
_FIXES = {
    "absence": "use probability.case_control",
    "background": "use probability.presence_background",
}


@dataclass(frozen=True)
class Asked:
    """An ensemble, a prior and layers for it: what probabilities are made of."""

    model: FittedModel
    known: Applicability
    density: Density
    layers: list[xr.DataArray]  # features in order, then the area of cells
    rule: Rule

    @property
    def draws(self) -> tuple[Floats, NDArray[np.int64]]:
        """Densities, and the member that each goes with: the same for all cells."""
        members = np.arange(DRAWS) % len(self.model.estimator.estimators)
        return self.density.draws(), np.random.default_rng(0).permutation(members)


def asked(
    model: FittedModel,
    prior: Any,
    features: Sequence[xr.DataArray],
    domain: xr.DataArray,
    grid: GeoBox,
    nature: Nature,
) -> Asked:
    """What probabilities are made of, once it was found to fit together.

    Raises
    ------
    InputError
        LABELS_NATURE, where its labels are of the other nature; VALUE_INVALID, where the prior
        is none; and the errors of fitting layers to a model.
    PipelineError
        MODEL_KIND, where the model is no calibrated ensemble.
    """
    told = model.card.get("calibration")
    where = "probability.case_control" if nature == "absence" else "probability.presence_background"
    if not isinstance(told, dict) or not hasattr(model.estimator, "log_odds"):
        raise PipelineError(
            "MODEL_KIND", "the model was not calibrated", where=f"{where}.model",
            found=type(model.estimator).__name__,
            fix="train it with calibration.isotonic or calibration.logistic",
        )  # fmt: skip
    if told["nature"] != nature:
        raise _other_nature(str(told["nature"]), where)
    rule = partial(case_control, prevalence=told["prevalence"])
    if nature == "background":
        rule = partial(presence_background, ratio=told["ratio"])
    layers = layers_for(model, features, {})
    tell_ranges(model, layers, domain, grid)
    return Asked(model, restored(model), _density(prior, where), [*layers, cell_area(grid)], rule)


def _other_nature(nature: str, where: str) -> InputError:
    found = "presences and known absences" if nature == "absence" else "presences and a background"
    wanted = "a background" if nature == "absence" else "known absences"
    return InputError(
        "LABELS_NATURE", "the model was calibrated on labels of another nature",
        where=f"{where}.model", found=found, wanted=f"presences and {wanted}", fix=_FIXES[nature],
    )  # fmt: skip


def _density(prior: Any, where: str) -> Density:
    try:
        return density_of(prior.get("density") if isinstance(prior, dict) else None)
    except ValueError as error:
        raise InputError(
            "VALUE_INVALID", f"the prior holds no density: {error}", where=f"{where}.prior",
            wanted="the record of probability.prior, prior_between or prior_from_labels",
            fix="name its record, such as `prior: NAME.record`",
        ) from error  # fmt: skip


def probability_layers(given: Asked, domain: xr.DataArray, grid: GeoBox) -> Quartet:
    """Mean, p10, p50 and p90 of the probability of each cell, lazy, with the cell in their name."""
    inputs = [as_layer(each.data, grid).data for each in (domain, *given.layers)]
    data = da.map_blocks(  # type: ignore[no-untyped-call]  # dask has no types here
        partial(_tile, given=given),
        *inputs,
        dtype=np.float64,
        new_axis=0,
        chunks=((len(PARTS),), *inputs[0].chunks),
        meta=np.empty((0, 0, 0)),
        name=f"probability-{uuid4().hex}",
    )
    told = f"Probability that a cell {cell_text(domain, grid)} holds a system"
    names = ("", " (p10)", " (p50)", " (p90)")
    mean, p10, p50, p90 = (
        as_layer(data[part], grid).assign_attrs(own={"long_name": told + name})
        for part, name in enumerate(names)
    )
    return mean, p10, p50, p90


def cell_text(domain: xr.DataArray, grid: GeoBox) -> str:
    """Area of the domain's cells as words, ``of 625 km2``.

    Raises
    ------
    InputError
        VALUE_INVALID where no cell has an area.
    """
    area = cell_area(grid).where(domain == 1)
    least, most = minimum(area), maximum(area)
    if not 0 < least <= most < np.inf:
        raise InputError(
            "VALUE_INVALID", "cells have no area, without which a probability means nothing",
            where="grid", found=f"{least:g} to {most:g} km2",
            fix="use a grid in a projection that covers the domain",
        )  # fmt: skip
    ends = [f"{float(f'{each:.4g}'):,.10g}" for each in (least, most)]
    return f"of {ends[0]} km2" if ends[0] == ends[1] else f"of {ends[0]} to {ends[1]} km2"


def _tile(inside: NDArray[Any], *layers: NDArray[Any], given: Asked) -> Floats:
    result = np.full((len(PARTS), *inside.shape), np.nan)
    valid = inside == 1  # never astype(bool), by which NaN is inside
    for each in layers:
        valid &= np.isfinite(each)
    rows, columns = np.nonzero(valid)
    with single_threaded():
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS], columns[start : start + _ROWS]
            values = np.stack([each[part].astype(np.float64) for each in layers], axis=1)
            p = np.minimum(mixed(given, values), 1.0)
            result[:, *part] = np.vstack([p.mean(axis=0), np.quantile(p, SHARES, axis=0)])
    return result


def mixed(given: Asked, values: Floats) -> Floats:
    """Probability of each draw and cell, before any is capped at 1.

    Parameters
    ----------
    given : Asked
        Ensemble, prior and rule.
    values : numpy.ndarray of shape (n, features + 1)
        Features, then the area of the cell [km2].

    Returns
    -------
    numpy.ndarray of shape (draws, n)
    """
    density, member = given.draws
    X = pd.DataFrame(values[:, :-1], columns=list(given.model.features))
    log_odds = given.model.estimator.log_odds(X)
    prior = occupied(density[:, None], values[None, :, -1])
    return given.rule(log_odds[member], prior)


def probability_record(given: Asked, domain: xr.DataArray, grid: GeoBox) -> dict[str, Any]:
    """Expected numbers over the domain beside those of the prior, what was capped, and support.

    Findings tell where the numbers depart, where probabilities were capped at 1, and which part
    of the domain is unlike what the model was trained on.
    """
    rows, columns, cells = drawn_cells(domain, grid, CELLS)
    values = np.stack([sample(each, rows, columns) for each in given.layers], axis=1)
    whole: NDArray[np.bool_] = np.all(np.isfinite(values), axis=1)
    if not whole.any():
        raise InputError(
            "LAYER_EMPTY", "no cell of the domain has all features", where="probability.features",
            found=counted(len(values), "cell") + " looked at",
        )  # fmt: skip
    area, each_stands_for = values[:, -1], cells / len(values)
    p = mixed(given, values[whole])
    index = given.known.dissimilarity(values[whole, :-1])
    beyond: NDArray[np.bool_] = np.asarray(index > given.known.threshold)
    record = {
        "kind": KIND,
        "nature": given.model.card["calibration"]["nature"],
        "density": given.density.as_record(),
        "support": cell_text(domain, grid),
        "cells": cells,
        "cells_looked_at": int(whole.sum()),
        "ground": float(f"{each_stands_for * area[whole].sum():.8g}"),
        "without_values": round(1 - _share(whole, area), 4),
        "outside": round(_share(beyond, area[whole]), 4),
        **_totals(given, p, area[whole], each_stands_for),
        **_capped(p, area[whole]),
    }
    record["text"] = _text(record)
    _tell(record)
    return record


def drawn_cells(
    domain: xr.DataArray, grid: GeoBox, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Rows and columns of cells of the domain drawn alike, at most so many, and how many it has.

    The draw does not depend on chunks or threads.
    """
    found, cells = [], 0
    for number, tile in enumerate(tiles(grid)):
        row, column = np.nonzero(np.asarray(domain.data[tile]) == 1)
        cells += len(row)
        turn = np.random.default_rng([2, number]).random(len(row))
        first = np.argsort(turn, kind="stable")[:most]
        rows, columns = row[first] + tile[0].start, column[first] + tile[1].start
        found.append((turn[first], rows, columns))
    turn, row, column = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(turn, kind="stable")[:most]
    return row[order], column[order], cells


def _share(which: NDArray[np.bool_], area: Floats) -> float:
    """Share of the area."""
    known = np.where(np.isfinite(area), area, 0.0)
    return float(known[which].sum() / known.sum())


def _totals(given: Asked, p: Floats, area: Floats, each_stands_for: float) -> dict[str, Any]:
    """Expected cells with a system, those of the prior, and systems of the prior."""
    density, _ = given.draws
    prior = occupied(density[:, None], area[None, :])
    found, before = (each_stands_for * each.sum(axis=1) for each in (np.minimum(p, 1.0), prior))
    return {
        "expected_cells": _spread(found),
        "prior_cells": _spread(before),
        "prior_systems": _spread(density * each_stands_for * area.sum()),
        "departure": round(float(found.mean() / before.mean()), 4),
    }


def _spread(draws: Floats) -> dict[str, float]:
    low, middle, high = np.quantile(draws, SHARES)
    named = {"mean": draws.mean(), "p10": low, "p50": middle, "p90": high}
    return {name: float(f"{value:.5g}") for name, value in named.items()}


def _capped(p: Floats, area: Floats) -> dict[str, float]:
    return {
        "capped": round(_share(np.asarray(np.median(p, axis=0) > 1), area), 6),
        "capped_draws": round(float((p > 1).mean()), 6),
        "highest_before_cap": float(f"{p.max():.4g}"),
    }


def _text(record: dict[str, Any]) -> str:
    found, cells, systems = (
        record[each]["mean"] for each in ("expected_cells", "prior_cells", "prior_systems")
    )
    told = (
        f"Probabilities are of cells {record['support']}. Over the domain they add up to "
        f"{found:,.3g} cells with a system; the prior expects {cells:,.3g} such cells and "
        f"{systems:,.3g} systems."
    )
    if abs(record["departure"] - 1) > AWAY:
        told += " The two do not agree: labels are not a fair sample of this ground."
    if systems > (1 + AWAY) * cells:
        told += " Cells are so large that many would hold more than one."
    return told


def _tell(record: dict[str, Any]) -> None:
    if abs(record["departure"] - 1) > AWAY:
        warn(
            "PROBABILITY_TOTAL",
            "probabilities add up to another number of cells with a system than the prior expects",
            where=f"probability.{_RULES[record['nature']]}",
            found=f"{record['expected_cells']['mean']:,.3g}",
            wanted=f"{record['prior_cells']['mean']:,.3g}, for "
            f"{record['prior_systems']['mean']:,.3g} systems",
            fix="read them as ranks, or bring labels that are a fair sample of the domain",
        )  # fmt: skip
    if record["capped_draws"] > 0:
        warn(
            "PROBABILITY_CAPPED",
            "evidence and prior give more than certainty, and are capped at 1",
            where=f"probability.{_RULES[record['nature']]}",
            found=f"up to {record['highest_before_cap']:,.3g}, in {record['capped']:.2%} of the "
            f"area by the median and in {record['capped_draws']:.2%} of all draws",
            fix="look at the prior, or use smaller cells",
        )  # fmt: skip
    if record["outside"] > 0:
        warn(
            "MODEL_EXTRAPOLATES",
            "probabilities are given where the model has not seen the like",
            where=f"probability.{_RULES[record['nature']]}",
            found=f"{record['outside']:.1%} of the area is beyond the dissimilarity threshold",
            fix="mask them where `extrapolated` is 1, or keep candidates out of such places",
            severity="warning" if record["outside"] >= 0.05 else "note",
        )  # fmt: skip


_RULES = {"absence": "case_control", "background": "presence_background"}


def dissimilarity_of(given: Asked, domain: xr.DataArray, grid: GeoBox) -> xr.DataArray:
    """Dissimilarity index of each cell to the training samples, with its threshold."""
    return dissimilarity_layer(given.known, given.layers[:-1], domain, grid)
