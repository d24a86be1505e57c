"""What labels say of presence and absence, in whatever words, and features that know it."""

from collections.abc import Mapping
from math import comb
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import frames
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.wording import counted

_FIELDS, _OTHERS = 5, 50  # samples of both classes from which on a good feature is no accident
_PERFECT = 0.99  # area under the curve
_ACCIDENT = 1e-3  # chance that one of the features orders fewer samples perfectly without meaning
_NEIGHBOURS = 4  # of either class: fewer may lie in one corner, where any smooth layer is highest
_VALUES = 3  # that a feature has at least where another with the same ones is a copy of it


def assumed_target(labels: gpd.GeoDataFrame, where: str) -> str | None:
    """A column that tells presences from absences, though nothing names it: none are fields."""
    column = frames.label_column(labels)
    if column is not None:
        warn(
            "TARGET_ASSUMED",
            f"the column '{column}' is taken to tell presences from absences",
            where=where,
            fix=f"say so with `target: {column}`, or rename the column",
            severity="note",
        )
    return column


def with_presence(labels: gpd.GeoDataFrame, target: str | None, where: str) -> gpd.GeoDataFrame:
    """Labels with 1, 0 and NaN in the column of the target, whatever words it has."""
    if target is None or target not in labels:
        return labels
    values = frames.presence(labels, target, where)
    found: gpd.GeoDataFrame = labels.assign(**{target: values})
    found.attrs = dict(labels.attrs)
    return found


def check_absences(frame: pd.DataFrame, target: str | None, where: str) -> None:
    """Refuse a column of presences and absences that holds one of the two only."""
    if target is None or frame.target.nunique() > 1:
        return
    only = "presences" if (frame.target == 1).all() else "absences"
    raise InputError(
        "TOO_FEW_POSITIVES",
        f"the column '{target}' holds {only} only: it tells nothing apart",
        where=where,
        found=counted(len(frame), only.removesuffix("s")),
        wanted="presences and absences",
        fix="leave `target` out to learn presences against the background"
        if only == "presences"
        else "add known fields",
    )


def unit_of(labels: gpd.GeoDataFrame, target: str, where: str) -> str:
    """Unit of the quantity in a column of the labels.

    Raises
    ------
    UnitsError
        UNITS_MISSING, UNITS_CONFLICT, and whatever :func:`siting.frames.column` raises.
    """
    entry = labels.attrs.get("columns", {}).get(target)
    unit = entry.get("units") if isinstance(entry, Mapping) else entry
    if unit is None:
        raise UnitsError(
            "UNITS_MISSING",
            f"the column '{target}' has no units",
            where=where,
            wanted="the unit of what is learned; 1 for a plain number",
            fix=f"add `columns: {{{target}: UNIT}}` to the source",
        )
    frames.column(labels, target, str(unit), where)  # for its checks
    return str(unit)


def tell_perfect(X: pd.DataFrame, y: NDArray[Any], where: str) -> None:
    """A finding for features that alone tell all presences from all absences, and for copies.

    Such a feature is nearly always made from the labels themselves: the distance to them, the
    number of a well, a map drawn around known fields. Of few samples it must order all, and so
    many that no more than one of a thousand such tables would have it by chance.
    """
    tell_copies(X, where)
    # Background drawn from the cell of a field is that field again.
    apart = (y == 1) | ~pd.MultiIndex.from_frame(X).isin(pd.MultiIndex.from_frame(X[y == 1]))
    positive, other = int((y[apart] == 1).sum()), int((y[apart] == 0).sum())
    least = _PERFECT if positive >= _FIELDS and other >= _OTHERS else 1.0
    # The number of tables may be too large for a float, but not to be compared with one.
    by_chance = comb(positive + other, positive) < 2 * X.shape[1] / _ACCIDENT
    if least == 1.0 and (by_chance or min(positive, other) < _NEIGHBOURS):
        return
    found = _areas(X[apart], y[apart])
    perfect = [name for name, area in found.items() if max(area, 1 - area) >= least]
    if perfect:
        warn(
            "FEATURE_LEAK",
            "a feature alone tells nearly every label from the rest: is it made from the labels?",
            where=where,
            found=", ".join(f"{name}: AUC {found[name]:.4f}" for name in perfect),
            fix="leave it out, and mark what it is made of with `label_leak: true`",
        )


def _areas(X: pd.DataFrame, y: NDArray[Any]) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    return {str(name): float(roc_auc_score(y, values)) for name, values in X.items()}


def tell_copies(X: pd.DataFrame, where: str) -> None:
    """A finding for features that have the same value as another one at every sample.

    Features of two values are left alone: of these, two may agree and be no copies.

    Examples
    --------
    >>> from siting.findings import collect
    >>> heat = np.arange(10.0)
    >>> with collect() as found:
    ...     tell_copies(pd.DataFrame({"heat": heat, "again": heat, "near": -heat}), "known")
    >>> found[0].found
    'again is heat'
    """
    first: dict[bytes, str] = {}
    copies = []
    for name, values in X.items():
        cells = values.to_numpy(dtype=np.float64) + 0.0  # -0.0 is 0.0
        if len(np.unique(cells)) < _VALUES:
            continue
        original = first.setdefault(cells.tobytes(), str(name))
        if original != str(name):
            copies.append(f"{name} is {original}")
    if copies:
        warn(
            "FEATURES_REPEATED",
            "features have the same value as another one at every sample",
            where=where,
            found=", ".join(copies),
            fix="leave the copies out: they count twice in distances and evidence, and share "
            "their importance",
        )
