"""Which step of further dimensions is read: one of time, all of time, one of an ensemble."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from siting.errors import InputError
from siting.io.coordinates import Axes
from siting.io.source import Part, refuse_time
from siting.io.time_axis import TimeAxis, is_time, time_axis
from siting.io.time_checks import check_order, check_seasons, check_steps


class Steps(NamedTuple):
    """Steps of further dimensions that are read.

    Parameters
    ----------
    fixed : dict
        The one step of each dimension that is not taken together.
    time : str
        The dimension that is taken together; empty where none is.
    axis : TimeAxis or None
        Its steps that count.
    first : int
        Number of the first of them in the file.
    """

    fixed: dict[str, int]
    time: str = ""
    axis: TimeAxis | None = None
    first: int = 0


def steps_of(dataset: xr.Dataset, array: xr.DataArray, axes: Axes, part: Part, path: Path) -> Steps:
    """The steps to read along each further dimension.

    Raises
    ------
    InputError
        DIMENSION_AMBIGUOUS, BAND_MISSING, TIME_MISSING, TIME_DUPLICATE, TIME_NOT_MONOTONIC and
        the like.
    """
    others = [str(dim) for dim in array.dims if dim not in axes]
    times = [dim for dim in others if is_time(array, dim)]
    taken = ""
    if part.over_time is not None:
        if not times:
            _refuse_other_dimensions(array, others, part, path)
        taken = max(times, key=lambda dim: array.sizes[dim])
    elif part.time_range is not None:
        raise InputError(
            "TIME_MISSING", "a time range does not say what of its steps is taken",
            where=f"{path}: {array.name}", fix="add `over_time: mean`",
        )  # fmt: skip
    left = [dim for dim in others if dim != taken]
    fixed = _fixed(array, left, part.band, path)
    for dim in left:
        if array.sizes[dim] > 1:
            _check_one(dataset, array, dim, path)
    if not taken:
        return Steps(fixed)
    axis, first = _together(dataset, taken, part, f"{path}: {taken}")
    return Steps(fixed, taken, axis, first)


def _refuse_other_dimensions(
    array: xr.DataArray, others: list[str], part: Part, path: Path
) -> None:
    long = [f"{dim} ({array.sizes[dim]})" for dim in others if array.sizes[dim] > 1]
    if not long:
        refuse_time(path, part)
    raise InputError(
        "TIME_MISSING",
        "the variable has a further dimension, but it is not time",
        where=f"{path}: {array.name}",
        found=", ".join(long),
        wanted="a dimension with units such as 'hours since 2020-01-01'",
        fix="name one step with `band:`, or write the time axis by the CF conventions",
    )


def _fixed(array: xr.DataArray, dims: list[str], band: int | None, path: Path) -> dict[str, int]:
    long = [dim for dim in dims if array.sizes[dim] > 1]
    if len(long) > 1 or (long and band is None):
        raise InputError(
            "DIMENSION_AMBIGUOUS",
            "the variable has more than rows and columns",
            where=f"{path}: {array.name}",
            found=", ".join(f"{dim} ({array.sizes[dim]})" for dim in long),
            wanted="one step of one further dimension, or what of all steps of time",
            fix=_advice(array, long),
        )
    if long and band is not None and not 1 <= band <= array.sizes[long[0]]:
        raise InputError(
            "BAND_MISSING",
            f"there is no such step of {long[0]}",
            where=f"{path}: {array.name}",
            found=f"band {band}",
            wanted=f"1 to {array.sizes[long[0]]}",
        )
    return {dim: (band or 1) - 1 if dim in long else 0 for dim in dims}


def _advice(array: xr.DataArray, long: list[str]) -> str:
    if "expver" in long:
        return "merge final and preliminary ERA5 (expver 1 and 5) into one variable first"
    time = [dim for dim in long if is_time(array, dim)]
    if len(long) == 1 and time:
        return "add `over_time: mean` (or minimum, maximum), or name one step with `band:`"
    if len(long) == 2 and time:
        other = next(dim for dim in long if dim not in time)
        return f"add `over_time: mean` for time, and `band:` for the step of {other}"
    return "name the step, from 1, with `band:`" if len(long) == 1 else "cut a slice first"


def _check_one(dataset: xr.Dataset, array: xr.DataArray, dim: str, path: Path) -> None:
    """Check the steps of a dimension of which one is read."""
    where = f"{path}: {dim}"
    if dim not in array.coords or array.coords[dim].dtype.kind not in "iuf":
        return
    if " since " in str(array.coords[dim].attrs.get("units", "")):
        check_steps(time_axis(dataset, dim, where), together=False)
        return
    check_order(np.asarray(array.coords[dim].values, dtype=float), where, "STEP")


def _together(dataset: xr.Dataset, dim: str, part: Part, where: str) -> tuple[TimeAxis, int]:
    """The steps of time that are taken together, and the number of the first."""
    axis, first = time_axis(dataset, dim, where), 0
    check_order(axis.seconds, where)
    if part.time_range is not None:
        cut = axis.within(*part.time_range)
        axis, first = axis.cut(cut), cut.start
    check_steps(axis, together=True)
    if part.over_time == "mean":
        check_seasons(axis, chosen=part.time_range is not None)
    return axis, first
