"""What labels say of presence and absence, in whatever words, and features that know it."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
from numpy.typing import NDArray

from siting import frames
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.wording import counted

_FIELDS, _OTHERS = 5, 50  # samples of both classes from which on a perfect feature is no accident
_PERFECT = 0.99  # area under the curve


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
    """A finding for features that alone tell all presences from all absences.

    Such a feature is nearly always made from the labels themselves: the distance to them, the
    number of a well, a map drawn around known fields.
    """
    from sklearn.metrics import roc_auc_score

    # Background drawn from the cell of a field is that field again.
    apart = (y == 1) | ~pd.MultiIndex.from_frame(X).isin(pd.MultiIndex.from_frame(X[y == 1]))
    if (y[apart] == 1).sum() < _FIELDS or (y[apart] == 0).sum() < _OTHERS:
        return
    found = {str(name): float(roc_auc_score(y[apart], values[apart])) for name, values in X.items()}
    perfect = [name for name, auc in found.items() if max(auc, 1 - auc) > _PERFECT]
    if perfect:
        warn(
            "FEATURE_LEAK",
            "a feature alone tells nearly every label from the rest: is it made from the labels?",
            where=where,
            found=", ".join(f"{name}: AUC {found[name]:.4f}" for name in perfect),
            fix="leave it out, and mark what it is made of with `label_leak: true`",
        )
