"""Candidates: the one crossing from layers to places."""

from typing import Annotated, Any, Literal

import dask.array as da
import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting import frames, reduce
from siting.columns import CONTRIBUTION, FIXED, column_name, descriptions, layer_columns, row_names
from siting.errors import InputError
from siting.findings import warn
from siting.geodesy import PointTree, arc, ecef
from siting.grid import as_layer, cell_area, cell_of, sample
from siting.kernels.analogues import analogues
from siting.kernels.explain import explained
from siting.kernels.feature_space import likeness_of
from siting.kernels.topk import best_cells
from siting.kinds import (
    STATUSES,
    Candidates,
    Features,
    FittedModel,
    Grid,
    Layer,
    Model,
    Simulator,
    Unit,
)
from siting.projection import position
from siting.signature import Marks, stage
from siting.simulated import simulated, simulated_flags, simulated_order, with_flags
from siting.wording import counted

TIED = 10  # candidates of one score from which on that is told, and a tenth of all

Integers = NDArray[np.int64]
Cells = tuple[Integers, Integers]
Layers = dict[str, xr.DataArray]


@stage("candidates")
def select(
    rank_by: Layer,
    layers: dict[str, Layer],
    allowed: Layer,
    grid: Grid,
    model: Model | None = None,
    known: Features | None = None,
    count: Annotated[int, Field(gt=0, le=100_000)] = 200,
    spacing: Annotated[float, Unit("m"), Field(ge=0)] = 0.0,
    order: Literal["highest", "lowest"] = "highest",
    spread: Layer | None = None,
    dissimilarity: Layer | None = None,
    known_within: Annotated[float, Unit("m"), Field(ge=0)] = 25_000.0,
    simulator: Simulator | None = None,
    explain: Layer | None = None,
) -> Candidates:
    """Best cells of the allowed ground, with all that is known of each.

    Parameters
    ----------
    rank_by : (y, x) layer
        Score.
    layers : dict of (y, x) layers
        Every layer of the run by name; each becomes a column in its own unit.
    allowed : (y, x) layer of bool
        Where a candidate may be.
    grid : GeoBox
        The grid.
    model : FittedModel, optional
        The model that made the score, by which each row is explained.
    known : GeoDataFrame, optional
        Known fields, to tell which candidate is near one.
    count : int
        How many candidates.
    spacing : float
        Least distance over the ground between two of them [m].
    order : {"highest", "lowest"}
        Which end of the score is best.
    spread, dissimilarity : (y, x) layer, optional
        Of a learned model, see :func:`siting.scoring.learned.classifier`.
    known_within : float
        A known field nearer than this is flagged [m].
    simulator : simulator, optional
        Simulates every candidate; they are then ranked by what it says, not by the score that
        chose them.
    explain : (y, x) layer, optional
        Score of the model that the rows are explained by, where the score ranked by is made
        from it: of ``learned.score`` where a probability made from that is ranked by.

    Returns
    -------
    GeoDataFrame of points
        One row a candidate, best first; ``attrs["columns"]`` has unit and meaning of each
        column. Contributions add up to the score, or to what is named by `explain`.

    Raises
    ------
    InputError
        CANDIDATES_NONE, where no allowed cell has a score; MODEL_MISMATCH, where the model does
        not give the score that it is to explain; THRESHOLD_MISSING, for a dissimilarity without
        threshold; SITES_OUTSIDE or LATLON_SWAPPED, where no known field lies on the grid;
        LABEL_CONFLICT.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, 0, 4, 1))
    >>> score = as_layer(np.array([[0.2, 0.9, 0.8, 0.5]]), grid, units="1").rename("score")
    >>> allowed = as_layer(np.array([[True, True, True, False]]), grid)
    >>> found = select(score, {"score": score}, allowed, grid, count=2, spacing="100 km")
    >>> found[["rank", "site_id", "score"]].values.tolist()
    [[1, 'N00.5000E001.5000', 0.9], [2, 'N00.5000E002.5000', 0.8]]
    """
    known = None if known is None or known.empty else _fields(known, allowed, grid)
    layers, score = _with_score(layers, rank_by)
    cells = _best(rank_by, allowed, grid, count, spacing, order)
    frame = _places(cells, grid)
    frame[column_name(score)] = sample(rank_by, *cells)
    if simulator is None:
        _tell_ties(frame[column_name(score)])
    if spread is not None:
        frame["spread"] = sample(spread, *cells)
    if dissimilarity is not None:
        frame["dissimilarity"] = sample(dissimilarity, *cells)
        frame["extrapolated"] = ~(frame["dissimilarity"] <= _threshold(dissimilarity))
    values = {
        column: _values(layers[name], cells) for name, column in layer_columns(layers).items()
    }
    values.pop(column_name(score))
    parts = [frame, pd.DataFrame(values)]
    figures = None if simulator is None else simulated(simulator, cells, {**frame, **values})
    parts += [] if figures is None else [figures]
    method, told_of = (
        "",
        score if explain is None else _full_name(layers, str(explain.name)) or score,
    )
    if model is not None:
        of = sample(rank_by if explain is None else explain, *cells)
        own = pd.Series(of, index=frame["site_id"])
        told, method = _explained(model, layers, cells, allowed, own)
        parts += [told, _analogues(model, layers, cells, known, grid)]
    frame = pd.concat([*parts, _nearest_known(frame, known)], axis=1)
    frame["status"] = str(rank_by.attrs.get("status", "assumed"))
    frame["flags"] = _flags(frame, model, layers, known_within)
    if simulator is not None and figures is not None:
        frame["flags"] = with_flags(frame["flags"], simulated_flags(simulator, figures))
    if simulator is not None and figures is not None:
        chosen = simulated_order(figures, simulator.target, order)
        frame = frame.iloc[chosen].reset_index(drop=True)
        frame["rank"] = np.arange(1, len(frame) + 1)
    places = _geographic(frame, layers, told_of, spread, method)
    places.attrs["explained"] = column_name(told_of)
    if figures is not None:
        places.attrs["columns"] |= figures.attrs.get("columns", {})
    return places


def _with_score(layers: Layers, rank_by: xr.DataArray) -> tuple[Layers, str]:
    """All layers with the one ranked by among them, and the name that it has there."""
    name = str(rank_by.name or "score")
    known = _full_name(layers, name)
    return (layers, known) if known else ({name: rank_by, **layers}, name)


def _full_name(layers: Layers, name: str) -> str | None:
    """Name of a layer in the run: ``learned.score`` for ``learned``, its first result."""
    if name in layers:
        return name
    return next((each for each in layers if each.partition(".")[0] == name), None)


def _best(
    rank_by: xr.DataArray,
    allowed: xr.DataArray,
    grid: GeoBox,
    count: int,
    spacing: float,
    order: str,
) -> Cells:
    """Rows and columns of the candidates, best first."""
    score, free = (as_layer(each.data, grid).data for each in (rank_by, allowed))
    signed = score if order == "highest" else -score
    rows, columns = best_cells(
        da.where((free == 1) & da.isfinite(signed), signed, np.nan),
        lambda i, j: position(grid, i + 0.5, j + 0.5),
        count,
        spacing,
    )
    if not len(rows):
        raise InputError(
            "CANDIDATES_NONE",
            "no allowed cell has a score",
            where="candidates",
            fix="look at what each exclusion removes, and at the domain",
        )
    if len(rows) < count:
        warn(
            "CANDIDATES_FEWER",
            "there are fewer candidates than asked for",
            where="candidates",
            found=str(len(rows)),
            wanted=str(count),
            fix="reduce `spacing` or `count`, or exclude less",
        )
    return rows, columns


def _tell_ties(scores: pd.Series) -> None:
    """A finding where many candidates have one score, so that nothing orders them."""
    shared = int(scores.value_counts().max())
    if shared >= max(TIED, len(scores) // TIED):
        warn(
            "CANDIDATES_TIED",
            "many candidates have the same score: among them ranks mean nothing",
            where="candidates",
            found=f"{shared} of {counted(len(scores), 'candidate')} at one score",
            wanted="scores that tell places apart",
            fix="rank by a layer with finer steps, or read equal scores as one rank",
        )


def _places(cells: Cells, grid: GeoBox) -> pd.DataFrame:
    rows, columns = cells
    longitude, latitude = position(grid, rows + 0.5, columns + 0.5)
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(rows) + 1),
            "site_id": [site_id(*each) for each in zip(longitude, latitude, strict=True)],
            "longitude": longitude,
            "latitude": latitude,
            "cell_area": sample(cell_area(grid), rows, columns),
        }
    )


def site_id(longitude: float, latitude: float) -> str:
    """Name of a place by its coordinates to 1e-4 degree, which sorts and stays text.

    Examples
    --------
    >>> site_id(-122.88097, 38.83394)
    'N38.8339W122.8810'
    """
    north, east = "S" if latitude < 0 else "N", "W" if longitude < 0 else "E"
    return f"{north}{abs(latitude):07.4f}{east}{abs(longitude):08.4f}"


def _threshold(dissimilarity: xr.DataArray) -> float:
    if "threshold" not in dissimilarity.attrs:
        raise InputError(
            "THRESHOLD_MISSING",
            "the dissimilarity does not say from which value on it is too large",
            where="candidates.dissimilarity",
            found=str(dissimilarity.name),
            fix="take that of a learned model, such as learned.dissimilarity",
        )
    return float(dissimilarity.attrs["threshold"])


def _values(layer: xr.DataArray, cells: Cells) -> NDArray[Any]:
    values = sample(layer, *cells)
    return values == 1 if layer.dtype == bool else values


def _explained(
    model: FittedModel,
    layers: Layers,
    cells: Cells,
    allowed: xr.DataArray,
    wanted: pd.Series,
) -> tuple[pd.DataFrame, str]:
    """Contributions and reasons, once they are known to add up to the score; and how found."""
    features = _features(model, layers)
    X = _table(features, cells)
    reference = None
    told_by_itself = hasattr(model.estimator, "contributions") or model.seen is not None
    if not told_by_itself and "reference" not in model.card:
        reference = {name: _median(layer, allowed) for name, layer in features.items()}
    told = explained(model, X, reference, _units(features))
    total = told.drop(columns="reasons").sum(axis=1)
    if not np.allclose(total, wanted, rtol=1e-6, atol=1e-9):
        raise InputError(
            "MODEL_MISMATCH",
            "the model does not give the score that candidates are ranked by",
            where="candidates.rank_by",
            found=f"{total.iloc[0]:g} at {wanted.index[0]}",
            wanted=f"{wanted.iloc[0]:g}",
        )
    return told.rename(columns=column_name), str(told.attrs["method"])


def _features(model: FittedModel, layers: Layers) -> Layers:
    """The layers that a model is fed with, by the names of its features."""
    return {name: layers[_full_name(layers, name) or name] for name in model.features}


def _table(features: Layers, cells: Cells) -> pd.DataFrame:
    return pd.DataFrame({name: sample(layer, *cells) for name, layer in features.items()})


def _units(features: Layers) -> dict[str, str]:
    return {name: str(layer.attrs.get("units", "1")) for name, layer in features.items()}


def _analogues(
    model: FittedModel,
    layers: Layers,
    cells: Cells,
    known: gpd.GeoDataFrame | None,
    grid: GeoBox,
) -> pd.DataFrame:
    """Known fields of the grid that are most like each candidate; no columns without any."""
    likeness = likeness_of(model)
    if likeness is None or known is None:
        return pd.DataFrame(index=range(len(cells[0])))
    points = known.geometry.to_crs("EPSG:4326").representative_point()
    row, column = cell_of(grid, points.x, points.y)
    inside = row >= 0
    features = _features(model, layers)
    there = _table(features, (row[inside], column[inside]))
    names = np.array(row_names(known), dtype=object)[inside]
    return analogues(likeness, _table(features, cells), there, list(names), _units(features))


def _median(layer: xr.DataArray, allowed: xr.DataArray) -> float:
    return float(reduce.quantile(layer.astype(float).where(allowed == 1), [0.5])[0])


def _fields(known: gpd.GeoDataFrame, allowed: xr.DataArray, grid: GeoBox) -> gpd.GeoDataFrame:
    """Known fields without rows that are absences, once any of them lies on the grid."""
    where = str(known.attrs.get("name", "known"))
    points = known.geometry.to_crs("EPSG:4326").representative_point()
    column = frames.label_column(known)
    if column is not None:
        present = frames.presence(known, column, where)
        _check_places(points, present, column, where, row_names(known))
        known, points = known[present == 1], points[present == 1]
        warn(
            "TARGET_ASSUMED", f"rows whose column '{column}' does not say presence are no known "
            "fields", where=where, fix="remove them, or rename the column", severity="note",
        )  # fmt: skip
    row, column_of = cell_of(grid, points.x, points.y)
    outside = row < 0
    if outside.all():
        raise _none_on_grid(points, grid, where, row_names(known))
    names = np.array(row_names(known), dtype=object)
    if outside.any():
        few = outside.sum() * 2 < len(outside)  # the others are a list of more than this region
        warn(
            "SITES_OUTSIDE", f"{_fields_lie(outside)} outside the grid",
            where=where, found=", ".join(names[outside][:10]),
            fix="correct or remove these rows, or widen the bounds of the grid",
            severity="warning" if few else "note",
        )  # fmt: skip
    excluded = ~outside & (sample(allowed, row, column_of) == 0)
    if excluded.any():
        warn(
            "KNOWN_EXCLUDED", f"{_fields_lie(excluded)} on ground that is excluded",
            where=where, found=", ".join(names[excluded][:10]),
            fix="look at what each exclusion removes, and at the domain",
            severity="warning" if excluded.sum() == (~outside).sum() else "note",
        )  # fmt: skip
    return known


def _fields_lie(chosen: NDArray[np.bool_]) -> str:
    """How many of the known fields, with the verb that fits."""
    verb = "lies" if chosen.sum() == 1 else "lie"
    return f"{chosen.sum()} of {counted(len(chosen), 'known field')} {verb}"


def _check_places(
    points: gpd.GeoSeries, present: NDArray[np.float64], column: str, where: str, names: list[str]
) -> None:
    place = pd.MultiIndex.from_arrays([points.x.round(5), points.y.round(5)])
    told = pd.Series(present).groupby(pd.factorize(place)[0]).transform("nunique").to_numpy()
    if (told > 1).any():
        raise InputError(
            "LABEL_CONFLICT", f"the same place has two values of '{column}'", where=where,
            found=", ".join(names[row] for row in np.flatnonzero(told > 1)[:10]),
            wanted="one value for each place", fix="keep one row for each place",
        )  # fmt: skip


def _none_on_grid(points: gpd.GeoSeries, grid: GeoBox, where: str, names: list[str]) -> InputError:
    turned = points.y, points.x.clip(-90, 90)
    swapped = bool((points.x.abs() <= 90).all() and (cell_of(grid, *turned)[0] >= 0).any())
    return InputError(
        "LATLON_SWAPPED" if swapped else "SITES_OUTSIDE",
        "no known field lies on the grid"
        + (", but some would with longitude for latitude" if swapped else ""),
        where=where,
        found=", ".join(names[:10]),
        wanted="places on the grid",
        fix="name the columns the other way round"
        if swapped
        else "correct longitudes and latitudes, or leave `known` out",
    )


def _nearest_known(frame: pd.DataFrame, known: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Distance to the nearest known field [km] and its name; no columns without any."""
    if known is None or known.empty:
        return pd.DataFrame(index=frame.index)
    points = known.geometry.to_crs("EPSG:4326").representative_point()
    tree = PointTree(points.x, points.y).tree
    chord, nearest = tree.query(ecef(frame["longitude"], frame["latitude"]))
    names = np.array(row_names(known), dtype=object)
    return pd.DataFrame({"known_distance": arc(chord) / 1000, "known_name": names[nearest]})


def _flags(
    frame: pd.DataFrame, model: FittedModel | None, layers: Layers, known_within: float
) -> list[str]:
    """What to know of each row before trusting it, '; '-joined."""
    found: list[list[str]] = [[] for _ in range(len(frame))]
    if "extrapolated" in frame:
        for flags, outside in zip(found, frame["extrapolated"], strict=True):
            flags += ["outside training range"] if outside else []
    status = _worst_status(model, layers)
    if status in {"derived", "assumed"}:
        for flags in found:
            flags.append(f"{status} inputs")
    if "known_distance" in frame:
        near = frame["known_distance"] * 1000 <= known_within
        rows = zip(found, near, frame["known_name"], frame["known_distance"], strict=True)
        for flags, is_near, name, distance in rows:
            flags += [f"near known field {name} {distance:.0f} km"] if is_near else []
    return ["; ".join(flags) for flags in found]


def _worst_status(model: FittedModel | None, layers: Layers) -> str | None:
    """Worst status of the model's features; None without a model."""
    if model is None:
        return None
    names = (_full_name(layers, name) or name for name in model.features)
    statuses: list[str] = [Marks.of(layers[name].attrs).status for name in names]
    return max(statuses, key=list[str](STATUSES).index)


def _geographic(
    frame: pd.DataFrame, layers: Layers, score: str, spread: xr.DataArray | None, method: str
) -> gpd.GeoDataFrame:
    """Points with the columns in their order, and what each column means."""
    columns = [str(each) for each in frame]
    last = ["known_distance", "known_name"]
    last += [each for each in columns if each in FIXED and each.startswith("analogue_")]
    last += ["status", "reasons", "flags"]
    last += [each for each in columns if each.startswith(CONTRIBUTION)]
    first = [each for each in columns if each not in last]
    frame = frame[first + [each for each in last if each in columns]]
    points = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs="EPSG:4326")
    places = gpd.GeoDataFrame(frame, geometry=points)
    told = descriptions(frame.columns, layers, score, method)
    if spread is not None:
        told["spread"]["units"] = str(spread.attrs.get("units", "1"))
    places.attrs["columns"] = told
    return places
