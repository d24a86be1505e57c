"""Log-ratio coordinates of compositional data, for layers and for samples.

Concentrations are parts of a whole: where one rises others must fall, so that correlations and
distances of raw parts mislead. Log-ratios go into models in their place.
"""

import operator
from collections.abc import Sequence
from functools import reduce
from typing import Annotated, Any

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from siting import frames, units
from siting.errors import InputError, PipelineError
from siting.kernels import compositional
from siting.kernels.detection import Detections
from siting.kinds import Features, Layer, Unit
from siting.layers.analyses import detected
from siting.projection import Floats
from siting.signature import layer

_MILLIGRAMS = 1e6  # per kilogram: what the parts of a sample add up to
_Part = Annotated[Layer, Unit("1")]
_Fraction = Annotated[float, Field(gt=0, le=1)]


@layer()
def clr(
    part: _Part, others: Annotated[list[_Part], Field(min_length=1)]
) -> Annotated[Layer, Unit("1")]:
    """Centred log-ratio of one part of a composition.

    Parameters
    ----------
    part : (y, x) layer
        Mass fraction of the part, such as copper in soil [1; mg kg-1, ppm and percent fit].
    others : list of (y, x) layers
        All other parts of the composition [1].

    Returns
    -------
    (y, x) layer
        Logarithm of the part over the geometric mean of all parts [1].

    Raises
    ------
    InputError
        VALUE_INVALID, when the cells are computed, where a part is zero or negative: replace what
        is below detection with :func:`zeros_replaced` first.

    Notes
    -----
    ln(x/g(x)). The coordinates of all parts add up to 0, so that a linear model needs one less,
    or :func:`balance` in their place. The result depends on which parts are in the composition.

    References
    ----------
    Aitchison (1986), The Statistical Analysis of Compositional Data, Chapman and Hall.

    Examples
    --------
    >>> attrs = {"units": "mg kg-1"}
    >>> cu, zn = (xr.DataArray([[v]], dims=("y", "x"), attrs=attrs) for v in (40.0, 10.0))
    >>> print(f"{clr(cu, others=[zn]).item():.4f}")  # ln(40/20)
    0.6931
    """
    parts = [part, *others]
    logarithms = [_logarithm(each, "compositions.clr") for each in parts]
    return logarithms[0] - reduce(operator.add, logarithms) / np.float32(len(parts))


@layer()
def balance(
    numerator: Annotated[list[_Part], Field(min_length=1)],
    denominator: Annotated[list[_Part], Field(min_length=1)],
) -> Annotated[Layer, Unit("1")]:
    """Balance of two groups of parts: one isometric log-ratio.

    Parameters
    ----------
    numerator, denominator : list of (y, x) layers
        Mass fractions of the parts of each group [1; mg kg-1, ppm and percent fit].

    Returns
    -------
    (y, x) layer
        The coordinate [1], positive where the numerator is richer than the denominator.

    Raises
    ------
    InputError
        VALUE_INVALID, when the cells are computed, where a part is zero or negative.

    Notes
    -----
    √(rs/(r + s)) ln(g(numerator)/g(denominator)) with r and s parts. The balances of a sequential
    binary partition (each group split in two until single parts are left) are orthonormal:
    distances between cells are Aitchison's. They do not change when parts are added elsewhere.

    References
    ----------
    Egozcue and Pawlowsky-Glahn (2005), Groups of parts and their balances in compositional data
    analysis, Math. Geol. 37, 795-828.

    Examples
    --------
    >>> attrs = {"units": "percent"}
    >>> cu, zn = (xr.DataArray([[v]], dims=("y", "x"), attrs=attrs) for v in (0.04, 0.01))
    >>> print(f"{balance([cu], [zn]).item():.4f}")  # ln(4)/√2
    0.9803
    """
    groups = [
        reduce(operator.add, [_logarithm(each, "compositions.balance") for each in group])
        / np.float32(len(group))
        for group in (numerator, denominator)
    ]
    r, s = len(numerator), len(denominator)
    return (groups[0] - groups[1]) * np.float32(np.sqrt(r * s / (r + s)))


def _logarithm(part: xr.DataArray, where: str) -> xr.DataArray:
    def block(cells: NDArray[Any]) -> NDArray[np.float32]:
        if (cells <= 0).any():
            raise InputError(
                "VALUE_INVALID", f"a part '{part.name}' is zero or negative in some cells",
                where=where, found=f"{int((cells <= 0).sum())} cells, least {np.nanmin(cells):g}",
                wanted="parts above 0",
                fix="replace what is below detection: compositions.zeros_replaced",
            )  # fmt: skip
        return np.asarray(np.log(cells), dtype=np.float32)

    found: xr.DataArray = xr.apply_ufunc(
        block, part, dask="parallelized", output_dtypes=[np.float32]
    )
    return found


@layer(status="derived")
def zeros_replaced(
    part: _Part,
    detection_limit: Annotated[float, Unit("1"), Field(gt=0, lt=1)],
    others: list[_Part] | None = None,
    other_limits: list[Annotated[float, Unit("1"), Field(gt=0, lt=1)]] | None = None,
    fraction: _Fraction = compositional.FRACTION,
) -> Annotated[Layer, Unit("1")]:
    """One part of a composition with a small value where it is below detection.

    Parameters
    ----------
    part : (y, x) layer
        Mass fraction [1; mg kg-1, ppm and percent fit].
    detection_limit : float
        Least mass fraction that the laboratory tells from zero [1; write ``0.5 mg/kg``].
    others : list of (y, x) layers, optional
        All other parts of the composition [1]; where one of them is replaced, this part shrinks.
    other_limits : list of float, optional
        Detection limits of the others, in the same order [1].
    fraction : float
        Share of the detection limit that stands for what is below it [1].

    Returns
    -------
    (y, x) layer
        Mass fraction [1]; NaN where any of the parts has no data.

    Raises
    ------
    PipelineError
        VALUE_INVALID where others and their limits are not as many.

    Notes
    -----
    Multiplicative replacement: δ = fraction x limit where x < limit, else x (1 - Σδ) over the
    others that are below theirs, so that ratios of measured parts stay as they are. The result is
    assumed where it is replaced; with many such cells a model learns the detection limit.

    References
    ----------
    Martin-Fernandez, Barcelo-Vidal and Pawlowsky-Glahn (2003), Math. Geol. 35, 253-278 (65 % of
    the limit).

    Examples
    --------
    >>> gold = xr.DataArray([[0.0, 20.0]], dims=("y", "x"), attrs={"units": "ug kg-1"})
    >>> (zeros_replaced(gold, "2 ug/kg") * 1e9).values.round(2).tolist()
    [[1.3, 20.0]]
    """
    given, limits = others or [], other_limits or []
    if len(given) != len(limits):
        raise PipelineError(
            "VALUE_INVALID", "each of the others needs its detection limit",
            where="compositions.zeros_replaced.other_limits", found=f"{len(limits)} limits",
            wanted=f"{len(given)}, one for each of others",
        )  # fmt: skip
    added = [
        (each < limit).astype(np.float32) * np.float32(fraction * limit)
        for each, limit in zip(given, limits, strict=True)
    ]
    kept = part * (1 - reduce(operator.add, added)) if added else part
    found = kept.where(~(part < detection_limit), np.float32(fraction * detection_limit))
    known = reduce(operator.and_, [each.notnull() for each in [part, *given]])
    return found.where(known)


@layer()
def clr_columns(
    samples: Features,
    columns: Annotated[list[str], Field(min_length=2)],
    detection_limits: dict[str, Annotated[float, Unit("mg kg-1"), Field(gt=0)]] | None = None,
    fraction: _Fraction = compositional.FRACTION,
) -> Features:
    """Samples with the centred log-ratios of their parts as columns.

    Parameters
    ----------
    samples : features
        Samples of soil, sediment, rock or water.
    columns : list of str
        Columns with the parts of the composition [mg kg-1, ppm or percent, as each says]. A cell
        holds a number, ``<0.5`` below detection, or nothing where it was not analysed.
    detection_limits : dict of str to float, optional
        Limits by column, for zeros and for ``bdl`` [mg kg-1].
    fraction : float
        Share of the detection limit that stands for what is below it [1].

    Returns
    -------
    features
        The samples with a column ``clr_`` for each part [1]; without value where a part was not
        analysed.

    Raises
    ------
    InputError
        COLUMN_MISSING, COLUMN_TAKEN; VALUE_INVALID for a cell that is no concentration, or one
        below a detection limit that is not told.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE: amounts per litre are no parts of a whole.

    Examples
    --------
    >>> soils = gpd.GeoDataFrame(
    ...     {"Cu": ["40", "<2"], "Zn": [10.0, 1.3]}, geometry=gpd.points_from_xy([0, 1], [0, 0])
    ... )
    >>> soils.attrs["columns"] = {"Cu": "mg kg-1", "Zn": "mg kg-1"}
    >>> clr_columns(soils, columns=["Cu", "Zn"])[["clr_Cu"]].round(4).values.tolist()
    [[0.6931], [0.0]]
    """
    where = "compositions.clr_columns"
    parts = _parts(samples, columns, detection_limits or {}, fraction, where)
    told = [f"logarithm of {name} over the geometric mean of the parts" for name in columns]
    names = [f"clr_{name}" for name in columns]
    return _with(samples, names, compositional.clr(parts), told, where)


@layer()
def ilr_columns(
    samples: Features,
    columns: Annotated[list[str], Field(min_length=2)],
    partition: list[list[Annotated[int, Field(ge=-1, le=1)]]] | None = None,
    detection_limits: dict[str, Annotated[float, Unit("mg kg-1"), Field(gt=0)]] | None = None,
    fraction: _Fraction = compositional.FRACTION,
) -> Features:
    """Samples with isometric log-ratios of their parts as columns.

    Parameters
    ----------
    samples : features
        Samples of soil, sediment, rock or water.
    columns : list of str
        Columns with the parts of the composition, as in :func:`clr_columns`.
    partition : list of list of int, optional
        A sequential binary partition: one row a balance, with 1 for each part in its numerator,
        -1 in its denominator and 0 in neither, in the order of the columns. Without it, the first
        k parts are balanced against the next one (Helmert's basis).
    detection_limits : dict of str to float, optional
        Limits by column, for zeros and for ``bdl`` [mg kg-1].
    fraction : float
        Share of the detection limit that stands for what is below it [1].

    Returns
    -------
    features
        The samples with columns ``ilr_1``, ``ilr_2`` ... [1], one less than parts; their
        Euclidean distances are Aitchison's.

    Raises
    ------
    PipelineError
        VALUE_INVALID where the partition is no sequential binary one.
    InputError
        COLUMN_MISSING, COLUMN_TAKEN, VALUE_INVALID, as in :func:`clr_columns`.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Examples
    --------
    >>> soils = gpd.GeoDataFrame(
    ...     {"Cu": [40.0], "Zn": [10.0]}, geometry=gpd.points_from_xy([0], [0])
    ... )
    >>> soils.attrs["columns"] = {"Cu": "mg kg-1", "Zn": "mg kg-1"}
    >>> ilr_columns(soils, columns=["Cu", "Zn"])["ilr_1"].round(4).tolist()
    [0.9803]
    """
    where = "compositions.ilr_columns"
    basis = _basis(partition, len(columns), where)
    parts = _parts(samples, columns, detection_limits or {}, fraction, where)
    told = [_described(row, columns) for row in basis]
    names = [f"ilr_{number}" for number in range(1, len(columns))]
    return _with(samples, names, compositional.ilr(parts, basis), told, where)


@layer()
def parts_from_ilr(
    samples: Features,
    coordinates: Annotated[list[str], Field(min_length=1)],
    columns: Annotated[list[str], Field(min_length=2)],
    partition: list[list[Annotated[int, Field(ge=-1, le=1)]]] | None = None,
) -> Features:
    """Samples with the parts that their isometric log-ratios stand for.

    Parameters
    ----------
    samples : features
        Samples with isometric log-ratios, made by :func:`ilr_columns` or predicted.
    coordinates : list of str
        Columns with the log-ratios, in the order that they were made [1].
    columns : list of str
        Names for the parts, in the order that the coordinates were made with.
    partition : list of list of int, optional
        The partition that they were made with.

    Returns
    -------
    features
        The samples with a column ``part_`` for each part, adding up to 1 [1].

    Raises
    ------
    PipelineError
        VALUE_INVALID where the partition is no sequential binary one, or coordinates are not one
        less than parts.
    InputError
        COLUMN_MISSING, COLUMN_TAKEN.

    Examples
    --------
    >>> soils = gpd.GeoDataFrame({"ilr_1": [0.98026]}, geometry=gpd.points_from_xy([0], [0]))
    >>> soils.attrs["columns"] = {"ilr_1": "1"}
    >>> found = parts_from_ilr(soils, coordinates=["ilr_1"], columns=["Cu", "Zn"])
    >>> found[["part_Cu", "part_Zn"]].round(4).values.tolist()
    [[0.8, 0.2]]
    """
    where = "compositions.parts_from_ilr"
    basis = _basis(partition, len(columns), where)
    if len(coordinates) != len(columns) - 1:
        raise PipelineError(
            "VALUE_INVALID", "there is one coordinate less than parts",
            where=f"{where}.coordinates", found=f"{len(coordinates)} for {len(columns)} parts",
            wanted=str(len(columns) - 1),
        )  # fmt: skip
    given = np.stack(
        [frames.column(samples, name, "1", f"{where}.samples") for name in coordinates], axis=-1
    )
    told = [f"share of {name} in the composition" for name in columns]
    parts = compositional.ilr_inverse(given, basis)
    return _with(samples, [f"part_{name}" for name in columns], parts, told, where)


def _basis(partition: list[list[int]] | None, count: int, where: str) -> Floats:
    if partition is None:
        return compositional.helmert_basis(count)
    try:
        return compositional.partition_basis(np.array(partition, dtype=np.int64))
    except ValueError as error:
        raise PipelineError(
            "VALUE_INVALID", "this is no sequential binary partition", where=f"{where}.partition",
            found=str(partition), wanted=f"{count - 1} rows of {count} signs: {error}",
            fix="split all parts into 1 and -1, then each group again, until single parts are left",
        ) from None  # fmt: skip


def _described(row: Floats, columns: Sequence[str]) -> str:
    above, below = (
        ", ".join(name for name, weight in zip(columns, sign * row, strict=True) if weight > 0)
        for sign in (1, -1)
    )
    return f"balance of {above} against {below}"


def _parts(
    samples: gpd.GeoDataFrame,
    columns: Sequence[str],
    limits: dict[str, float],
    fraction: float,
    where: str,
) -> Floats:
    """Parts [mg/kg] of shape (samples, columns), with those below detection replaced."""
    read = [_detected(samples, name, f"{where}.samples") for name in columns]
    small = [
        _limit(each, limits.get(name), name, f"{where}.detection_limits")
        for name, each in zip(columns, read, strict=True)
    ]
    values = np.stack([np.where(each.below, 0.0, each.values) for each in read], axis=-1)
    replacements = fraction * np.stack(small, axis=-1)
    return compositional.multiplicative_replacement(values, replacements, _MILLIGRAMS)


def _detected(samples: gpd.GeoDataFrame, name: str, where: str) -> Detections:
    read, unit = detected(samples, name, negative=False, where=where)
    factor = float(units.convert(1.0, unit, "mg kg-1"))
    return Detections(read.values * factor, read.below, read.limits * factor)


def _limit(read: Detections, limit: float | None, name: str, where: str) -> Floats:
    """Detection limit of each sample [mg/kg]: the one in its cell, else the one of the column."""
    found = np.where(np.isnan(read.limits), np.nan if limit is None else limit, read.limits)
    if (rows := np.flatnonzero(read.below & np.isnan(found))).size:
        raise InputError(
            "VALUE_INVALID", f"'{name}' is below a detection limit that is not told", where=where,
            found=f"{rows.size} rows, first row {rows[0] + 1}", wanted="a limit for the column",
            fix=f"detection_limits: {{{name}: 0.5 mg/kg}}",
        )  # fmt: skip
    return np.nan_to_num(found)


def _with(
    samples: gpd.GeoDataFrame, names: list[str], values: Floats, told: list[str], where: str
) -> gpd.GeoDataFrame:
    if taken := [name for name in names if name in samples]:
        raise InputError(
            "COLUMN_TAKEN", "the samples have columns with the names of results",
            where=f"{where}.samples", found=", ".join(taken), wanted="other names",
            fix="rename these columns",
        )  # fmt: skip
    result = samples.assign(**dict(zip(names, values.T, strict=True)))
    described = {n: {"units": "1", "description": t} for n, t in zip(names, told, strict=True)}
    result.attrs = {**samples.attrs, "columns": {**samples.attrs.get("columns", {}), **described}}
    return result
