"""What is said of labels: those left out or moved, those that contradict one another."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from odc.geo.geobox import GeoBox

from siting.errors import InputError
from siting.findings import warn
from siting.proximity import cell_side
from siting.wording import counted

_DECIMALS = 5  # of a degree, about a metre: places that are one and the same
_MANY = 5  # labels whose coordinates are all rounded by no accident
_DEGREE = 111_000.0  # m


def tell(record: dict[str, Any], slips: Mapping[str, bool]) -> None:
    """Findings for labels left out or moved; an error where none is left.

    Parameters
    ----------
    record : dict
        Counts and names of the labels.
    slips : mapping
        Whether most labels would lie in the domain if they were ``swapped`` or ``mirrored``.

    Raises
    ------
    InputError
        SITES_OUTSIDE, LATLON_SWAPPED, TOO_FEW_POSITIVES.
    """
    where, outside = record["name"], record["outside_names"]
    if not record["used"]:
        raise _none_outside(record, slips) if outside else _none_left(record)
    if outside:
        message = f"{counted(len(outside), 'label')} outside the grid or the domain left out"
        warn("SITES_OUTSIDE", message, where=where, found=shortened(outside), fix=_advice(slips))
    if record["moved_names"]:
        moved = record["moved_names"]
        count = counted(len(moved), "label")
        message = f"{count} taken to the nearest cell of the domain, next to its own"
        warn("SITES_MOVED", message, where=where, found=shortened(moved), severity="note")
    if record["left_out_unverified"]:
        count = counted(record["left_out_unverified"], "label is", "labels are")
        message = f"{count} unverified and left out"
        warn("LABELS_UNVERIFIED", message, where=where, severity="note")
    if record["left_out_unknown"]:
        count = counted(record["left_out_unknown"], "label is", "labels are")
        warn(
            "LABELS_UNKNOWN",
            f"{count} left out, without a value to learn",
            where=where,
            found=shortened(record["unknown_names"]),
            fix="fill in the column, or remove these rows",
        )


def _none_left(record: Mapping[str, Any]) -> InputError:
    return InputError(
        "TOO_FEW_POSITIVES",
        "no label is left to learn from",
        where=record["name"],
        found=f"{record['left_out_unverified']} unverified, "
        f"{record['left_out_unknown']} without a value",
        fix="verify labels, or fill in their values",
    )


def _none_outside(record: Mapping[str, Any], slips: Mapping[str, bool]) -> InputError:
    swapped = slips["swapped"]
    return InputError(
        "LATLON_SWAPPED" if swapped else "SITES_OUTSIDE",
        "every label lies outside the grid, but would lie in it with longitude for latitude"
        if swapped
        else "every label lies outside the grid or the domain",
        where=record["name"],
        found=shortened(record["outside_names"]),
        wanted="places in the domain of the grid",
        fix=_advice(slips),
    )


def _advice(slips: Mapping[str, bool]) -> str:
    if slips["swapped"]:
        return "name the columns the other way round"
    if slips["mirrored"]:
        return "longitudes west of Greenwich are negative: with the other sign they lie inside"
    return "correct or remove these rows, or widen the bounds of the grid"


def shortened(names: Sequence[str], most: int = 10) -> str:
    """Names in one line, the first ten of them where there are more.

    Examples
    --------
    >>> shortened(["Coso", "Larderello", "Ngawha"], most=2)
    'Coso, Larderello and 1 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def check_conflict(frame: pd.DataFrame, target: str | None, name: str) -> None:
    """Refuse one and the same place labelled with two values; report such cells.

    Raises
    ------
    InputError
        LABEL_CONFLICT.
    """
    if target is None:
        return
    place = [frame.longitude.round(_DECIMALS), frame.latitude.round(_DECIMALS)]
    same = frame.groupby(place).target.transform("nunique") > 1
    if same.any():
        raise InputError(
            "LABEL_CONFLICT",
            f"the same place has two values of '{target}'",
            where=name,
            found=shortened(frame.name[same].tolist()),
            wanted="one value for each place",
            fix="keep one row for each place",
        )
    if not frame.target.isin([0.0, 1.0]).all():
        return
    mixed = frame.groupby(["row", "column"]).target.transform("nunique") > 1
    if mixed.any():
        cells = frame[mixed].groupby(["row", "column"]).ngroups
        warn(
            "LABEL_CONFLICT",
            f"{counted(cells, 'cell holds', 'cells hold')} presences and absences together, "
            "which the layers cannot tell apart",
            where=name,
            found=shortened(frame.name[mixed].tolist()),
            fix="make the grid finer, or keep one label for each cell",
        )


def tell_repeated(frame: pd.DataFrame, name: str) -> None:
    """A note for labels at one and the same place: they are one group, and each counts."""
    place = [frame.longitude.round(_DECIMALS), frame.latitude.round(_DECIMALS)]
    repeated = frame.groupby(place).label.transform("size") > 1
    if repeated.any():
        warn(
            "ROW_DUPLICATE",
            f"{counted(repeated.sum(), 'label')} share their place with another: each counts",
            where=name,
            found=shortened(frame.name[repeated].tolist()),
            fix="keep one row for each place, or give each its part of the weight",
            severity="note",
        )


def check_classes(X: pd.DataFrame, y: NDArray[np.int64], where: str) -> None:
    """Refuse samples of one class, or with positives of one field alone.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES.
    """
    groups = X.index[y == 1].get_level_values("group").nunique()
    if groups < 2 or (y == 1).all():
        raise InputError(
            "TOO_FEW_POSITIVES",
            "a classifier needs two known fields at least, and something to tell them from",
            where=where,
            found=f"{counted(groups, 'field')} in {counted((y == 1).sum(), 'label')}, "
            f"{counted((y == 0).sum(), 'other sample')}",
            fix="add labels, or set `background` above 0",
        )


def check_varied(X: pd.DataFrame, y: NDArray[np.float64], where: str) -> None:
    """Refuse a quantity that is known at fewer than three places, or the same at all.

    Raises
    ------
    InputError
        TOO_FEW_POSITIVES.
    """
    groups = X.index.get_level_values("group").nunique()
    if groups < 3 or np.ptp(y) == 0:
        raise InputError(
            "TOO_FEW_POSITIVES",
            "a regressor needs three places at least, with different values",
            where=where,
            found=counted(groups, "place"),
        )


def tell_rounded(frame: pd.DataFrame, grid: GeoBox, name: str) -> None:
    """A finding for places that are rounded to steps of more than two cells."""
    places = frame[["longitude", "latitude"]].to_numpy()
    if len(places) < _MANY or np.ptp(places, axis=0).min() == 0:
        return
    for step in (0.5, 0.1, 0.01):
        rounded = np.abs(places / step - np.round(places / step)).max() < 1e-6
        whole = (places % 1 == 0).all()  # of which the reader has told
        if rounded and not whole and step * _DEGREE > 2 * cell_side(grid):
            warn(
                "COORD_ROUNDED",
                "the coordinates of all labels are rounded to steps of more than two cells",
                where=name,
                found=f"steps of {step:g} degree",
                wanted=f"places known to {cell_side(grid) / 1000:.3g} km, the side of a cell",
                fix="use the coordinates as they were measured, or a coarser grid",
            )
            return
