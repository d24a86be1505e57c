"""Hold-out by date: learn from what was known before a day, be tested by what was found after."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siting.errors import InputError
from siting.findings import warn
from siting.kinds import Splitter
from siting.scoring.placed_folds import LEFT_OUT, Floats, Integers, PlacedFolds, unit_vectors
from siting.wording import counted

TRAINED = -1  # fold of what is trained on and never tested
_FIRST, _LAST = 1500, 2200  # years that something can have been found in
# A year, alone, as a decade (1980s), or with the two digits of another (1980-99; 1980-06 is June).
_YEAR = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)(s\b|\s?[-–/](?:1[3-9]|[2-9]\d)(?!\d))?")
_STILL = re.compile(r"\b(present|ongoing|today|now|current|continuing)\b", re.IGNORECASE)


@dataclass(frozen=True)
class DatedFolds(PlacedFolds):
    """One split at a date; see ``folds.discovered_before``."""

    column: str
    date: str
    timeless: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a table of skills calls these folds."""
        return f"{self.column} from {self.date} on"

    @property
    def cut(self) -> pd.Timestamp:
        """The date as a point in time."""
        return parsed([self.date], "folds.discovered_before.date").iloc[0]

    def _fold_of(self, samples: pd.DataFrame, weight: Floats) -> Integers:
        first = _dates(samples, weight, self.column)
        last = _dates(samples, weight, self.column, is_last=True)
        # A year alone may be before the date and after it: taught or tested, it could leak.
        unsure = (first < self.cut) & (last >= self.cut)
        _tell_unsure(samples, unsure, self)
        fold = np.where(first >= self.cut, 0, TRAINED)
        fold = np.where(first.isna() | unsure, LEFT_OUT, fold)
        _check_classes(fold, weight, self.date)
        return np.asarray(fold, dtype=np.int64)


def parsed(texts: list[str], where: str, *, is_last: bool = False) -> "pd.Series[pd.Timestamp]":
    """Dates from texts such as ``1985`` or ``1985-06-30``; a year alone is its first or last day.

    Raises
    ------
    InputError
        VALUE_INVALID, with the first text that is no date.

    Examples
    --------
    >>> parsed(["1985", "1990-06-30", "2001.0", ""], "sites").dt.year.tolist()
    [1985.0, 1990.0, 2001.0, nan]
    """
    plain = [re.sub(r"\.0$", "", str(each).strip()) for each in texts]
    day = "12-31" if is_last else "01-01"
    blank = np.array([each.lower() in ("", "nan", "nat", "none") for each in plain])
    full = [f"{each}-{day}" if re.fullmatch(r"\d{4}", each) else each for each in plain]
    found = pd.to_datetime(
        pd.Series(full, dtype=object).where(~blank), format="ISO8601", errors="coerce"
    )
    months = np.array([bool(re.fullmatch(r"\d{4}-\d{2}", each)) for each in plain])
    if is_last and months.any():
        found = found.where(~months, found + pd.offsets.MonthEnd(0))
    known = found.dt.year.between(_FIRST, _LAST)
    wrong = np.flatnonzero(~known & ~blank)
    if wrong.size:
        raise InputError(
            "VALUE_INVALID",
            "not a date",
            where=where,
            found=plain[wrong[0]],
            wanted=f"a year from {_FIRST} to {_LAST}, a date such as 1985-06-30, or nothing",
        )
    return found.dt.tz_localize(None) if found.dt.tz is not None else found


def _dates(
    samples: pd.DataFrame, weight: Floats, column: str, *, is_last: bool = False
) -> "pd.Series[pd.Timestamp]":
    """Date of each sample's group: its earliest, or that of the nearest dated group.

    A group without a date that has a positive stays without one, and is told.
    """
    where = f"folds.discovered_before: {column}"
    own = parsed(samples.region.astype(str).tolist(), where, is_last=is_last)
    group = samples.group.to_numpy()
    earliest = own.groupby(group).transform("min")
    positive = pd.Series(weight).groupby(group).transform("max") > 0
    unknown = (earliest.isna() & positive).to_numpy()
    if earliest.isna().all():
        raise InputError(
            "VALUE_MISSING",
            "no sample has a date",
            where=f"folds.discovered_before: {column}",
            wanted="the date of discovery of each label, in the column of regions",
            fix=f"make the training table with region='{column}'",
        )
    if unknown.any():
        warn(
            "LABELS_UNKNOWN",
            f"{counted(len(np.unique(group[unknown])), 'label is', 'labels are')} left out of a "
            "hold-out by date, since nobody says when they were found",
            where=f"folds.discovered_before: {column}",
            fix="fill in the column, or leave these rows out",
        )
    return _with_nearest(earliest, samples, ~unknown)


def _tell_unsure(samples: pd.DataFrame, unsure: "pd.Series[bool]", folds: DatedFolds) -> None:
    """A finding for groups that may have been found before the date as well as after it."""
    if unsure.any():
        count = len(np.unique(samples.group.to_numpy()[unsure.to_numpy()]))
        warn(
            "LABELS_UNKNOWN",
            f"{counted(count, 'label is', 'labels are')} left out of a hold-out by date, since a "
            f"year or a month does not tell whether it is before {folds.date}",
            where=f"folds.discovered_before: {folds.column}",
            fix="hold out from the first day of a year, or fill in full dates",
        )


def _with_nearest(
    dates: "pd.Series[pd.Timestamp]",
    samples: pd.DataFrame,
    fill: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
) -> "pd.Series[pd.Timestamp]":
    """Dates with those that are missing taken from the nearest sample that has one."""
    points = unit_vectors(samples.longitude.to_numpy(), samples.latitude.to_numpy())
    dated = dates.notna().to_numpy()
    missing = ~dated & fill
    nearest = cKDTree(points[dated]).query(points[missing])[1]
    filled = dates.to_numpy(copy=True)
    filled[missing] = filled[dated][nearest]
    return pd.Series(filled)


def _check_classes(fold: Integers, weight: Floats, date: str) -> None:
    """Both classes must be found before the date and after it."""
    if not weight.any():
        return
    for number, told in ((TRAINED, "before"), (0, "from")):
        positive = int(weight[fold == number].sum())
        other = int((fold == number).sum()) - positive
        if not positive or not other:
            raise InputError(
                "FOLDS_EMPTY",
                f"there is one class only {told} {date} on" if told == "from" else
                f"there is one class only before {date}",
                where="folds.discovered_before",
                found=f"{counted(positive, 'positive')}, {counted(other, 'other sample')}",
                fix="choose a date with known and later finds on both sides",
            )  # fmt: skip


def check_vintages(vintages: Mapping[str, str], folds: Splitter | None) -> None:
    """Refuse features that are younger than the date of a hold-out by date.

    Parameters
    ----------
    vintages : mapping
        Vintage of each feature, as its marks have it: text with years in it.
    folds : Splitter, optional
        Folds; nothing is checked for those that know no date.

    Raises
    ------
    InputError
        LAYER_YOUNGER.

    Notes
    -----
    What was mapped after a find may show the find: the well, the plant, the survey that it drew.
    The year of the date itself counts as younger; of a span (1980s, 1980-99, 1980 to present) its
    end counts.

    Examples
    --------
    >>> check_vintages({"gravity": "1978; 1985"}, DatedFolds("found", "1990"))
    >>> check_vintages({"wells": "2003"}, DatedFolds("found", "1990"))
    Traceback (most recent call last):
    siting.errors.InputError: LAYER_YOUNGER: a feature is younger than the date that it is tested by
      where:  wells
      found:  2003
      wanted: a vintage before 1990
      fix:    use an older edition, or name it under `timeless` if no find can show in it
    """
    if not isinstance(folds, DatedFolds):
        return
    known = {name: text for name, text in vintages.items() if name not in folds.timeless}
    years = {name: _years(text) for name, text in known.items()}
    for name, found in years.items():
        if found and max(found) >= folds.cut.year:
            raise InputError(
                "LAYER_YOUNGER",
                "a feature is younger than the date that it is tested by",
                where=name,
                found=known[name],
                wanted=f"a vintage before {folds.cut.year}",
                fix="use an older edition, or name it under `timeless` if no find can show in it",
            )
    unknown = [name for name, found in years.items() if not found]
    if unknown:
        warn(
            "LAYER_YOUNGER",
            "features do not say when they were made, so they may show later finds",
            where=", ".join(unknown),
            wanted=f"a vintage before {folds.cut.year}",
            fix="state `vintage:` of the source, or name them under `timeless`",
        )


def _years(text: str) -> list[int]:
    """Years that a vintage tells, of a span its last one too.

    Examples
    --------
    >>> _years("1978; 1985-06"), _years("1980s"), _years("1980-99"), _years("1980 to present")
    ([1978, 1985], [1980, 1989], [1980, 1999], [1980, 2200])
    """
    found = []
    for year, more in _YEAR.findall(text):
        found.append(int(year))
        if more == "s":
            found.append(int(year) + (9 if year[3] == "0" else 0))
        elif more:
            found.append(int(year) // 100 * 100 + int(more[-2:]))
    return found + [_LAST] * bool(found and _STILL.search(text))
