"""What a model learns from: labels and a background of the domain, with their places."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.findings import warn
from siting.geodesy import PointTree, ecef
from siting.grid import cell_area, sample, tiles
from siting.projection import position
from siting.scoring.folds import INDEX, Integers
from siting.scoring.label_checks import check_classes, check_varied, shortened
from siting.scoring.labels import place_labels
from siting.scoring.prediction import feature_names
from siting.scoring.targets import assumed_target, check_absences, with_presence
from siting.wording import counted

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Training:
    """Samples to learn from.

    Attributes
    ----------
    X : pandas.DataFrame of shape (n, features)
        Features by name, float64, none missing: labels first, in their order, then background.
        Its index has the levels sample, group, longitude, latitude and region, so that folds
        can be made of any part of it. A group is a field with all its cells, or one background
        cell.
    y : numpy.ndarray of shape (n,)
        1 and 0 for a classifier, numbers for a regressor.
    names : tuple of str
        Name of each sample, empty for the background.
    record : dict
        How many labels are used, moved, left out, and which.
    weight : numpy.ndarray of shape (n,), optional
        How much each sample counts, above zero; without it all count alike.
    """

    X: pd.DataFrame
    y: NDArray[Any]
    names: tuple[str, ...]
    record: dict[str, Any]
    weight: Floats | None = None

    @property
    def background(self) -> NDArray[np.bool_]:
        """Which samples are background."""
        return np.array([name == "" for name in self.names], dtype=bool)

    def digest(self) -> str:
        """SHA-256 of features, targets, places and weights, which a model's card carries."""
        digest = hashlib.sha256(",".join(self.X.columns).encode())
        digest.update(self.X.to_numpy(dtype="<f8", copy=True).tobytes())
        digest.update(np.asarray(self.y, dtype="<f8").tobytes())
        places = self.X.index.to_frame(index=False)[["longitude", "latitude"]]
        digest.update(places.to_numpy(dtype="<f8", copy=True).tobytes())
        if self.weight is not None:
            digest.update(np.asarray(self.weight, dtype="<f8").tobytes())
        return digest.hexdigest()


def classification_table(
    features: Sequence[xr.DataArray],
    labels: gpd.GeoDataFrame,
    domain: xr.DataArray,
    grid: GeoBox,
    *,
    background: int,
    target: str | None = None,
    region: str | None = None,
    group: str | None = None,
    weight: str | None = None,
    seed: int = 0,
) -> Training:
    """Labels as 1, or as their column says, and a random background of the domain as 0.

    Parameters
    ----------
    features : sequence of (y, x) layers
        Inputs of the model, each with a name.
    labels : GeoDataFrame of points or polygons
        Known places, or outlines of fields: all cells of the domain with their middle in one
        are samples, which share the weight of one label. See
        :func:`siting.scoring.labels.place_labels` for those left out.
    domain : (y, x) layer of bool
        Where the model is to be used; the background is drawn from it.
    grid : GeoBox
        The grid.
    background : int
        How many background cells to draw. They may hold a label: this is the contrast of
        presence and background, not of presence and absence.
    target : str, optional
        Column of 1 and 0 where the labels tell absences as well.
    region : str, optional
        Column with the region of each label, for :func:`siting.scoring.folds.regions`.
    group : str, optional
        Column with the field or system that each label is part of.
    weight : str, optional
        Column of how much each label counts, above zero; a background cell counts 1.
    seed : int
        Seed of the background.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES, where there is one class only or all positives are one group; and the
        errors of placing labels.
    """
    where = str(labels.attrs.get("name", "labels"))
    target = target or assumed_target(labels, where)
    labels = with_presence(labels, target, where)
    columns = {"target": target, "region": region, "group": group, "weight": weight}
    placed = place_labels(labels, domain, grid, **columns)
    check_absences(placed.frame, target, where)
    cells = _background_frame(domain, grid, background, seed)
    table = _table(features, placed.frame, cells, placed.record, domain, grid)
    y = table.y.astype(np.int64)
    check_classes(table.X, y, where)
    return replace(table, y=y)


def regression_table(
    features: Sequence[xr.DataArray],
    labels: gpd.GeoDataFrame,
    domain: xr.DataArray,
    grid: GeoBox,
    *,
    target: str,
    region: str | None = None,
    group: str | None = None,
    weight: str | None = None,
) -> Training:
    """Labels with the number in their column ``target``; there is no background.

    Parameters are those of :func:`classification_table`.
    """
    columns = {"target": target, "region": region, "group": group, "weight": weight}
    placed = place_labels(labels, domain, grid, **columns)
    table = _table(features, placed.frame, placed.frame.iloc[:0], placed.record, domain, grid)
    check_varied(table.X, table.y, placed.record["name"])
    return table


def background_cells(
    domain: xr.DataArray, grid: GeoBox, count: int, seed: int
) -> tuple[Integers, Integers]:
    """Rows and columns of random cells of the domain, each by its true area, none twice.

    Parameters
    ----------
    domain : (y, x) layer of bool
        Where to draw.
    grid : GeoBox
        The grid.
    count : int
        How many; all cells of the domain where it has fewer.
    seed : int
        Seed; the draw does not depend on chunks or threads.

    Notes
    -----
    Each cell gets an exponential arrival time with its area as rate, and the first ones are
    taken: sampling without replacement by weight in one pass over the tiles. Where most of the
    domain is drawn, small cells must come out nearly as often as large ones.

    References
    ----------
    Efraimidis & Spirakis (2006), Weighted random sampling with a reservoir, Information
    Processing Letters 97, 181-185.
    """
    area = cell_area(grid)
    first = [
        _arrivals(domain, area, tile, count, np.random.default_rng([seed, number]))
        for number, tile in enumerate(tiles(grid))
    ]
    time, row, column = (np.concatenate(parts) for parts in zip(*first, strict=True))
    order = np.lexsort((column, row, time))[:count]
    return row[order], column[order]


def _arrivals(
    domain: xr.DataArray,
    area: xr.DataArray,
    tile: tuple[slice, slice],
    count: int,
    rng: np.random.Generator,
) -> tuple[Floats, Integers, Integers]:
    """Times, rows and columns of the cells of a tile that arrive first."""
    row, column = np.nonzero(np.asarray(domain.data[tile]) == 1)
    weight = np.asarray(area.data[tile])[row, column]
    time = rng.standard_exponential(len(row)) / weight
    first = np.argpartition(time, count - 1)[:count] if 0 < count < len(time) else slice(count)
    return time[first], row[first] + tile[0].start, column[first] + tile[1].start


def _background_frame(domain: xr.DataArray, grid: GeoBox, count: int, seed: int) -> pd.DataFrame:
    row, column = background_cells(domain, grid, count, seed)
    longitude, latitude = position(grid, row + 0.5, column + 0.5)
    places = {"longitude": longitude, "latitude": latitude, "row": row, "column": column}
    told = {"label": -1, "name": "", "target": 0.0, "region": "", "weight": 1.0}
    return pd.DataFrame({**told, **places})


def _table(
    features: Sequence[xr.DataArray],
    labels: pd.DataFrame,
    background: pd.DataFrame,
    record: dict[str, Any],
    domain: xr.DataArray,
    grid: GeoBox,
) -> Training:
    """Features at labels and background, without the samples where one is missing."""
    names = feature_names(features, "features")
    samples = pd.concat([labels, background], ignore_index=True)
    alone = labels.group.max() + 1 + np.arange(len(background))
    samples["group"] = np.concatenate([labels.group, alone])
    samples["region"] = _regions(samples, len(labels))
    cells = samples.row.to_numpy(), samples.column.to_numpy()
    values = np.stack([sample(each, *cells) for each in features], axis=1)
    whole: NDArray[np.bool_] = np.all(np.isfinite(values), axis=1)
    counts = _tell_missing(samples, values, whole, names, record["name"])
    samples, values = samples.loc[whole].reset_index(drop=True), values[whole]
    index = pd.MultiIndex.from_arrays(
        [samples.index, *(samples[level] for level in INDEX[1:])], names=INDEX
    )
    return Training(
        pd.DataFrame(values, columns=list(names), index=index),
        samples.target.to_numpy(),
        tuple(samples.name),
        {**record, "used": record["used"] - counts["without_values"], **counts},
        _weights(samples),
    )


def _weights(samples: pd.DataFrame) -> Floats | None:
    """Weight of each sample, None where all count alike: cells of one outline share its own."""
    is_label = (samples.label >= 0).to_numpy()
    cells = samples[is_label].groupby("label").weight.transform("size").to_numpy()
    weight = samples.weight.to_numpy(dtype=np.float64, copy=True)
    weight[is_label] /= cells
    return None if (weight == 1).all() else weight


def _regions(samples: pd.DataFrame, labels: int) -> NDArray[Any]:
    """Region of each sample: that of the label nearest to it over the ground."""
    longitude, latitude = samples.longitude.to_numpy(), samples.latitude.to_numpy()
    tree = PointTree(longitude[:labels], latitude[:labels]).tree
    region = samples.region.to_numpy(dtype=object)
    region[labels:] = region[tree.query(ecef(longitude[labels:], latitude[labels:]))[1]]
    return region


def _tell_missing(
    samples: pd.DataFrame,
    values: Floats,
    whole: NDArray[np.bool_],
    names: tuple[str, ...],
    where: str,
) -> dict[str, Any]:
    """A finding for labels where a feature is missing; counts of them and of the background."""
    is_label = (samples.name != "").to_numpy()
    lost = samples.name[is_label & ~whole].tolist()
    if lost:
        gaps = ~np.isfinite(values[is_label])
        blame = ", ".join(name for name, each in zip(names, gaps.T, strict=True) if each.any())
        warn(
            "SITES_WITHOUT_VALUES",
            f"{counted(len(lost), 'label is', 'labels are')} left out, "
            "since a feature has no value there",
            where=where,
            found=f"{shortened(list(dict.fromkeys(lost)))} (no value of {blame})",
            fix="fill the layer there, or leave it out of the features",
        )
    return {
        "without_values": len(lost),
        "without_values_names": lost,
        "background": int((~is_label & whole).sum()),
        "background_without_values": int((~is_label & ~whole).sum()),
    }
