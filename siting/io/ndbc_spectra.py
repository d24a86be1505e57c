"""NDBC's spectra of waves: densities by frequency of one buoy, and their directions."""

import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from siting.errors import InputError
from siting.findings import warn
from siting.io.formats import StrPath, local_file, reading
from siting.io.time_axis import CIVIL_YEAR, TimeAxis
from siting.io.time_checks import check_order, check_steps
from siting.wording import counted

Floats = NDArray[np.float64]

# https://www.ndbc.noaa.gov/faq/measdes.shtml; directions and polar coefficients have it too.
_MISSING = 999.0
_MAX_BYTES = 1 << 30
_GZIP = b"\x1f\x8b"
_HUNDREDTHS = 0.01  # of r1 in files of months and years


class _Rows(NamedTuple):
    """A file's times, frequencies and values."""

    seconds: Floats  # since 1970-01-01 UTC
    frequency: Floats  # (f,) [Hz]
    values: Floats  # (t, f)


def is_spectra(path: Path) -> bool:
    """Whether a text, compressed or not, begins as NDBC's files of spectra do."""
    head = _bytes(path, 400).split(b"\n")[0].decode("latin-1")
    words = head.lstrip("#").split()
    if words[:4] not in (["YY", "MM", "DD", "hh"], ["YYYY", "MM", "DD", "hh"]):
        return False
    return "(freq_1)" in head or (len(words) > 6 and all(map(_is_number, words[5:])))


def read_spectra(
    path: StrPath, *, alpha1: StrPath | None = None, r1: StrPath | None = None
) -> xr.Dataset:
    """Spectra of one buoy, (time, frequency), and their mean directions where there are any.

    Parameters
    ----------
    path : path-like
        NDBC's spectral wave density: a file of a year or month (``46042w1996.txt``, also
        compressed by gzip as NDBC brings it), or of the last days (``46042.data_spec``).
    alpha1, r1 : path-like, optional
        Mean direction and first polar coefficient of the same buoy and time (``46042d2020.txt``
        and ``46042i2020.txt``; ``.swdir`` and ``.swr1``).

    Returns
    -------
    xarray.Dataset
        ``variance_density`` [m2 Hz-1] and, where given, ``alpha1`` [degree] and ``r1`` [1], NaN
        where missing. Directions of times that the densities lack are left out.

    Raises
    ------
    InputError
        CSV_RAGGED, TIME_INVALID, TIME_DUPLICATE, TIME_NOT_MONOTONIC, LAYER_EMPTY, FILE_CORRUPT;
        SERIES_MISMATCH where the files' frequencies differ, or no time is common.

    Notes
    -----
    Files of years and months have r1 in hundredths, those of the last days have not: where any
    value is above 1 all are taken for hundredths.
    """
    density = _rows(path)
    _check_density(density.values, path)
    dataset = _dataset(density, "variance_density", "m2 Hz-1")
    for name, other, unit in (("alpha1", alpha1, "degree"), ("r1", r1, "1")):
        if other is not None:
            rows = _rows(other)
            if name == "r1" and np.nanmax(rows.values, initial=0) > 1:
                rows = rows._replace(values=rows.values * _HUNDREDTHS)
            dataset[name] = _aligned(_dataset(rows, name, unit), dataset, path, other)[name]
    dataset.attrs["source"] = Path(path).name
    return dataset


def _dataset(rows: _Rows, name: str, unit: str) -> xr.Dataset:
    stamps = rows.seconds.astype("int64").astype("datetime64[s]").astype("datetime64[ns]")
    return xr.Dataset(
        {name: (("time", "frequency"), rows.values, {"units": unit})},
        coords={"time": stamps, "frequency": ("frequency", rows.frequency, {"units": "Hz"})},
    )


def _aligned(found: xr.Dataset, density: xr.Dataset, path: StrPath, other: StrPath) -> xr.Dataset:
    """Directions at the times of the densities."""
    same = found.sizes["frequency"] == density.sizes["frequency"] and np.allclose(
        found["frequency"], density["frequency"]
    )
    common = np.isin(found["time"], density["time"]).sum()
    if not same or not common:
        raise InputError(
            "SERIES_MISMATCH",
            "two files of spectra do not belong together",
            where=f"{path} and {other}",
            found=f"{counted(int(common), 'common time')}, frequencies"
            f" {'equal' if same else 'different'}",
            wanted="the same buoy, time and frequencies",
            fix="bring densities and directions of the same year and buoy",
        )
    return found.assign_coords(frequency=density["frequency"]).reindex(time=density["time"])


def _rows(path: StrPath) -> _Rows:
    """Times, frequencies and values of a file, once they are in order."""
    file = local_file(path)
    if not is_spectra(file):
        raise InputError(
            "NOT_A_TABLE",
            "the file is not one of NDBC's spectra",
            where=str(path),
            found=f"a file that begins with {_bytes(file, 40).decode('latin-1')!r}",
            wanted="a header of YY MM DD hh [mm], then frequencies in Hz",
            fix="bring the buoy's spectral wave density as NDBC has it",
        )
    lines = _bytes(file, _MAX_BYTES).decode("latin-1").splitlines()
    header = lines[0].lstrip("#").split()
    parts = 5 if header[4] == "mm" else 4
    pairs = "(freq_1)" in lines[0]
    cells = _cells(lines, path)
    with reading(file):
        stamps = np.array([row[:parts] for row in cells], int)
        skip = parts + ("Sep_Freq" in header)
        values = np.array([row[skip::2] if pairs else row[skip:] for row in cells])
        values = np.where(values == "MM", "nan", values).astype(float)
        frequency = _paired(cells, skip, path) if pairs else np.array(header[parts:], float)
    values[values == _MISSING] = np.nan
    if not np.isfinite(values).any():
        raise InputError("LAYER_EMPTY", "the file has no values", where=str(path))
    return _in_order(_Rows(_seconds(stamps, path), frequency, values), path)


def _cells(lines: list[str], path: StrPath) -> list[list[str]]:
    """Words of each line of values, as many in each."""
    rows = [(n, line.split()) for n, line in enumerate(lines[1:], 2) if not line.startswith("#")]
    rows = [(n, words) for n, words in rows if words]
    if not rows:
        raise InputError("LAYER_EMPTY", "the file has no values", where=str(path))
    header = lines[0].lstrip("#").split()
    wanted = len(rows[0][1]) if "(freq_1)" in lines[0] else len(header)
    for number, words in rows:
        if len(words) != wanted:
            raise InputError(
                "CSV_RAGGED",
                "a line has more or fewer values than the header",
                where=f"{path}:{number}",
                found=counted(len(words), "value"),
                wanted=f"{wanted}",
                fix="remove the line, or bring the file again",
            )
    return [words for _, words in rows]


def _paired(cells: list[list[str]], skip: int, path: StrPath) -> Floats:
    """Frequencies that stand behind each value: the same in all lines, or values would move."""
    first, *others = ([w.strip("()") for w in words[skip + 1 :: 2]] for words in cells)
    for number, words in enumerate(others, 2):
        if words != first:
            raise InputError(
                "FILE_CORRUPT",
                "the frequencies change from row to row",
                where=str(path),
                found=f"row {number} has {words[0]} to {words[-1]} Hz, row 1 {first[0]} to"
                f" {first[-1]} Hz",
                wanted="the same frequencies in all rows",
                fix="split the file where they change",
            )
    return np.array(first, float)


def _seconds(stamps: NDArray[np.int64], path: StrPath) -> Floats:
    year = np.where(stamps[:, 0] < 100, 1900 + stamps[:, 0], stamps[:, 0])  # until 1998
    names = ("year", "month", "day", "hour", "minute")
    parts = {name: stamps[:, i] for i, name in enumerate(names[: stamps.shape[1]])}
    found = pd.to_datetime(pd.DataFrame({**parts, "year": year}), errors="coerce")
    bad = found.isna().to_numpy()
    if bad.any():
        raise InputError(
            "TIME_INVALID",
            "rows have no time that can be read",
            where=str(path),
            found=f"{int(bad.sum())} of {bad.size}, the first is row"
            f" {int(np.flatnonzero(bad)[0]) + 1}",
            wanted="year, month, day, hour",
            fix="correct or remove these rows",
        )
    return found.to_numpy("datetime64[s]").astype(float)


def _in_order(rows: _Rows, path: StrPath) -> _Rows:
    """The rows with rising times and frequencies; files of the last days run backwards."""
    if rows.frequency.size < 2 or not (np.diff(rows.frequency) > 0).all() or rows.frequency[0] <= 0:
        raise InputError(
            "FILE_CORRUPT",
            "the frequencies do not rise from above 0",
            where=str(path),
            found=f"{rows.frequency[:4].tolist()} Hz",
            fix="bring the file again",
        )
    check_order(rows.seconds, str(path))
    if rows.seconds[0] > rows.seconds[-1]:
        rows = rows._replace(seconds=rows.seconds[::-1], values=rows.values[::-1])
    if rows.seconds.size > 1:
        check_steps(TimeAxis(str(path), rows.seconds, CIVIL_YEAR), together=True)
    return rows


def _check_density(values: Floats, path: StrPath) -> None:
    low = float(np.nanmin(values))
    if low < 0:
        warn(
            "RANGE_IMPLAUSIBLE",
            "densities of a spectrum are not negative",
            where=str(path),
            found=f"{low:g} m2 Hz-1",
            wanted="0 and more",
            fix="check the value for missing data",
        )


def _bytes(path: Path, most: int) -> bytes:
    """The first bytes of a file, unpacked where it is compressed by gzip."""
    with reading(path), path.open("rb") as file:
        packed = file.read(2) == _GZIP
    with reading(path), (gzip.open if packed else open)(path, "rb") as stream:
        found: bytes = stream.read(most)
        more = most == _MAX_BYTES and bool(stream.read(1))
    if more:
        raise InputError(
            "TOO_LARGE", "the table is too large", where=str(path), wanted="at most 1 GiB"
        )
    return found


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
