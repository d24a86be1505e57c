"""An opened raster: where its cells are, what is stored in them, and how to read a part."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from siting import units
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.io.placement import Floats, Frame
from siting.kinds import LayerKind

MAX_BLOCK_BYTES = 512 << 20
MAX_SCALE = 1e30  # beyond which a scale or an offset is damage

# Spellings of units that files use beside CF's.
_NO_UNIT = frozenset(
    {"", "none", "unknown", "n/a", "na", "undefined", "null", "?", "not available"}
)
_ONE = frozenset({"-", "unitless", "dimensionless", "(0 - 1)", "(-)", "ratio", "fraction", "index"})
_SPELLINGS = {
    "deg c": "degC", "deg_c": "degC", "degc": "degC", "celcius": "degC", "degrees c": "degC",
    "degree c": "degC", "deg f": "degF", "degf": "degF", "degrees_f": "degF", "fahrenheit": "degF",
    "degrees true": "degree", "degree true": "degree", "degrees_true": "degree",
    "meters above sea level": "m", "masl": "m", "gpm": "m", "metre": "m", "mtrs": "m",
    "mgal": "mGal", "gamma": "nT", "gammas": "nT", "pct": "percent", "kt": "knot", "kts": "knot",
    "kn": "knot",
}  # fmt: skip

OverTime = Literal["mean", "minimum", "maximum"]


class Part(NamedTuple):
    """Which of the values of a file are read, as the pipeline names them.

    Parameters
    ----------
    variable : str or None
        Variable of a gridded file.
    band : int or None
        Band, or step along a further dimension that is not time, from 1.
    over_time : {"mean", "minimum", "maximum"} or None
        What of the steps of time is taken.
    time_range : tuple of str or None
        First and last date of the steps that count.
    kind : str
        What the pipeline calls the values: continuous, circular, categorical ...
    units : str or None
        Unit that the pipeline names.
    """

    variable: str | None = None
    band: int | None = None
    over_time: OverTime | None = None
    time_range: tuple[str, str] | None = None
    kind: LayerKind = "continuous"
    units: str | None = None


def refuse_time(path: Path, part: Part) -> None:
    """Refuse ``over_time`` and ``time_range`` for a file that knows no time.

    Raises
    ------
    InputError
        TIME_MISSING.
    """
    if part.over_time is None and part.time_range is None:
        return
    raise InputError(
        "TIME_MISSING",
        "the file has no dimension of time",
        where=str(path),
        found="`over_time`" if part.over_time else "`time_range`",
        wanted="a NetCDF file or Zarr folder with a time axis",
        fix="remove the key; name one band of a GeoTIFF with `band:`",
    )


class Evidence(Protocol):
    """What the values of a raster that is computed from many have been seen to be."""

    @property
    def summary(self) -> Any:
        """Summary of the stored values that were taken together."""
        ...

    def report(self) -> None:
        """Report what a person should know of them."""
        ...


@dataclass(frozen=True)
class RasterSource:
    """One band of a file.

    Parameters
    ----------
    path : Path
        The file.
    frame : Frame
        Where its cells are.
    dtype : numpy.dtype
        Of the stored values.
    load : callable
        ``load(rows, columns)`` gives stored values as a masked array, rows as in the file.
    scale, offset : float
        Value = stored value * scale + offset.
    nodata : tuple of float
        Stored values that mean no data, beyond what the file itself declares.
    units, long_name : str
        As the file has them; empty where it is silent.
    block_rows : int
        Rows that are stored together.
    palette : bool
        Whether the values are numbers of colours or classes.
    variable, standard_name : str
        Of a gridded file; empty elsewhere.
    circular : bool
        Whether the file says that the values are directions.
    quantity : str
        What is measured, by its name in ``data/quantities.yaml``; empty where nobody says.
    evidence : Evidence or None
        What the values have been seen to be while they were taken together over time.
    """

    path: Path
    frame: Frame
    dtype: np.dtype[Any]
    load: Callable[[slice, slice], np.ma.MaskedArray[Any, Any]]
    scale: float = 1.0
    offset: float = 0.0
    nodata: tuple[float, ...] = ()
    units: str = ""
    long_name: str = ""
    block_rows: int = 1
    palette: bool = False
    variable: str = ""
    standard_name: str = ""
    circular: bool = False
    quantity: str = ""
    evidence: Evidence | None = None

    def stored(self, rows: slice, columns: slice) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Stored values of a part, and where they are none."""
        found = self.load(rows, columns)
        values, missing = np.ma.getdata(found), np.ma.getmaskarray(found)
        for each in self.nodata:
            missing = missing | equals(values, each)
        return values, missing

    def read(self, rows: slice, columns: slice) -> Floats:
        """Values of a part, masked first, then scaled; NaN as no-data."""
        stored, missing = self.stored(rows, columns)
        with np.errstate(invalid="ignore"):  # NaN of damaged files that signal
            values = stored.astype(np.float64)
        values[missing | ~np.isfinite(values)] = np.nan
        if self.scale != 1.0 or self.offset != 0.0:
            values = values * self.scale + self.offset
        return values

    def scaled(self, stored: float) -> float:
        """The value that a stored value means."""
        return float(stored) * self.scale + self.offset

    @property
    def precision(self) -> np.dtype[Any]:
        """Floating type that keeps every stored value apart."""
        small = self.dtype.itemsize <= 2 or self.dtype == np.float32
        return np.dtype("f4" if small else "f8")


def equals(values: NDArray[Any], number: float) -> NDArray[np.bool_]:
    """Where values are a number, in their own precision: -3.4e38 is stored as a near float32."""
    with np.errstate(over="ignore"):
        alike = values.dtype.type(number) if values.dtype.kind == "f" else number
    found: NDArray[np.bool_] = values == alike
    return found


def can_scale(scale: float, offset: float) -> bool:
    """Whether scale and offset make values of stored ones that are numbers and differ.

    Examples
    --------
    >>> can_scale(0.1, 273.15), can_scale(0.0, 1.0), can_scale(1e200, 0.0)
    (True, False, False)
    """
    return bool(
        np.isfinite([scale, offset]).all()
        and 1 / MAX_SCALE <= abs(scale) <= MAX_SCALE
        and abs(offset) <= MAX_SCALE
    )


def fills(attrs: dict[str, Any]) -> list[float]:
    """Stored values that CF attributes declare to mean no data."""
    declared = (attrs.get(name, ()) for name in ("_FillValue", "missing_value"))
    return [float(fill) for each in declared for fill in np.ravel(each)]


def plain_unit(text: str, wanted: str | None = None) -> str:
    """A file's unit as siting writes it; empty for words that only say that there is none.

    Examples
    --------
    >>> plain_unit("Kelvin"), plain_unit("unknown"), plain_unit("C", "degC"), plain_unit("mW/m2")
    ('kelvin', '', 'degC', 'mW/m2')
    """
    word = text.strip()
    low = word.lower()
    if low in _NO_UNIT:
        return ""
    if low in _ONE:
        return "1"
    if low in _SPELLINGS:
        return _SPELLINGS[low]
    if word == "C" and wanted is not None and _is_temperature(wanted):
        return "degC"  # on its own C is the coulomb
    return low if word.istitle() and word.isalpha() and len(word) > 2 else word


def _is_temperature(unit: str) -> bool:
    try:
        return units.compatible(unit, "K")
    except UnitsError:
        return False


def in_units(source: RasterSource, wanted: str | None) -> RasterSource:
    """The raster with its values in the unit wanted, or as they are where none is named.

    Raises
    ------
    UnitsError
        UNITS_CONFLICT where file and pipeline name units of different dimensions.
    """
    have = plain_unit(source.units, wanted)
    source = replace(source, units=have)
    if wanted is None or not have or have == wanted:
        return replace(source, units=wanted or have)
    try:
        same = units.compatible(have, wanted)
    except UnitsError:
        units.compatible(wanted, wanted)  # the pipeline's own unit must be known
        warn(
            "UNITS_UNKNOWN",
            "the file names a unit that siting does not know: the pipeline's is used",
            where=str(source.path),
            found=have,
            wanted=wanted,
            fix="find out whether the two are the same; correct the unit in the file",
        )
        return replace(source, units=wanted)
    if not same:
        raise UnitsError(
            "UNITS_CONFLICT",
            "the file and the pipeline name units that cannot be converted",
            where=str(source.path),
            found=f"{source.units} in the file",
            wanted=f"{wanted} in the pipeline",
            fix="correct `units:`, or convert the file",
        )
    factor, shift = units.factor_offset(source.units, wanted)
    return replace(
        source,
        units=wanted,
        scale=source.scale * factor,
        offset=source.offset * factor + shift,
    )


def numeric(dtype: str, path: Path) -> np.dtype[Any]:
    """The type of stored values, where they are real numbers."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype("O")
    if found.kind not in "iuf":
        raise InputError(
            "NOT_NUMERIC",
            "the cells do not hold real numbers",
            where=str(path),
            found=dtype,
            wanted="whole or floating numbers",
        )
    return found


def check_block(cells: int, dtype: np.dtype[Any], path: Path) -> None:
    """Refuse a file whose smallest part that can be read is too large to hold."""
    size = cells * dtype.itemsize
    if size > MAX_BLOCK_BYTES:
        raise InputError(
            "TOO_LARGE",
            "the file is stored in blocks too large to read",
            where=str(path),
            found=f"{size / 2**20:,.0f} MiB in one block",
            wanted=f"at most {MAX_BLOCK_BYTES >> 20} MiB",
            fix="store it in smaller blocks, such as 512 x 512",
        )
