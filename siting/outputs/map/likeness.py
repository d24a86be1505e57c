"""Where candidates and known fields lie in the eyes of the model, for "more like this one"."""

from typing import Any

import numpy as np
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from siting.columns import column_name
from siting.grid import cell_of, sample
from siting.kernels.feature_space import likeness_of
from siting.kinds import FittedModel, Results
from siting.outputs.map.islands import rounded

MOST = 10_000  # candidates whose positions the page carries: a few bytes for each axis
DIGITS = 5


def likeness(results: Results, known: GeoDataFrame | None) -> dict[str, Any] | None:
    """Positions of candidates and known fields among weighted features; None without a model.

    Parameters
    ----------
    results : Results
        A run whose candidates are ranked by a model's score.
    known : GeoDataFrame, optional
        Known fields as the page lists them.

    Returns
    -------
    dict
        ``mean_distance``, and for ``sites`` and ``known`` a list of positions each, None where
        a feature is missing. Similarity is exp(-distance / mean_distance).
    """
    frame, model = results.candidates, scoring_model(results)
    if frame is None or model is None or not 1 < len(frame) <= MOST:
        return None
    eyes, columns = likeness_of(model), [column_name(name) for name in model.features]
    own = [_column(frame, name) for name in columns]
    if eyes is None or any(name is None for name in own):
        return None
    values = frame[own].to_numpy(dtype=np.float64)
    found: dict[str, Any] = {"mean_distance": rounded(eyes.mean_distance, 7), "known": []}
    there = None if known is None else _at(results, model, known)
    if there is not None:
        found["known"] = _positions(eyes.space.points(there), there)
    return {**found, "sites": _positions(eyes.space.points(values), values)}


def scoring_model(results: Results) -> FittedModel | None:
    """The model by which candidates are explained; None without one."""
    frame = results.candidates
    explained = "" if frame is None else str(frame.attrs.get("explained") or "")
    names = [name for name in results.layers if column_name(name) == explained]
    step = next(iter([*names, results.score])).partition(".")[0]
    found = (each for name, each in results.models.items() if name.partition(".")[0] == step)
    return next(found, None)


def _column(frame: GeoDataFrame, name: str) -> str | None:
    """Column of a feature: a step's name means its first result."""
    if name in frame:
        return name
    return next((str(each) for each in frame if str(each).startswith(f"{name}_")), None)


def _at(results: Results, model: FittedModel, known: GeoDataFrame) -> NDArray[np.float64] | None:
    """Features at known fields, NaN outside the grid; None where a layer is not at hand."""
    layers = [
        results.layers.get(name)
        if name in results.layers
        else next((v for n, v in results.layers.items() if n.partition(".")[0] == name), None)
        for name in model.features
    ]
    if any(each is None for each in layers):
        return None
    points = known.geometry.to_crs("EPSG:4326") if known.crs else known.geometry
    points = points.representative_point()
    row, column = cell_of(results.grid, points.x, points.y)
    values = np.full((len(row), len(layers)), np.nan)
    inside = row >= 0
    for number, layer in enumerate(layers):
        if layer is not None:
            values[inside, number] = sample(layer, row[inside], column[inside])
    return values


def _positions(points: NDArray[np.float64], values: NDArray[np.float64]) -> list[Any]:
    return [
        [rounded(float(x), DIGITS) for x in row] if np.isfinite(own).all() else None
        for row, own in zip(points, values, strict=True)
    ]
