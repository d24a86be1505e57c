"""Depth at which rock stops being magnetic, from the magnetic anomaly."""

from functools import partial
from typing import Annotated, Any, NamedTuple

import dask.array as da
import numpy as np
from dask.delayed import delayed
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox
from pydantic import Field

from siting.errors import PipelineError
from siting.findings import warn
from siting.grid import as_layer
from siting.kernels.curie import Bands, by_windows
from siting.kinds import Grid, Layer, Unit
from siting.layers.potential_fields import row_sizes
from siting.projection import Floats
from siting.signature import layer

_KILOMETRE = 1000.0
_CELLS_PER_WAVE = 2.5
_ANOMALOUS = 5_000.0  # [nT], above which the median is that of the field of 22,000 to 67,000

_Length = Annotated[float, Unit("km"), Field(gt=0, le=5000)]


class CurieDepth(NamedTuple):
    """Depth of the bottom of magnetised rock, and its standard deviation."""

    depth: Annotated[Layer, Unit("km")]
    sd: Annotated[Layer, Unit("km")]


@layer(status="derived")
def curie_depth(
    anomaly: Annotated[Layer, Unit("nT")],
    grid: Grid,
    window: _Length = 300.0,
    centroid_shortest: _Length = 30.0,
    top_longest: _Length = 25.0,
    top_shortest: _Length = 8.0,
    fractal_exponent: Annotated[float, Field(ge=0, le=5)] = 0.0,
) -> CurieDepth:
    """Depth to the bottom of magnetised rock by the centroid of its spectrum.

    Parameters
    ----------
    anomaly : (y, x) layer
        Magnetic anomaly on a level surface, long waves kept [nT]. It need not be reduced to the
        pole.
    grid : GeoBox
        The run's grid, of at most 60 million cells.
    window : float
        Side of the windows, which overlap by half [km]; some 15 times the depth looked for.
    centroid_shortest : float
        Shortest wavelength of the fit of the centroid [km].
    top_longest, top_shortest : float
        Wavelengths of the fit of the top [km].
    fractal_exponent : float
        Power of the wavenumber with which the spectrum of magnetisation falls in a horizontal
        plane; 0 where magnetisation is random. What is assumed here moves the depth by kilometres.

    Returns
    -------
    depth, sd : (y, x) layers
        Depth below the surface of measurement (take the height of the flight off) and its
        standard deviation [km], linear between the centres of windows. NaN beside a window that
        cannot tell: with over 5 % of gaps, with fewer than four rings in a band, without a bottom
        below the top, narrower than eight times the depth found, or with a standard deviation
        above half of it.

    Raises
    ------
    PipelineError
        VALUE_INVALID for a window larger than the grid, or wavelengths in the wrong order or
        below two and a half cells.
    GridError
        GRID_SIZE; GRID_DISTORTED where the cells of a row differ in size by over 2 %.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        When cells are computed, where the anomaly is a total field.

    Notes
    -----
    z_b = 2 z_0 - z_t, with the curvature of the spectrum that the straight lines of the centroid
    method leave out (:func:`siting.kernels.curie.bottom_depth`). On fields of random
    magnetisation between known depths, windows of 400 km gave medians of 15.9 km for 15, 25.8 for
    25 and 34 for 40, with a scatter of 2.7, 5.4 and 6.4 km that the standard deviation follows;
    windows of 200 km a scatter of 6 to 10 km. The bottom is no isotherm by itself: it is the
    Curie temperature, 580 degC of magnetite, only where magnetic rock reaches down to it.

    References
    ----------
    Tanaka, Okubo and Matsubayashi (1999), Curie point depth based on spectrum analysis of the
    magnetic anomaly data in East and Southeast Asia, Tectonophysics 306, 461-470. Ravat,
    Pignatelli, Nicolosi and Chiappini (2007), A study of spectral methods of estimating the depth
    to the bottom of magnetic sources from near-surface magnetic anomaly data, Geophys. J. Int. 169,
    421-434.

    Examples
    --------
    A wave alone has no spectrum to tell a depth from:

    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:32611", 3000, (300000, 4200000, 660000, 4560000))
    >>> wave = as_layer(np.cos(np.arange(120))[None] * np.ones((120, 1)), grid, units="nT")
    >>> bool(curie_depth(wave, grid).depth.notnull().any())
    False
    """
    lengths = (window, centroid_shortest, top_longest, top_shortest)
    window, *waves = (length * _KILOMETRE for length in lengths)
    bands, where = Bands(*waves), "curie.curie_depth"
    dx, dy = row_sizes(grid, where)
    _check_lengths(window, bands, dx, dy, grid, where)
    whole = partial(
        _block, dx=dx, dy=dy, window=window, bands=bands, fractal_exponent=fractal_exponent
    )
    found = da.from_delayed(  # type: ignore[no-untyped-call]  # dask has no hints
        delayed(whole, pure=True)(as_layer(anomaly.data, grid).data),
        (2, *grid.shape.yx),
        np.float32,
    )
    return CurieDepth(as_layer(found[0], grid), as_layer(found[1], grid))


def _block(
    values: NDArray[Any],
    *,
    dx: Floats,
    dy: Floats,
    window: float,
    bands: Bands,
    fractal_exponent: float,
) -> NDArray[np.float32]:
    if np.isfinite(values).any() and np.nanmedian(np.abs(values)) > _ANOMALOUS:
        warn(
            "RANGE_IMPLAUSIBLE", "half of the cells have more than an anomaly",
            where="curie.curie_depth.anomaly", found=f"a median of {np.nanmedian(values):.5g} nT",
            wanted=f"most within {_ANOMALOUS:g} nT of 0",
            fix="is this the total field? Take the reference field of its date off",
        )  # fmt: skip
    depths = by_windows(values.astype(np.float64), dx, dy, window, bands, fractal_exponent)
    known = np.where(np.isnan(values), np.nan, depths / _KILOMETRE)
    return known.astype(np.float32)


def _check_lengths(
    window: float, bands: Bands, dx: Floats, dy: Floats, grid: GeoBox, where: str
) -> None:
    least = _CELLS_PER_WAVE * max(dx.max(), dy.max())
    side = min(dy.sum(), dx.min() * grid.shape.x)
    if window > side:
        raise PipelineError(
            "VALUE_INVALID", "the window is larger than the grid", where=f"{where}.window",
            found=f"{window / _KILOMETRE:.4g} km",
            wanted=f"at most {side / _KILOMETRE:.4g} km",
            fix="take in ground beyond the region: a window must hold some 15 depths",
        )  # fmt: skip
    if not least <= bands.top_shortest < bands.top_longest <= window:
        raise PipelineError(
            "VALUE_INVALID", "these wavelengths cannot be fitted", where=f"{where}.top_shortest",
            found=" to ".join(f"{each / _KILOMETRE:.4g} km" for each in bands[:0:-1]),
            wanted=f"from two and a half cells, {least / _KILOMETRE:.4g} km, up to the window",
            fix="use longer wavelengths, or smaller cells",
        )  # fmt: skip
