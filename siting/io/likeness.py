"""A raster beside one that is known to be right: shifted, turned over, of other units.

Only what small features show counts. Large ones (a coast that rises inland) are alike in many
quantities; hills and valleys of some ten kilometres are those of the relief and of nothing else.
"""

from typing import NamedTuple

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from scipy.ndimage import uniform_filter

from siting import units
from siting.errors import UnitsError
from siting.findings import warn
from siting.io.heights import PLACE, RATIOS, check_heights, is_elevation
from siting.io.lattices import lattices, values_on
from siting.io.placement import Floats, Frame
from siting.io.repeated import ROUGH, check_repeated
from siting.io.source import RasterSource

LEAST = 300  # cells that must be in both
LOOKS = 3  # squares of a raster of heights that are compared
WINDOW = 5  # cells along the squares whose means are large features
REACH = 3  # cells of the lattice that a shift may be
ALIKE = 0.6  # correlation of small features from which two rasters show the same
UNLIKE = 0.3  # and below which they do not
GAIN = 0.15  # of Fisher's z that a shift must bring, and ...
SIGMAS = 6.0  # ... so many standard errors, every fourth cell counted as independent
HALF = 0.35  # cells, from which a peak between two cells is a shift
MAX_CELLS = 400_000_000  # of a raster that is compared
HEIGHTS = ("elev", "height", "dem", "dtm", "dsm", "topo", "altitude", "relief", "srtm")


class Match(NamedTuple):
    """How alike the small features of two rasters are.

    Parameters
    ----------
    here : float
        Correlation where the raster lies.
    shift : tuple of int
        Rows and columns that it would have to be moved by to be most alike.
    best : float
        Correlation there.
    between : tuple of float
        Where the correlation peaks between the cells around, in rows and columns.
    cells : int
        Cells compared.
    """

    here: float
    shift: tuple[int, int]
    best: float
    between: tuple[float, float]
    cells: int


def check_likeness(source: RasterSource, reference: RasterSource, name: str = "") -> None:
    """Report a raster that shows what the reference shows, but elsewhere or in other units.

    Parameters
    ----------
    source : RasterSource
        The raster; nothing is said where its units are not those of the reference, or where it
        shows something else.
    reference : RasterSource
        What is known to be right.
    name : str
        What the pipeline calls the raster.
    """
    judged = is_elevation(source, name)
    if judged or source.quantity in ROUGH:
        check_repeated(source)
    try:
        if not (source.units and units.compatible(source.units, reference.units)):
            return
    except UnitsError:
        return
    factor, shift = units.factor_offset(source.units, reference.units)
    if source.frame.height * source.frame.width > MAX_CELLS:
        return
    looks = 0
    for lattice in lattices(source.frame, reference.frame):
        values = values_on(source.frame, source, lattice) * factor + shift
        truth = values_on(reference.frame, reference, lattice)
        found = match(values, truth)
        if found is not None and _report(source, lattice, truth, values, found, name):
            return
        compared = found is not None
        if judged:
            told = check_heights(source, reference, lattice, values)
            if told:
                return
            compared = told is False
        looks += compared
        if looks >= (LOOKS if judged else 1):
            return


def match(values: Floats, truth: Floats) -> Match | None:
    """How alike the small features of two arrays are; None where too few cells are in both.

    Examples
    --------
    >>> hills = np.random.default_rng(0).normal(size=(40, 40))
    >>> match(np.roll(hills, 2, axis=0), hills).shift
    (-2, 0)
    """
    values, truth = small_features(values), small_features(truth)
    count = int(np.isfinite(values + truth).sum())
    if count < LEAST or not np.nanstd(truth) > 0 or not np.nanstd(values) > 0:
        return None
    steps = range(-REACH, REACH + 1)
    table = np.array([[correlation(_moved(values, i, j), truth) for j in steps] for i in steps])
    if np.isnan(table).any():
        return None
    i, j = np.unravel_index(int(np.argmax(table)), table.shape)
    between = _peak(table[:, REACH]), _peak(table[REACH])
    return Match(
        float(table[REACH, REACH]),
        (int(i) - REACH, int(j) - REACH),
        float(table.max()),
        between,
        count,
    )


def small_features(values: Floats) -> Floats:
    """Values less their mean over the squares around them; NaN where there are none."""
    valid = np.isfinite(values)
    share = uniform_filter(valid.astype(float), WINDOW, mode="constant")
    total = uniform_filter(np.where(valid, values, 0.0), WINDOW, mode="constant")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(valid & (share > 0.5), values - total / share, np.nan)


def correlation(one: Floats, other: Floats) -> float:
    """Correlation over the cells that are in both."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < LEAST // 2:
        return np.nan
    a, b = one[both], other[both]
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a * a).sum() * (b * b).sum())
    return float((a * b).sum() / scale) if scale > 0 else np.nan


def _moved(values: Floats, down: int, right: int) -> Floats:
    """Values moved by whole cells; NaN comes in at the edges."""
    moved = np.full(values.shape, np.nan)
    height, width = values.shape
    rows, columns = (
        slice(max(down, 0), height + min(down, 0)),
        slice(max(right, 0), width + min(right, 0)),
    )
    from_rows = slice(max(-down, 0), height + min(-down, 0))
    from_columns = slice(max(-right, 0), width + min(-right, 0))
    moved[rows, columns] = values[from_rows, from_columns]
    return moved


def _peak(profile: Floats) -> float:
    """Place of the peak of a parabola through the middle of a profile and its neighbours."""
    before, here, after = profile[REACH - 1 : REACH + 2]
    bend = before - 2 * here + after
    return float(np.clip(0.5 * (before - after) / bend, -1, 1)) if bend < 0 else 0.0


def _report(
    source: RasterSource, lattice: GeoBox, truth: Floats, values: Floats, found: Match, name: str
) -> bool:
    """Whether something was said of small features that are elsewhere, turned or in other units."""
    gain = np.arctanh(min(found.best, 0.9999)) - np.arctanh(np.clip(found.here, -0.9999, 0.9999))
    noise = SIGMAS / np.sqrt(found.cells / 4)
    text = f"small features alike to {found.here:.2f} where it lies"
    if found.shift != (0, 0) and found.best >= ALIKE and gain > max(GAIN, noise):
        _shifted(source, lattice, *found.shift, f"{text}, to {found.best:.2f} there")
        return True
    if found.here < UNLIKE:
        return _turned(source, lattice, truth, found, name, text)
    if found.here < ALIKE:
        return False
    south, east = found.between
    moved = max(abs(south), abs(east)) > HALF
    if moved:
        _shifted(source, lattice, south, east, text)
    return _scaled(source, values, truth) or moved


def _shifted(
    source: RasterSource, lattice: GeoBox, south: float, east: float, evidence: str
) -> None:
    cell = float(lattice.affine.a)
    warn(
        "LAYER_MISPLACED",
        "the relief that the raster shows lies elsewhere",
        where=str(source.path),
        found=f"it fits moved by {-south * cell:+.3g} degrees north, {east * cell:+.3g} east;"
        f" {evidence}",
        wanted="hills and valleys where they are",
        fix="check whether its coordinates are those of corners or of centres of cells, and its"
        f" datum; then {PLACE}",
    )


def _turned(
    source: RasterSource, lattice: GeoBox, truth: Floats, found: Match, name: str, text: str
) -> bool:
    frame = source.frame
    turns = {
        "from north to south": Affine.translation(0, frame.height) * Affine.scale(1, -1),
        "from west to east": Affine.translation(frame.width, 0) * Affine.scale(-1, 1),
        "by half a turn": Affine.translation(frame.width, frame.height) * Affine.scale(-1, -1),
    }
    relief = small_features(truth)
    for turn, change in turns.items():
        turned = Frame(frame.crs, frame.affine * change, frame.height, frame.width)
        alike = correlation(small_features(values_on(turned, source, lattice)), relief)
        if alike >= ALIKE:
            warn(
                "LAYER_FLIPPED",
                f"the raster shows the relief turned over {turn}",
                where=str(source.path),
                found=f"{text}, to {alike:.2f} turned over",
                wanted="the first row in the north and the first column in the west, or a "
                "geotransform that says otherwise",
                fix="turn the values over, or correct the geotransform",
            )
            return True
    names = f"{name} {source.path.stem} {source.long_name}".lower()
    if found.here <= -ALIKE and any(each in names for each in HEIGHTS):
        warn(
            "LAYER_NEGATED",
            "heights with the sign of depths",
            where=str(source.path),
            found=f"small features alike to {found.here:.2f}",
            wanted="heights above the sea, positive up",
            fix="change the sign of the values; or call the layer a depth",
        )
        return True
    return False


def _scaled(source: RasterSource, values: Floats, truth: Floats) -> bool:
    """Report heights that differ from the true ones by a factor between units."""
    both = np.isfinite(values) & np.isfinite(truth) & (np.abs(truth) > 100)
    if both.sum() < LEAST:
        return False
    ratio = float(np.median(values[both] / truth[both]))
    for factor, text in RATIOS.items():
        if abs(ratio / factor - 1) < 0.05:
            warn(
                "UNITS_IMPLAUSIBLE",
                "heights differ from the true ones by a factor between two units",
                where=str(source.path),
                found=f"values labelled {source.units} are {ratio:.4g} times those heights",
                wanted=f"heights in {source.units}",
                fix=f"are these {text}? Correct `units:`, or the file",
            )
            return True
    return False
