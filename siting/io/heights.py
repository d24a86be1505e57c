"""Heights by name: whether a raster of elevation shows the heights of its place.

Where a raster says that it holds heights, being unlike those of the place is a finding too. The
measure of "alike" is the relief itself: heights of the right place are more like the reference
than the reference is like itself some cells away. Water above its bed (a lake, the sea set to 0)
and the ice of Greenland and Antarctica, of which the reference holds the bed, take no part.
"""

from typing import NamedTuple

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from scipy.ndimage import maximum_filter, minimum_filter

from siting.findings import warn
from siting.io.alike import alike, alike_around, fisher
from siting.io.lattices import values_on
from siting.io.placement import Floats
from siting.io.source import RasterSource

LEAST = 100  # cells that must be in both
MANY = 300  # and for a place to be looked for around
APART = 2  # cells along the relief, at which it is the measure of what is alike
LEVEL = 1.0  # range of nine cells of water [m]
REACH = 12  # cells within which the raster is looked for
RELIEF, BED = 100.0, 300.0  # half the range of two thirds of the heights, on land and at sea [m]
UNLIKE, ROUGH = 0.6, 0.35  # of Fisher's z below that measure; the second where relief is twice so
FITS = 0.9  # correlation from which a place or a change explains the heights
BETTER = 0.6  # of Fisher's z by which another place must fit better
GAIN, DOUBT = 0.2, 2.0  # logarithm of the gain beyond which it is another unit, and per noise
OFFSET, DEEP = 300.0, 1000.0  # beyond which the median is another place's, on land and at sea [m]
SMOOTH = 0.01  # of the bends of the true heights, below which there are none
CAPPED = 0.01  # share of cells at the very greatest height

PLACE = "place it: gdal_translate -a_ullr WEST NORTH EAST SOUTH"
# What heights are by their ratio to the true ones.
RATIOS = {
    3.28084: "ft called m", 0.3048: "m called ft", 100.0: "cm called m", 0.01: "m called cm",
    1000.0: "mm called m, or m called km", 0.001: "km called m, or m called mm",
}  # fmt: skip

_WORDS = frozenset({"dem", "dtm", "dsm", "srtm", "elev", "elevation", "topo", "topography",
                    "relief", "altitude"})  # fmt: skip
# West, south, east, north of the ice sheets, under which the reference is the bed [degrees].
_ICE = ((-180, -90, 180, -60), (-75, 67, -10, 84), (-56, 59, -32, 67))


class Heights(NamedTuple):
    """Heights of a raster and of the reference on the same cells; NaN in both or in none.

    Parameters
    ----------
    values, truth : numpy.ndarray of shape (rows, columns)
        Heights [m].
    alike : float
        Correlation of the two.
    apart : float
        The lesser correlation of the reference with itself, `APART` cells along rows and columns.
    relief : float
        Half the range of the middle two thirds of the true heights [m].
    """

    values: Floats
    truth: Floats
    alike: float
    apart: float
    relief: float

    @property
    def is_sea(self) -> bool:
        """Whether most cells are sea floor, which is known less well than land."""
        return float(np.nanmedian(self.truth)) < 0

    @property
    def has_relief(self) -> bool:
        """Whether there is enough relief to tell places by."""
        return self.relief >= (BED if self.is_sea else RELIEF)

    @property
    def is_unlike(self) -> bool:
        """Whether the raster is less like the reference than that is like itself elsewhere."""
        wanted = ROUGH if self.relief >= 2 * RELIEF and not self.is_sea else UNLIKE
        return self.has_relief and fisher(self.alike) < fisher(self.apart) - wanted


def is_elevation(source: RasterSource, name: str) -> bool:
    """Whether a raster is one of heights, by its quantity or its bare name."""
    if source.quantity:
        return source.quantity == "elevation"
    return bool({name.lower(), source.path.stem.lower(), source.variable.lower()} & _WORDS)


def check_heights(
    source: RasterSource, reference: RasterSource, lattice: GeoBox, values: Floats
) -> bool | None:
    """Report heights that are not those of the place.

    Parameters
    ----------
    source : RasterSource
        The raster, for the message.
    reference : RasterSource
        Heights that are known to be right.
    lattice : GeoBox
        Cells on which the two are compared.
    values : numpy.ndarray of shape (rows, columns)
        The raster on the lattice [m].

    Returns
    -------
    bool or None
        Whether something was said; None where there is too little to compare.
    """
    around = _known(reference, lattice.pad(REACH))
    heights = compared(values, around[REACH:-REACH, REACH:-REACH])
    if heights is None:
        return None
    where = str(source.path)
    return (
        _tell_capped(heights, where)
        or _tell_moved(heights, around, lattice, where)
        or _tell_unlike(heights, reference, lattice, where)
        or _tell_scaled(heights, where)
        or _tell_offset(heights, where)
        or _tell_smooth(heights, where)
        or (False if heights.has_relief else None)
    )


def compared(values: Floats, truth: Floats) -> Heights | None:
    """The two where they can be compared; None where that is in too few cells."""
    there = np.isfinite(values)
    highest = maximum_filter(np.where(there, values, -np.inf), 3)
    lowest = minimum_filter(np.where(there, values, np.inf), 3)
    with np.errstate(invalid="ignore"):
        water = there & (highest - lowest < LEVEL) & (values > truth)
    both = there & np.isfinite(truth) & ~water
    if both.sum() < LEAST:
        return None
    values, truth = np.where(both, values, np.nan), np.where(both, truth, np.nan)
    low, high = np.nanpercentile(truth, (16, 84))
    along = alike(truth[APART:], truth[:-APART]), alike(truth[:, APART:], truth[:, :-APART])
    return Heights(values, truth, alike(values, truth), min(along), (high - low) / 2)


def _known(reference: RasterSource, lattice: GeoBox) -> Floats:
    """True heights on a lattice; NaN under the ice sheets, where the reference is the bed."""
    truth = values_on(reference.frame, reference, lattice)
    height, width = lattice.shape.yx
    column, row = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    longitude, latitude = lattice.affine * (column, row)
    longitude = (longitude + 180) % 360 - 180
    for west, south, east, north in _ICE:
        ice = (west <= longitude) & (longitude <= east) & (south <= latitude) & (latitude <= north)
        truth[ice] = np.nan
    return truth


def _tell_moved(heights: Heights, around: Floats, lattice: GeoBox, where: str) -> bool:
    """Report heights that fit clearly better some cells away."""
    many = np.isfinite(heights.values).sum() >= MANY
    if not (many and heights.has_relief) or heights.alike >= FITS:
        return False
    table = alike_around(heights.values, around)
    row, column = np.unravel_index(int(np.argmax(table)), table.shape)
    best = float(table[row, column])
    if best < FITS or fisher(best) - fisher(heights.alike) < BETTER:
        return False
    cell = float(lattice.affine.a)
    north, east = (REACH - int(row)) * cell, (int(column) - REACH) * cell
    warn(
        "LAYER_MISPLACED",
        "the heights are those of a place beside it",
        where=where,
        found=f"it fits moved by {north:+.3g} degrees north, {east:+.3g} east; alike to"
        f" {heights.alike:.2f} where it lies, to {best:.2f} there",
        wanted="heights where they are",
        fix="compare its bounds with those in its documentation; find out whether rows or columns"
        f" were lost; then {PLACE}",
    )
    return True


def _tell_unlike(heights: Heights, reference: RasterSource, lattice: GeoBox, where: str) -> bool:
    """Report heights that are those of another place."""
    if not heights.is_unlike:
        return False
    cells = int(np.isfinite(heights.values).sum())
    warn(
        "LAYER_MISPLACED",
        "the heights are not those of the place",
        where=where,
        found=f"alike to {heights.alike:.2f} over {cells} cells of {lattice.affine.a:.3g} degrees",
        wanted=f"more than {heights.apart:.2f}, as heights {APART} cells apart are alike",
        fix=_elsewhere(heights, reference, lattice)
        or "is it the file of another region, or are its rows and columns exchanged, sorted or"
        " interpolated? Compare it with a map; take the file of the region, or transpose the array,"
        f" or {PLACE}",
    )
    return True


def _elsewhere(heights: Heights, reference: RasterSource, lattice: GeoBox) -> str:
    """What would explain heights that are unlike; empty where nothing would."""
    values, truth = heights.values, heights.truth
    if truth.shape[0] == truth.shape[1] and alike(values.T, truth) >= FITS:
        return "rows and columns are exchanged: transpose the array"
    affine, (height, width) = lattice.affine, lattice.shape.yx
    cell, west, north = affine.a, affine.c, affine.f
    south, east = north - height * cell, west + width * cell
    for text, left, top in (
        ("its latitudes have lost, or won, their sign", west, -south),
        ("its longitudes have lost, or won, their sign", -east, north),
        ("latitudes and longitudes have lost, or won, their sign", -east, -south),
    ):
        mirror = GeoBox((height, width), Affine(cell, 0, left, 0, -cell, top), lattice.crs)
        other = _known(reference, mirror)
        if any(alike(values, each) >= FITS for each in (other, other[::-1], other[:, ::-1])):
            return f"{text}: correct the bounds"
    return ""


def _tell_scaled(heights: Heights, where: str) -> bool:
    """Report the relief of the place drawn out or pressed together."""
    if not heights.has_relief or heights.alike < 0.5:
        return False
    spreads = np.nanstd(heights.values), _spread(heights.values)
    gains = np.array(spreads) / (np.nanstd(heights.truth), _spread(heights.truth))
    gain = float(gains[np.argmin(np.abs(np.log(np.maximum(gains, 1e-9))))])
    doubt = GAIN + DOUBT * np.sqrt(max(1 - heights.alike**2, 0.0))
    if abs(np.log(max(gain, 1e-9))) <= doubt:
        return False
    low, high = np.nanmin(heights.values), np.nanmax(heights.values)
    warn(
        "UNITS_IMPLAUSIBLE",
        "the relief is that of the place, but heights differ by another amount",
        where=where,
        found=f"{low:.4g} to {high:.4g} m, {gain:.3g} times the true range; alike to"
        f" {heights.alike:.2f}",
        wanted=f"{np.nanmin(heights.truth):.0f} to {np.nanmax(heights.truth):.0f} m",
        fix=_stretched(float(low), float(high), gain),
    )
    return True


def _spread(values: Floats) -> float:
    low, high = np.nanpercentile(values, (16, 84))
    return float(high - low)


def _stretched(low: float, high: float, gain: float) -> str:
    """What heights may be that are no heights any more.

    Examples
    --------
    >>> _stretched(-300.0, 180_000.0, 97.0)
    'are these cm called m? Correct `units:`, or the file'
    """
    if low >= 0 and high <= 1.001:
        return "are these shares of the range, from 0 to 1? Take the heights themselves"
    if low >= 0 and high <= 5:
        return "are these logarithms, or kilometres? Undo them, or correct `units:`"
    if low >= 0 and high <= 255:
        return "is this a picture, with brightness from 0 to 255? Take the heights themselves"
    for ratio, units in RATIOS.items():
        if abs(np.log(max(gain, 1e-9) / ratio)) < GAIN:
            return f"are these {units}? Correct `units:`, or the file"
    return "correct `units:`, or undo the scale of the file"


def _tell_offset(heights: Heights, where: str) -> bool:
    """Report heights that lie far above or below those of the place."""
    offset = float(np.nanmedian(heights.values - heights.truth))
    limit = DEEP if heights.is_sea else OFFSET
    if abs(offset) <= max(limit, heights.relief + 100.0):
        return False
    warn(
        "RANGE_IMPLAUSIBLE",
        f"heights lie far {'above' if offset > 0 else 'below'} those of the place",
        where=where,
        found=f"median {np.nanmedian(heights.values):.6g} m",
        wanted=f"about {np.nanmedian(heights.truth):.6g} m",
        fix="is it the file of another region, another unit, or are heights counted from"
        " elsewhere than sea level?",
    )
    return True


def _tell_capped(heights: Heights, where: str) -> bool:
    """Report heights that stop at one greatest value where the ground goes on."""
    top = float(np.nanmax(heights.values))
    capped = heights.values >= top - 1e-6 * abs(top)
    count = int(capped.sum())
    if count < max(5, CAPPED * np.isfinite(heights.values).sum()):
        return False
    above = float(np.median(heights.truth[capped])) - top
    if above < max(50.0, 0.1 * heights.relief) or not heights.has_relief:
        return False
    warn(
        "RANGE_IMPLAUSIBLE",
        "heights stop where the ground goes on",
        where=where,
        found=f"{top:.6g} m in {count} cells, whose ground is {above:.0f} m higher in the median",
        wanted=f"heights up to {np.nanmax(heights.truth):.0f} m",
        fix="were they cut off at a limit, or stored in a type that holds no more?",
    )
    return True


def _tell_smooth(heights: Heights, where: str) -> bool:
    """Report a surface that has none of the hills and valleys of the place."""
    rough = [_roughness(each) for each in (heights.values, heights.truth)]
    if not heights.has_relief or rough[1] < 30 or rough[0] >= SMOOTH * rough[1]:
        return False
    warn(
        "RANGE_IMPLAUSIBLE",
        "the surface has none of the hills and valleys of the place",
        where=where,
        found=f"heights bend by {rough[0]:.3g} m from cell to cell in the median",
        wanted=f"about {rough[1]:.3g} m",
        fix="were they interpolated from a few points, or smoothed?",
    )
    return True


def _roughness(values: Floats) -> float:
    """Median bend of heights along rows and columns."""
    bends = [np.abs(each[2:] - 2 * each[1:-1] + each[:-2]) for each in (values, values.T)]
    return float(np.nanmedian(np.concatenate([each.ravel() for each in bends])))
