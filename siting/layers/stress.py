"""How near faults are to slip and to opening in a field of stress, and how sure that is."""

from typing import Annotated, Any, NamedTuple

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from siting import findings, frames
from siting.coverage import geometries
from siting.errors import InputError, PipelineError
from siting.grid import from_function
from siting.kernels.lines import SegmentTree
from siting.kernels.stress import Planes, Spread, StressState, Tendencies, draw, tendencies
from siting.kernels.traces import segments, traces
from siting.kinds import Features, Grid, Layer, Unit
from siting.projection import Floats
from siting.signature import layer
from siting.wording import counted

_METRES = 1000.0  # [m km-1]
_STRAIGHT = 50_000.0  # [m] strike changes by less than a degree along a straight edge
_MOST_DRAWS = 65_536

Megapascal = Annotated[float, Unit("MPa"), Field(gt=0)]
Azimuth = Annotated[float, Unit("degree"), Field(ge=0, le=360)]
Dip = Annotated[float, Unit("degree"), Field(gt=0, le=90)]
AngleSd = Annotated[float, Unit("degree"), Field(ge=0, le=90)]
Share = Annotated[float, Unit("1"), Field(ge=0, le=1)]
Radius = Annotated[float, Unit("km"), Field(gt=0, le=1000)]


class _Dips(NamedTuple):
    """Dip of each feature, how sure it is, and whether it is assumed."""

    mean: Floats
    sd: Floats
    assumed: NDArray[np.bool_]


@layer(status="derived")
def slip_tendency(
    faults: Features,
    vertical_stress: Megapascal,
    maximum_horizontal_stress: Megapascal,
    minimum_horizontal_stress: Megapascal,
    azimuth: Azimuth,
    threshold: Annotated[float, Unit("1"), Field(gt=0)] = 0.6,
    pore_pressure: Annotated[float, Unit("MPa"), Field(ge=0)] = 0.0,
    dip: Dip = 60.0,
    dip_column: str | None = None,
    magnitude_sd: Share = 0.1,
    azimuth_sd: AngleSd = 15.0,
    dip_sd: AngleSd = 10.0,
    draws: Annotated[int, Field(ge=2, le=_MOST_DRAWS)] = 512,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Features:
    """Faults with their slip tendency under an uncertain field of stress.

    Parameters
    ----------
    faults : lines
        Traces of faults.
    vertical_stress, maximum_horizontal_stress, minimum_horizontal_stress : float
        Means of the principal stresses, compression positive [MPa]. Only ratios matter: multiples
        of the vertical stress do as well.
    azimuth : float
        Mean direction of the maximum horizontal stress, clockwise from true north [degree].
    threshold : float
        Slip tendency whose probability of being exceeded is told: the friction of the faults [1].
    pore_pressure : float
        Mean, in the unit of the stresses; taken off all of them [MPa].
    dip : float
        Mean dip of faults without a dip of their own [degree].
    dip_column : str, optional
        Column with the mean dip of each fault [degree]; cells may be empty.
    magnitude_sd : float
        Standard deviation of each horizontal stress and of the pore pressure, as a share of it.
    azimuth_sd, dip_sd : float
        Standard deviations of the azimuth, and of every dip [degree].
    draws : int
        Number of states of stress drawn, a power of two.
    seed : int
        Seed of the draws.

    Returns
    -------
    lines
        The same rows with columns ``slip_tendency`` (mean), ``slip_tendency_sd``,
        ``slip_probability`` (of being above the threshold), ``tensile_probability`` (of a normal
        stress not above 0), ``dip`` [degree] and ``dip_assumed``. NaN for a line without length.

    Raises
    ------
    PipelineError
        VALUE_INVALID where the mean state is no compression on all planes, where the greater
        horizontal stress is the lesser one, where all stresses are equal, or where `draws` is no
        power of two.
    InputError
        COLUMN_MISSING, COLUMN_TEXT; VALUE_INVALID for a dip outside 0 to 90; GEOMETRY_WRONG for
        points and areas; FEATURES_NONE, GEOMETRY_EMPTY, CRS_MISSING.
    UnitsError
        UNITS_MISSING where the column of dips has no unit.

    Warns
    -----
    VALUE_MISSING
        Where faults have no dip in the column and get the one assumed for all.

    Notes
    -----
    τ/σn of the effective stresses, resolved on planes with the strike of each straight piece of a
    fault; mean, deviation and probabilities are those of a place on the fault drawn by length,
    under a state of stress drawn from normal distributions, one axis vertical. In such a state
    the side to which a fault dips is no matter. Stresses drawn are not held below what friction
    can bear. Where a draw puts a plane under tension the slip tendency has no value: it counts
    as beyond the threshold, and in neither mean nor deviation. To see a bent fault piece by
    piece, cut it by faults.straight_pieces first.

    References
    ----------
    Morris, Ferrill and Henderson (1996), Slip-tendency analysis and fault reactivation, Geology
    24, 275-278.

    Examples
    --------
    A normal fault across the least stress of a field of normal faulting:

    >>> import shapely
    >>> fault = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (0, 1)])], crs=4326)
    >>> certain = {"magnitude_sd": 0.0, "azimuth_sd": 0.0, "dip_sd": 0.0}
    >>> slip_tendency(fault, 60.0, 45.0, 30.0, azimuth=0.0, **certain).slip_tendency.round(4).item()
    0.3464
    >>> found = slip_tendency(fault, 60.0, 45.0, 30.0, azimuth=0.0, threshold=0.4)
    >>> found[["slip_tendency", "slip_tendency_sd", "slip_probability"]].values.round(2).tolist()
    [[0.32, 0.07, 0.09]]
    """
    where = "stress.slip_tendency"
    state = StressState(
        vertical_stress, maximum_horizontal_stress, minimum_horizontal_stress, azimuth
    )
    _check_state(state, pore_pressure, draws, where)
    dips = _dips(faults, dip, dip_column, dip_sd, where)
    drawn = draw(state, pore_pressure, Spread(magnitude_sd, azimuth_sd), draws, seed)
    found = tendencies(_planes(faults, dips, where), drawn, slip=threshold, dilation=np.inf)
    return _told(faults, dips, found, "slip", (found.slip, found.slip_sd, found.slip_beyond))


@layer(status="derived")
def dilation_tendency(
    faults: Features,
    vertical_stress: Megapascal,
    maximum_horizontal_stress: Megapascal,
    minimum_horizontal_stress: Megapascal,
    azimuth: Azimuth,
    threshold: Share = 0.8,
    pore_pressure: Annotated[float, Unit("MPa"), Field(ge=0)] = 0.0,
    dip: Dip = 60.0,
    dip_column: str | None = None,
    magnitude_sd: Share = 0.1,
    azimuth_sd: AngleSd = 15.0,
    dip_sd: AngleSd = 10.0,
    draws: Annotated[int, Field(ge=2, le=_MOST_DRAWS)] = 512,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Features:
    """Faults with their dilation tendency under an uncertain field of stress.

    Parameters
    ----------
    faults : lines
        Traces of faults.
    vertical_stress, maximum_horizontal_stress, minimum_horizontal_stress : float
        Means of the principal stresses, compression positive [MPa]. Only ratios matter: multiples
        of the vertical stress do as well.
    azimuth : float
        Mean direction of the maximum horizontal stress, clockwise from true north [degree].
    threshold : float
        Dilation tendency whose probability of being exceeded is told [1].
    pore_pressure : float
        Mean, in the unit of the stresses [MPa]. A certain one changes nothing; an uncertain one
        moves all stresses alike, and changes nothing either.
    dip : float
        Mean dip of faults without a dip of their own [degree].
    dip_column : str, optional
        Column with the mean dip of each fault [degree]; cells may be empty.
    magnitude_sd : float
        Standard deviation of each horizontal stress and of the pore pressure, as a share of it.
    azimuth_sd, dip_sd : float
        Standard deviations of the azimuth, and of every dip [degree].
    draws : int
        Number of states of stress drawn, a power of two.
    seed : int
        Seed of the draws.

    Returns
    -------
    lines
        The same rows with columns ``dilation_tendency`` (mean), ``dilation_tendency_sd``,
        ``dilation_probability`` (of being above the threshold), ``tensile_probability`` (of a
        normal stress not above 0), ``dip`` [degree] and ``dip_assumed``. NaN for a line without
        length.

    Raises
    ------
    PipelineError, InputError, UnitsError
        As :func:`slip_tendency`, which gives the same warnings too.

    Notes
    -----
    (σ1 - σn)/(σ1 - σ3), from 0 across the greatest to 1 across the least principal stress; else
    as :func:`slip_tendency`.

    References
    ----------
    Ferrill et al. (1999), Stressed rock strains groundwater at Yucca Mountain, Nevada, GSA Today
    9(5), 1-8.

    Examples
    --------
    >>> import shapely
    >>> fault = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (0, 1)])], crs=4326)
    >>> certain = {"magnitude_sd": 0.0, "azimuth_sd": 0.0, "dip_sd": 0.0}
    >>> across = dilation_tendency(fault, 60.0, 45.0, 30.0, azimuth=0.0, **certain)
    >>> along = dilation_tendency(fault, 60.0, 45.0, 30.0, azimuth=90.0, **certain)
    >>> across.dilation_tendency.round(3).item(), along.dilation_tendency.round(3).item()
    (0.75, 0.375)
    """
    where = "stress.dilation_tendency"
    state = StressState(
        vertical_stress, maximum_horizontal_stress, minimum_horizontal_stress, azimuth
    )
    _check_state(state, pore_pressure, draws, where)
    dips = _dips(faults, dip, dip_column, dip_sd, where)
    drawn = draw(state, pore_pressure, Spread(magnitude_sd, azimuth_sd), draws, seed)
    found = tendencies(_planes(faults, dips, where), drawn, slip=np.inf, dilation=threshold)
    values = found.dilation, found.dilation_sd, found.dilation_beyond
    return _told(faults, dips, found, "dilation", values)


def _check_state(state: StressState, pore_pressure: float, draws: int, where: str) -> None:
    axes = [float(each) for each in np.asarray(state[:3], dtype=float)]
    found = f"vertical {axes[0]:g}, horizontal {axes[1]:g} and {axes[2]:g} MPa"
    if axes[1] < axes[2]:
        raise PipelineError(
            "VALUE_INVALID", "the maximum horizontal stress is below the minimum", where=where,
            found=found, wanted="maximum at or above minimum, with the azimuth of the maximum",
        )  # fmt: skip
    if min(axes) <= pore_pressure:
        raise PipelineError(
            "VALUE_INVALID", "the pore pressure takes up the least stress: planes open, and "
            "shear over normal stress has no value", where=where,
            found=f"{found}, pore pressure {pore_pressure:g} MPa",
            wanted="every principal stress above the pore pressure",
            fix="are these effective stresses already? Then leave pore_pressure out",
        )  # fmt: skip
    if max(axes) == min(axes):
        raise PipelineError(
            "VALUE_INVALID", "all stresses are equal: no plane is nearer to slip than another",
            where=where, found=found, wanted="three stresses that are not all equal",
        )  # fmt: skip
    if draws & (draws - 1):
        raise PipelineError(
            "VALUE_INVALID", "a Sobol sequence is balanced over a power of two",
            where=f"{where}.draws", found=str(draws), wanted="256, 512, 1024, ...",
        )  # fmt: skip


def _dips(faults: Any, dip: float, name: str | None, sd: float, where: str) -> _Dips:
    """Dips of the features, those not known assumed and told of."""
    mean = np.full(len(faults), np.nan)
    if name is not None:
        mean = frames.column(faults, name, "degree", where)
        _check_dips(mean, name, where)
    missing = np.isnan(mean)
    return _Dips(np.where(missing, dip, mean), np.full(len(mean), sd), missing)


def _check_dips(dips: Floats, name: str, where: str) -> None:
    bad = np.flatnonzero((dips <= 0) | (dips > 90))
    if bad.size:
        raise InputError(
            "VALUE_INVALID", f"a dip in '{name}' is no angle down from the horizontal", where=where,
            found=f"{dips[bad[0]]:g} in row {bad[0] + 1}", wanted="above 0 and at most 90 degree",
            fix="leave the cell empty where the dip is not known",
        )  # fmt: skip
    missing = int(np.isnan(dips).sum())
    if missing:
        findings.warn(
            "VALUE_MISSING", f"faults have no value of '{name}'", where=where,
            found=f"{missing} of {counted(len(dips), 'fault')}", wanted="a dip for every fault",
            fix="they get the `dip` that is assumed; set it to what is usual in the region",
        )  # fmt: skip


def _planes(faults: Any, dips: _Dips, where: str) -> Planes:
    found = traces(geometries(faults, f"{where}.faults"), f"{where}.faults")
    pieces = segments(found, _STRAIGHT)
    return Planes(pieces.azimuth, pieces.length, found.row[pieces.trace], dips.mean, dips.sd)


def _told(
    faults: gpd.GeoDataFrame,
    dips: _Dips,
    found: Tendencies,
    name: str,
    values: tuple[Floats, Floats, Floats],
) -> gpd.GeoDataFrame:
    """The faults with what was found of them, and what the columns mean."""
    mean, sd, beyond = values
    columns = {
        f"{name}_tendency": (mean, "1", "mean over length and draws of stress"),
        f"{name}_tendency_sd": (sd, "1", "standard deviation over length and draws"),
        f"{name}_probability": (beyond, "1", "of being above the threshold"),
        "tensile_probability": (found.tensile, "1", "of a normal stress not above 0"),
        "dip": (dips.mean, "degree", "mean dip that was used"),
        "dip_assumed": (dips.assumed, None, "whether the dip is the one assumed for all"),
    }
    marked = faults.assign(**{key: each[0] for key, each in columns.items()})
    told = {
        key: {"description": text} if unit is None else {"units": unit, "description": text}
        for key, (_, unit, text) in columns.items()
    }
    marked.attrs["columns"] = {**faults.attrs.get("columns", {}), **told}
    return marked


@layer(status="derived")
def of_nearest_fault(
    faults: Features, column: str, distance: Radius, grid: Grid
) -> Annotated[Layer, Unit("1")]:
    """Tendency or probability of the nearest fault within a distance.

    Parameters
    ----------
    faults : lines
        Faults with a column without unit, as from :func:`slip_tendency`, beyond the grid too.
    column : str
        Column to tell, such as ``slip_tendency`` or ``dilation_probability``.
    distance : float
        Greatest distance from the cell's centre to a fault [km].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Value of the fault [1]; NaN where none is within the distance. Faults without a value are
        not there.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_TEXT; FEATURES_NONE where no fault has a value; GEOMETRY_WRONG for
        points and areas; GEOMETRY_EMPTY, CRS_MISSING.
    UnitsError
        UNITS_MISSING where the column has no unit.

    Examples
    --------
    >>> import shapely
    >>> from siting.grid import make_grid
    >>> lines = [shapely.LineString([(x, -1), (x, 1)]) for x in (0.0, 0.1)]
    >>> faults = gpd.GeoDataFrame({"slip_tendency": [0.3, 0.6]}, geometry=lines, crs=4326)
    >>> faults.attrs["columns"] = {"slip_tendency": "1"}
    >>> grid = make_grid("EPSG:4326", 0.04, (0.0, 0.0, 0.2, 0.04))
    >>> print(of_nearest_fault(faults, "slip_tendency", "5 km", grid).values)
    [[0.3 0.6 0.6 0.6 nan]]
    """
    tree, values = _valued(faults, column, "stress.of_nearest_fault")
    known = np.append(values, np.nan)

    def value(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return np.asarray(known[tree.nearest(longitude, latitude, distance * _METRES)])

    return from_function(grid, value, np.float32)


@layer(status="derived")
def mean_within(
    faults: Features, column: str, radius: Radius, grid: Grid
) -> Annotated[Layer, Unit("1")]:
    """Mean tendency or probability, by length, of the faults within a radius.

    Parameters
    ----------
    faults : lines
        Faults with a column without unit, as from :func:`slip_tendency`, beyond the grid too.
    column : str
        Column to tell, such as ``slip_tendency`` or ``dilation_probability``.
    radius : float
        Distance from the cell's centre within which faults count [km].
    grid : GeoBox
        The run's grid.

    Returns
    -------
    (y, x) layer
        Mean of the values, each weighted by the fault's length in the circle [1]; NaN where
        there is no fault. Faults without a value are not there.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_TEXT; FEATURES_NONE where no fault has a value; GEOMETRY_WRONG for
        points and areas; GEOMETRY_EMPTY, CRS_MISSING.
    UnitsError
        UNITS_MISSING where the column has no unit.

    Notes
    -----
    The mean of standard deviations is no standard deviation of a mean: of those ask for the
    nearest fault's.

    Examples
    --------
    >>> import shapely
    >>> from siting.grid import make_grid
    >>> lines = [shapely.LineString([(x, -1), (x, 1)]) for x in (0.0, 0.04)]
    >>> faults = gpd.GeoDataFrame({"slip_tendency": [0.3, 0.6]}, geometry=lines, crs=4326)
    >>> faults.attrs["columns"] = {"slip_tendency": "1"}
    >>> grid = make_grid("EPSG:4326", 0.04, (0.0, 0.0, 0.04, 0.04))
    >>> print(f"{mean_within(faults, 'slip_tendency', '5 km', grid).values.item():.3f}")
    0.450
    """
    tree, values = _valued(faults, column, "stress.mean_within")

    def mean(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        return tree.mean_within(longitude, latitude, radius * _METRES, values)

    return from_function(grid, mean, np.float32)


def _valued(faults: Any, column: str, where: str) -> tuple[SegmentTree, Floats]:
    """Pieces of the faults that have a value, and the value of each piece."""
    values = frames.column(faults, column, "1", where)
    known = np.isfinite(values)
    if not known.any():
        raise InputError(
            "FEATURES_NONE", f"no fault has a value of '{column}'", where=where,
            found=f"0 of {counted(len(values), 'fault')}",
        )  # fmt: skip
    found = traces(geometries(faults[known], f"{where}.faults"), f"{where}.faults")
    pieces = segments(found)
    return SegmentTree(pieces), values[known][found.row[pieces.trace]]
