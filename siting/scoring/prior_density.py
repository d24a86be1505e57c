"""Priors of a grid: a density of systems as layers of cells and as a record."""

from typing import Any

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting import frames
from siting.errors import InputError
from siting.findings import warn
from siting.grid import cell_area, cell_of, sample
from siting.kernels.prior import Density, Family, occupied
from siting.reduce import total
from siting.scoring.label_columns import system_of
from siting.scoring.outlines import label_places
from siting.scoring.probability_layers import SHARES, cell_text
from siting.scoring.targets import with_presence

KIND = "prior"  # of the record
_NEARLY_ALL = 0.9  # of the cells with a system, so that evidence can lower but not raise
_NEARLY_NONE = 0.02  # systems expected in all of a region
_REGION = 1000.0  # [km2] from which ground is one; smaller ground may well hold none


def between(p10: float, p90: float, per: float, family: Family, where: str) -> Density:
    """The density with these percentiles, to `per` km2.

    Raises
    ------
    InputError
        VALUE_INVALID.
    """
    try:
        return Density.between(p10 / per, p90 / per, family)
    except ValueError as error:
        raise InputError(
            "VALUE_INVALID", str(error), where=where, found=f"p10 {p10:g}, p90 {p90:g}",
            wanted="two densities apart from one another, the smaller first",
        ) from error  # fmt: skip


def prior_layers(
    density: Density, told: str, domain: xr.DataArray, grid: GeoBox
) -> tuple[Any, ...]:
    """Mean, p10, p50 and p90 of the probability that a cell holds a system, and the record."""
    area = cell_area(grid).where(domain == 1)
    name = f"Prior probability that a cell {cell_text(domain, grid)} holds a system"
    low, middle, high = density.quantiles(SHARES)
    layers = [xr.apply_ufunc(_mean, area, kwargs={"density": density}, dask="parallelized",
                             output_dtypes=[np.float64])]  # fmt: skip
    layers += [
        xr.apply_ufunc(occupied, each, area, dask="parallelized", output_dtypes=[np.float64])
        for each in (low, middle, high)
    ]
    parts = ("", " (p10)", " (p50)", " (p90)")
    named = [
        each.assign_attrs(own={"long_name": name + part})
        for each, part in zip(layers, parts, strict=True)
    ]
    ground = total(area)
    _tell_certain(density, middle, ground, ground / max(total(area.notnull()), 1))
    per_thousand = {
        key: float(f"{1000 * value:.4g}")
        for key, value in {
            "mean": density.mean, "p10": low, "p50": middle, "p90": high,
        }.items()
    }  # fmt: skip
    record = {
        "kind": KIND,
        "text": f"{told} {per_thousand['mean']:.3g} systems to 1000 km2 on average "
        f"(p10 {per_thousand['p10']:.3g}, p90 {per_thousand['p90']:.3g}), so "
        f"{density.mean * ground:,.3g} in {ground:,.4g} km2. Systems are taken to lie "
        "independently of one another.",
        "density": density.as_record(),
        "per_1000_km2": per_thousand,
        "ground": ground,
        "systems": density.mean * ground,
    }
    return (*named, record)


def _tell_certain(density: Density, middle: float, ground: float, cell: float) -> None:
    """A finding for a prior that leaves evidence nothing to tell."""
    share = float(occupied(middle, cell))
    expected = density.mean * ground
    if share > _NEARLY_ALL:
        message = "the prior alone says that nearly every cell holds a system"
        found = f"a probability of {share:.4g} for a cell of {cell:.4g} km2"
    elif expected < _NEARLY_NONE and ground > _REGION:
        message = "the prior expects next to no system in all of the ground"
        found = f"{expected:.2g} systems in {ground:,.4g} km2"
    else:
        return
    warn(
        "RANGE_IMPLAUSIBLE", message, where="probability.prior",
        found=f"{found}, from {1000 * density.mean:.4g} systems to 1000 km2",
        wanted="some cells with a system, and most without",
        fix="check the density and the unit of the area that it is counted to",
    )  # fmt: skip


def _mean(area: NDArray[Any], density: Density) -> NDArray[np.float64]:
    """Mean probability over the density's draws; areas of like size are computed once."""
    values, place = np.unique(area, return_inverse=True)
    found = np.zeros(len(values))
    for each in density.draws():
        found += occupied(each, values)
    return np.asarray((found / len(density.draws()))[place].reshape(area.shape))


def counted_systems(
    labels: gpd.GeoDataFrame,
    explored: xr.DataArray,
    grid: GeoBox,
    group: str | None,
    target: str | None,
) -> tuple[int, float]:
    """Systems known in the explored part of the grid, and its area [km2].

    Raises
    ------
    InputError
        LAYER_EMPTY where nothing was explored, and the errors of the labels' columns.
    """
    name = str(labels.attrs.get("name", "labels"))
    ground = total(cell_area(grid).where(explored == 1))
    if not ground > 0:
        raise InputError(
            "LAYER_EMPTY", "no cell of the grid was explored", where="explored",
            fix="name a layer that is true where systems would have been found",
        )  # fmt: skip
    places = label_places(labels, explored == 1, grid, name)
    row, column = cell_of(grid, places.longitude.to_numpy(), places.latitude.to_numpy())
    inside = row >= 0
    inside[inside] = sample(explored, row[inside], column[inside]) == 1
    known = ~frames.unverified(labels)
    if target is not None:
        known &= with_presence(labels, target, name)[target].to_numpy() == 1
    system = system_of(labels, group, name) if group else np.arange(len(labels))
    label = places.label.to_numpy()
    return len(set(np.asarray(system)[label[inside & np.asarray(known)[label]]])), ground
