"""Thresholds between populations of a layer, where its concentration-area curve breaks."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting.errors import InputError
from siting.grid import cell_area, tiles
from siting.indicators import refuse_unordered
from siting.kernels import fractal as kernel
from siting.kinds import Domain, Grid, Layer, Record, Unit
from siting.projection import Floats
from siting.scoring.prediction import cellwise
from siting.signature import scorer

_BINS = 120  # of concentration, evenly wide in its logarithm
_SIDE = 10  # blocks along each side of the grid, that halves and bootstraps are drawn from
_FEWEST_CELLS = 20  # above a concentration, for the area above it to count
_INTERVAL = (2.5, 97.5)  # [percent]


class Populations(NamedTuple):
    """Classes between the breaks, and the breaks."""

    classes: Annotated[Layer, Unit("1")]
    breaks: Record


@scorer(kind="categorical")
def concentration_area(
    layer: Layer,
    domain: Domain,
    grid: Grid,
    number: Annotated[int, Field(ge=1, le=5)] | None = None,
    most: Annotated[int, Field(ge=1, le=5)] = 4,
    bootstraps: Annotated[int, Field(ge=50, le=2000)] = 200,
) -> Populations:
    """Populations of a layer by the breaks of its concentration-area curve.

    Parameters
    ----------
    layer : (y, x) layer
        Concentration of an element, or another quantity above 0.
    domain : (y, x) layer of bool
        Cells that count.
    grid : GeoBox
        The grid.
    number : int, optional
        Number of breaks; without it, it is chosen as the notes say.
    most : int
        Largest number of breaks tried where it is chosen.
    bootstraps : int
        Draws of blocks for the intervals of the breaks.

    Returns
    -------
    classes : (y, x) categorical layer
        1 below the lowest break (background), one more above each.
    breaks : dict
        Breaks with 95 % intervals and exponents between them, the error by number of breaks, and
        the curve.

    Raises
    ------
    InputError
        VALUE_INVALID where a value is zero or negative; LAYER_EMPTY, LAYER_CONSTANT;
        FEATURES_FEW where the curve has too few distinct points; KIND_WRONG.

    Notes
    -----
    A(c) is the area with a concentration of c or more. Where log A against log c is straight the
    distribution is a power law, A ~ c^-a; a break separates populations (background, anomaly).
    Pieces are those of least squared error at 120 even steps of log c, cut by dynamic programming;
    a break lies where neighbouring lines cross. The number of breaks is the smallest that lets one
    half of the map's 10 x 10 blocks foretell the curve of the other within one standard error of
    the best, over 20 random halves. Intervals are of breaks under blocks drawn with replacement:
    they hold for that number of breaks, and for how cells vary over the map.

    A curve that bends evenly, as a lognormal one does, has no populations but is cut all the same
    where the map is large: look at the curve before the classes are given names.

    References
    ----------
    Cheng, Agterberg and Ballantyne (1994), The separation of geochemical anomalies from background
    by fractal methods, J. Geochem. Explor. 51, 109-130.

    Examples
    --------
    >>> from siting.grid import as_layer, make_grid
    >>> grid = make_grid("EPSG:6933", 1000.0, (0, 0, 100_000, 100_000))
    >>> share = (np.random.default_rng(1).permutation(10_000) + 0.5) / 10_000
    >>> copper = np.where(share > 0.1, share**-0.5, 10**0.5 * (share / 0.1) ** -2.0)
    >>> layer = as_layer(copper.reshape(100, 100), grid, units="mg kg-1", kind="continuous")
    >>> everywhere = as_layer(np.ones((100, 100), dtype=bool), grid)
    >>> found = concentration_area(layer, everywhere, grid, number=1).breaks
    >>> print(f"{found['breaks'][0]['value']:.1f}")  # 10 % of the area lies above √10
    3.2
    """
    where = "fractal.concentration_area.layer"
    refuse_unordered(layer, where)
    ends = _ends(layer, domain, grid, where)
    edges = np.geomspace(*ends, _BINS + 1)
    binned, cell = _binned(layer, domain, grid, edges)
    above = kernel.areas_above(binned)
    total = above.sum(axis=0)
    kept = (total >= _FEWEST_CELLS * cell) & (np.diff(total, append=0.0) < 0)
    x, areas = np.log10(edges[:-1][kept]), above[:, kept]
    pieces = 2 if number is None else number + 1
    if len(x) < pieces * kernel.FEWEST_POINTS:
        raise InputError(
            "FEATURES_FEW", f"the curve of '{layer.name}' has too few points to break",
            where=where, found=f"{len(x)} concentrations with {_FEWEST_CELLS} cells above",
            wanted=f"{pieces * kernel.FEWEST_POINTS} for {pieces - 1} breaks",
        )  # fmt: skip
    rng = np.random.default_rng(0)
    chosen, errors = kernel.choose_breaks(x, areas, most, rng)
    count = chosen if number is None else number
    fitted = kernel.fit_pieces(x, np.log10(total[kept]), count)
    drawn = kernel.break_intervals(x, areas, count, bootstraps, rng)
    breaks = 10.0**fitted.breaks

    def numbered(values: Floats) -> Floats:
        return np.asarray(1.0 + np.searchsorted(breaks, values[:, 0], "right"), dtype=np.float64)

    classes = cellwise(numbered, [layer], domain, grid, np.float32)
    units = str(layer.attrs.get("units", "1"))
    return Populations(
        classes.assign_attrs(own={"categories": _names(breaks, units)}),
        {
            **_record(fitted, drawn, errors, number is None),
            "curve": np.c_[10.0**x, total[kept]].tolist(),
            "units": units,
        },
    )


def _ends(
    layer: xr.DataArray, domain: xr.DataArray, grid: GeoBox, where: str
) -> tuple[float, float]:
    """Least and greatest concentration in the domain, once they can have logarithms."""
    ends = [(v.min(), v.max()) for v in _each_tile(layer, domain, grid) if v.size]
    if not ends:
        raise InputError("LAYER_EMPTY", f"'{layer.name}' has no value in the domain", where=where)
    low, high = float(min(e[0] for e in ends)), float(max(e[1] for e in ends))
    if low <= 0:
        raise InputError(
            "VALUE_INVALID", f"'{layer.name}' has values that have no logarithm", where=where,
            found=f"{low:g}", wanted="values above 0",
            fix="replace what is below detection: compositions.zeros_replaced",
        )  # fmt: skip
    if low == high:
        raise InputError(
            "LAYER_CONSTANT", f"'{layer.name}' has one value everywhere", where=where,
            found=f"{low:g}", wanted="values that differ",
        )  # fmt: skip
    return low, high


def _each_tile(
    layer: xr.DataArray, domain: xr.DataArray, grid: GeoBox
) -> Iterator[NDArray[np.float64]]:
    """Known values in the domain, tile by tile: no more than one tile is held."""
    for tile in tiles(grid):
        values = np.asarray(layer.data[tile], dtype=np.float64)
        yield values[(np.asarray(domain.data[tile]) == 1) & np.isfinite(values)]


def _binned(
    layer: xr.DataArray, domain: xr.DataArray, grid: GeoBox, edges: Floats
) -> tuple[Floats, float]:
    """Area by block of the grid and bin of concentration [km2], and the mean area of a cell."""
    area = cell_area(grid)
    height, width = grid.shape.yx
    found, cells = np.zeros(_SIDE * _SIDE * _BINS), 0
    for rows, columns in tiles(grid):
        values = np.asarray(layer.data[rows, columns], dtype=np.float64)
        inside = (np.asarray(domain.data[rows, columns]) == 1) & np.isfinite(values)
        row, column = np.nonzero(inside)
        block = (row + rows.start) * _SIDE // height * _SIDE
        block += (column + columns.start) * _SIDE // width
        place = np.searchsorted(edges, values[inside], "right").clip(1, _BINS) - 1
        size = np.asarray(area.data[rows, columns], dtype=np.float64)[inside]
        found += np.bincount(block * _BINS + place, size, len(found))
        cells += len(place)
    by_block = found.reshape(-1, _BINS)
    return by_block[by_block.any(axis=1)], float(found.sum() / cells)


def _names(breaks: Floats, units: str) -> dict[str, str]:
    unit = "" if units == "1" else f" {units}"
    texts = [f"{each:.3g}" for each in breaks]
    middle = [f"{low} to {high}{unit}" for low, high in pairwise(texts)]
    names = [f"below {texts[0]}{unit}", *middle, f"above {texts[-1]}{unit}"] if texts else ["all"]
    return {str(number): name for number, name in enumerate(names, start=1)}


def _record(fitted: kernel.Pieces, drawn: Floats, errors: Floats, chosen: bool) -> dict[str, Any]:
    intervals = 10.0 ** np.percentile(drawn, _INTERVAL, axis=0).T
    values = (10.0**fitted.breaks).tolist()
    return {
        "breaks": [
            {"value": value, "low": float(low), "high": float(high)}
            for value, (low, high) in zip(values, intervals, strict=True)
        ],
        "exponents": (-fitted.slopes).tolist(),
        "errors": [
            {"breaks": count, "error": float(error)}
            for count, error in enumerate(errors)
            if np.isfinite(error)
        ],
        "method": "chosen by halves of the map's blocks" if chosen else "number given",
    }
