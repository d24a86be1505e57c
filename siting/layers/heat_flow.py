"""Heat flow between wells, with its standard deviation, and what of it water brings."""

from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from pydantic import Field as Limits
from scipy.spatial import cKDTree

from siting import frames
from siting.errors import InputError
from siting.findings import warn
from siting.geodesy import chord, ecef
from siting.grid import from_function
from siting.kernels.collocated import clusters, combined
from siting.kernels.kriging import (
    Field,
    Solved,
    estimate,
    neighbours,
    predicted,
    solved,
    variance,
)
from siting.kernels.threads import single_threaded
from siting.kernels.variogram_fit import Variogram, fit_variogram
from siting.kernels.variogram_record import variogram_record
from siting.kinds import Features, Grid, Layer, Record, Unit
from siting.layers.well_rows import positions
from siting.projection import Floats, position
from siting.signature import layer

_LEAST_USUAL = 5.0  # [mW m-2] old shields have some 30
_FEWEST = 20  # places; fewer tell nothing of how values differ with distance
_BLOCK = 16  # cells along a side of the blocks that share a neighbourhood
_UNIT = "mW m-2"

Model = Literal["exponential", "spherical", "gaussian"]
Count = Annotated[int, Limits(ge=8, le=500)]
Metres = Annotated[float, Unit("m"), Limits(gt=0, le=100_000)]
Spread = Annotated[float, Unit("mW m-2"), Limits(ge=0)]


class Kriged(NamedTuple):
    """Mean and standard deviation between wells, and the variogram that they follow from."""

    mean: Annotated[Layer, Unit("mW m-2")]
    sd: Annotated[Layer, Unit("mW m-2")]
    variogram: Record


@layer(status="derived", label_leak=True)
def kriged(
    wells: Features,
    grid: Grid,
    model: Model = "exponential",
    nearest: Count = 48,
    same_place: Metres = 500.0,
    unstated_sd: Spread = 0.0,
) -> Kriged:
    """Heat flow between wells by ordinary kriging.

    Parameters
    ----------
    wells : points
        Wells with a column ``heat_flow`` and, where it is known, ``standard_deviation``
        [any unit of heat flow, stated]; rows without a heat flow do not count.
    grid : GeoBox
        The run's grid.
    model : str
        Shape of the variogram; exponential fits fields that are rough at all scales.
    nearest : int
        How many of the wells nearest to each of nine points of a block count in it.
    same_place : float
        Wells within this distance of one another become one value [m].
    unstated_sd : float
        Standard deviation of wells that state none [mW m-2]; 0 leaves it to the nugget.

    Returns
    -------
    mean, sd : (y, x) layers
        Heat flow, and the standard deviation of what a well without error would find there
        [mW m-2].
    variogram : record
        Model with range [m], sill and nugget [mW2 m-4], pairs by distance, and how well values
        left out are predicted, one by one and block by block: root mean square error, and the
        share within one and two standard deviations (68 and 95 % if they are right).

    Raises
    ------
    InputError
        FEATURES_FEW for fewer than 20 places, or pairs of them at too few distances;
        COLUMN_MISSING; VALUE_INVALID for an infinite value, a negative standard deviation, or
        values that are all the same; GEOMETRY_WRONG.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where the median is below 5 mW m-2, as that of watts taken for milliwatts is.

    Notes
    -----
    Made from well temperatures, so that it is marked as knowing the targets: a model that is to
    find hot places must not be given it unless that is accepted by name.

    Distances are straight through the earth, which no projection bends. The variogram is isotropic
    and one for all wells; its error is not in the standard deviation. The error of each well is
    added to the diagonal, so that a poor well is not honoured but weighed; with neither error nor
    nugget the map goes through the wells. Blocks of 16 x 16 cells share a neighbourhood. Near
    wells the result is that of all wells at once: in a simulated field within a quarter of the
    range of a well it differed by 0.06 standard deviations (root mean square, 600 wells). Farther
    out the mean becomes that of the nearest wells instead of all: the two differed there by up to
    one standard deviation, small steps lie between blocks, and the standard deviation is up to
    7 % larger. It rises to that of the field, √(sill + nugget), and a little above for the mean is
    not known either; it never tells of a region unlike the wells. Heat flow of wells in moving
    water belongs into a map of conduction no more than springs: leave it out with
    wells.conductive first.

    References
    ----------
    Webster and Oliver (2007), Geostatistics for environmental scientists, 2nd ed., chapters 5, 8.
    Williams and DeAngelo (2011), Evaluation of approaches and associated uncertainties in the
    estimation of temperatures in the upper crust of the western United States, GRC Trans. 35.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> x, y = (each.ravel() for each in np.meshgrid(np.arange(6) / 4, np.arange(6) / 4))
    >>> wells = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=4326))
    >>> wells["heat_flow"] = 60 + 10 * np.sin(3 * x) * np.cos(2 * y)
    >>> wells.attrs["columns"] = {"heat_flow": "mW m-2"}
    >>> found = kriged(wells, make_grid("EPSG:4326", 0.25, (-0.125, -0.125, 1.375, 1.375)))
    >>> found.mean.shape, found.variogram["wells"]
    ((6, 6), 36)
    """
    columns = ("heat_flow", "standard_deviation")
    return _kriged(wells, columns, grid, model, nearest, same_place, unstated_sd)


@layer(status="derived", label_leak=True)
def kriged_residual(
    wells: Features,
    grid: Grid,
    model: Model = "exponential",
    nearest: Count = 48,
    same_place: Metres = 500.0,
    unstated_sd: Spread = 0.0,
) -> Kriged:
    """Convective residual of heat flow between wells by ordinary kriging.

    Parameters
    ----------
    wells : points
        Wells with columns ``convective_residual`` and ``standard_deviation``, as
        :func:`convective_residual` gives them.
    grid : GeoBox
        The run's grid.
    model : str
        Shape of the variogram.
    nearest : int
        How many of the wells nearest to each of nine points of a block count in it.
    same_place : float
        Wells within this distance of one another become one value [m].
    unstated_sd : float
        Standard deviation of wells that state none [mW m-2].

    Returns
    -------
    mean, sd, variogram
        As from :func:`kriged` [mW m-2].

    Raises
    ------
    InputError
        As :func:`kriged`.

    Notes
    -----
    See :func:`kriged`. Residuals of upflows are few, large and local: their range is short, and
    kriging says little more than where wells have met them.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> x, y = (each.ravel() for each in np.meshgrid(np.arange(6) / 4, np.arange(6) / 4))
    >>> wells = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=4326))
    >>> wells["convective_residual"] = 300 * np.exp(-((x - 1) ** 2 + (y - 1) ** 2) / 0.2)
    >>> wells.attrs["columns"] = {"convective_residual": "mW m-2"}
    >>> grid = make_grid("EPSG:4326", 0.25, (-0.125, -0.125, 1.375, 1.375))
    >>> found = kriged_residual(wells, grid)
    >>> divmod(int(np.argmax(found.mean.values)), 6)
    (1, 4)
    """
    columns = ("convective_residual", "standard_deviation")
    return _kriged(wells, columns, grid, model, nearest, same_place, unstated_sd)


@layer(status="derived", label_leak=True)
def convective_residual(
    wells: Features,
    conductive: Features,
    model: Model = "exponential",
    nearest: Count = 48,
    same_place: Metres = 500.0,
    unstated_sd: Spread = 0.0,
) -> Features:
    """Heat flow of wells above what conduction brings there.

    Parameters
    ----------
    wells : points
        Wells with a column ``heat_flow`` and, where it is known, ``standard_deviation``
        [any unit of heat flow, stated].
    conductive : points
        Wells with the same columns that only conduction is held to reach, as from
        wells.conductive; they may be some of `wells`.
    model : str
        Shape of the variogram of the conductive wells.
    nearest : int
        How many of the conductive wells nearest to a well count for it.
    same_place : float
        Wells within this distance of one another are one place; a well never tells of its own
        place what conduction brings there [m].
    unstated_sd : float
        Standard deviation of wells that state none [mW m-2].

    Returns
    -------
    points
        The wells that have a heat flow, with columns ``conductive_heat_flow``,
        ``convective_residual`` and ``standard_deviation``, that of the residual [mW m-2].

    Raises
    ------
    InputError
        As :func:`kriged`, of the conductive wells.

    Notes
    -----
    Residual = well - kriged mean of the conductive wells without those at its own place, which
    would draw it to zero. Its variance is that of the well plus that of the kriging.

    Examples
    --------
    >>> x, y = (each.ravel() for each in np.meshgrid(np.arange(6) / 4, np.arange(6) / 4))
    >>> cold = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y, crs=4326))
    >>> cold["heat_flow"] = 60 + 2 * np.sin(3 * x) * np.cos(2 * y)
    >>> hot = gpd.GeoDataFrame({"heat_flow": [400.0]}, geometry=gpd.points_from_xy([0.6], [0.6]))
    >>> hot = hot.set_crs(4326)
    >>> for wells in (cold, hot):
    ...     wells.attrs["columns"] = {"heat_flow": "mW m-2"}
    >>> convective_residual(hot, cold).convective_residual.round(-1).tolist()
    [340.0]
    """
    where = "heat_flow.convective_residual"
    columns = ("heat_flow", "standard_deviation")
    _, field, _ = _known(conductive, columns, model, same_place, unstated_sd, where)
    known, values, error = _measured(wells, columns, unstated_sd, f"{where}.wells")
    places = positions(wells, where)[known]
    with single_threaded():
        own = cKDTree(field.places).query_ball_point(places, float(chord(same_place)))
        groups = ((np.array([i]), np.array(each, dtype=int)) for i, each in enumerate(own))
        background, spread = predicted(field, places, groups, nearest)
    found = {
        "heat_flow": values,
        "conductive_heat_flow": background,
        "convective_residual": values - background,
        "standard_deviation": np.sqrt(error + spread),
    }
    residual = wells[known].assign(**found)
    units = {**wells.attrs.get("columns", {}), **dict.fromkeys(found, _UNIT)}
    residual.attrs = {**wells.attrs, "columns": units}
    return residual


def _kriged(
    wells: gpd.GeoDataFrame,
    columns: tuple[str, str],
    grid: GeoBox,
    model: Model,
    nearest: int,
    same_place: float,
    unstated_sd: float,
) -> Kriged:
    where = "heat_flow.kriged" if columns[0] == "heat_flow" else "heat_flow.kriged_residual"
    variogram, field, count = _known(wells, columns, model, same_place, unstated_sd, where)
    with single_threaded():
        record = variogram_record(variogram, field, nearest)
    record |= {"units": _UNIT, "wells": count, "left_out": len(wells) - count, "nearest": nearest}
    return Kriged(
        _by_blocks(field, grid, nearest, estimate),
        _by_blocks(field, grid, nearest, _deviation),
        record,
    )


def _known(
    wells: gpd.GeoDataFrame,
    columns: tuple[str, str],
    model: Model,
    same_place: float,
    unstated_sd: float,
    where: str,
) -> tuple[Variogram, Field, int]:
    """Variogram and field of the wells that have a value, one for each place; how many wells."""
    known, values, error = _measured(wells, columns, unstated_sd, where)
    every = positions(wells, where)[known]
    if len(every):
        cluster = clusters(every, float(chord(same_place)))
        every, values, error = combined(every, values, error, cluster)
    if len(every) < _FEWEST:
        raise InputError(
            "FEATURES_FEW", "too few places to tell how values differ with distance",
            where=where, found=str(len(every)), wanted=f"{_FEWEST} or more",
            fix="bring in wells from around, or use heat.heat_flow_by_class",
        )  # fmt: skip
    if columns[0] == "heat_flow" and np.median(values) < _LEAST_USUAL:
        warn(
            "RANGE_IMPLAUSIBLE", "half of the wells have less heat flow than any region has",
            where=where, found=f"a median of {np.median(values):.3g} {_UNIT}",
            wanted=f"some 30 to 100 {_UNIT}",
            fix="are these in W m-2? State the unit of the column",
        )  # fmt: skip
    if np.ptp(values) == 0:
        raise InputError(
            "VALUE_INVALID", f"all values of '{columns[0]}' are the same", where=where,
            found=f"{values[0]:g}", wanted="values that differ from place to place",
        )  # fmt: skip
    with single_threaded():
        variogram = fit_variogram(every, values, error, model)
    return variogram, variogram.field(every, values, error), int(known.sum())


def _measured(
    wells: gpd.GeoDataFrame, columns: tuple[str, str], unstated_sd: float, where: str
) -> tuple[Any, Floats, Floats]:
    """Which wells have a value, these values, and the variances of their errors."""
    values = frames.column(wells, columns[0], _UNIT, where)
    sd = np.full(len(values), np.nan)
    if columns[1] in wells:
        sd = frames.column(wells, columns[1], _UNIT, where)
    sd = np.where(np.isnan(sd), unstated_sd, sd)
    bad = np.isinf(values) | ~((sd >= 0) & np.isfinite(sd))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            "VALUE_INVALID", "a well has no possible value", where=where,
            found=f"{values[row]:g} with standard deviation {sd[row]:g} in row {row + 1}",
            wanted="finite values, and standard deviations of 0 or more",
        )  # fmt: skip
    known = ~np.isnan(values)
    return known, values[known], sd[known] ** 2


def _deviation(system: Solved, targets: Floats) -> Floats:
    return np.sqrt(variance(system, targets))


def _by_blocks(field: Field, grid: GeoBox, nearest: int, outcome: Any) -> xr.DataArray:
    """Lazy layer of what the neighbourhoods of blocks of cells give at their cells.

    Blocks are counted from the grid's corner, whatever tiles they are asked for by.
    """
    tree = cKDTree(field.places)

    @lru_cache(maxsize=8)  # neighbouring blocks often share their wells
    def system(members: bytes) -> Solved:
        return solved(field, np.frombuffer(members, dtype=np.int64))

    def tile(rows: slice, columns: slice, longitude: Floats, latitude: Floats) -> Floats:
        values = np.empty(longitude.shape)
        with single_threaded():
            for i, own_rows in _blocks(rows):
                for j, own_columns in _blocks(columns):
                    members = neighbours(tree, _anchors(grid, i, j), nearest)
                    part = own_rows, own_columns
                    targets = ecef(longitude[part], latitude[part])
                    found = outcome(system(members.tobytes()), targets.reshape(-1, 3))
                    values[part] = found.reshape(targets.shape[:2])
        return values

    return from_function(grid, tile, np.float32)


def _blocks(span: slice) -> list[tuple[int, slice]]:
    """First cell of each block that a tile meets, and the block's cells within the tile."""
    first = span.start // _BLOCK * _BLOCK
    ends = (
        (i, max(i, span.start), min(i + _BLOCK, span.stop)) for i in range(first, span.stop, _BLOCK)
    )
    return [(i, slice(start - span.start, stop - span.start)) for i, start, stop in ends]


def _anchors(grid: GeoBox, row: int, column: int) -> Floats:
    """Nine points of a block: corners, middles of the edges, and centre."""
    rows, columns = grid.shape.yx
    i = np.linspace(row, min(row + _BLOCK, rows), 3)[:, None]
    j = np.linspace(column, min(column + _BLOCK, columns), 3)[None, :]
    return ecef(*position(grid, i, j)).reshape(-1, 3)
