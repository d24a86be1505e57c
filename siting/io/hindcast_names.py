"""Which quantity a variable of a hindcast is: the type of a period comes from its variable."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from affine import Affine
from pyproj import CRS

from siting import units
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.io.accumulated import LONGEST
from siting.io.hindcast_store import Variable
from siting.io.placement import Frame
from siting.io.quantities import known, known_name, quantities
from siting.io.source import RasterSource, can_scale, plain_unit
from siting.io.time_axis import TimeAxis
from siting.wording import counted

_PEAK_FREQUENCY = "sea_surface_wave_peak_frequency"  # of WAVEWATCH III: its inverse is Tp
_ENERGY, _POWER = "J m-2", "W m-2"
_FREQUENCIES = frozenset({"fp"})
# Means over the hour before the stamp, by ECMWF's short names, old and new.
_HOUR_BEFORE = frozenset({"msdwswrf", "avg_sdswrf"})


class Offer(NamedTuple):
    """One variable of a file, as the file describes it."""

    name: str
    units: str = ""
    long_name: str = ""
    standard_name: str = ""
    scale: float = 1.0
    offset: float = 0.0


def chosen(
    path: Path, offers: Iterable[Offer], wanted: Mapping[str, str] | None
) -> dict[str, Offer]:
    """The variable of each quantity: as the pipeline names them, else all that are known for sure.

    Raises
    ------
    InputError
        VARIABLE_MISSING, VARIABLE_AMBIGUOUS, PERIOD_UNTYPED, QUANTITY_MISMATCH.
    """
    every = {each.name: each for each in offers}
    if wanted:
        return {
            _stated(path, quantity): _named(path, every, quantity, name)
            for quantity, name in wanted.items()
        }
    found: dict[str, Offer] = {}
    for each in every.values():
        quantity = _quantity(path, each, None)
        if not quantity:
            continue
        if quantity in found:
            raise InputError(
                "VARIABLE_AMBIGUOUS",
                f"two variables hold {quantity}",
                where=str(path),
                found=f"{found[quantity].name} and {each.name}",
                fix="name the one that is meant under `quantities:`",
            )
        found[quantity] = each
    if not found:
        raise _missing(path, "no variable is known for what it measures", "", every)
    return found


def _stated(path: Path, quantity: str) -> str:
    """A quantity's name; of a wave period that leaves its type open nothing can be made."""
    try:
        return known_name(quantity)
    except ValueError as error:
        raise InputError(
            "QUANTITY_INVALID", str(error), where=str(path), found=quantity,
            fix="correct the name under `quantities:`",
        ) from error  # fmt: skip


def _named(path: Path, every: Mapping[str, Offer], quantity: str, name: str) -> Offer:
    if name not in every:
        raise _missing(path, f"there is no variable '{name}'", name, every)
    _quantity(path, every[name], quantity)
    return every[name]


def _missing(path: Path, message: str, found: str, every: Iterable[str]) -> InputError:
    names = ", ".join(every)
    return InputError(
        "VARIABLE_MISSING",
        message,
        where=str(path),
        found=found,
        wanted=f"one of {names}" if names else "a file that names what it holds",
        fix="name the variables of the quantities under `quantities:`",
    )


def is_frequency(offer: Offer) -> bool:
    """Whether a variable holds the frequency of the peak, not its period."""
    named = offer.standard_name == _PEAK_FREQUENCY or offer.name.lower() in _FREQUENCIES
    return named and _compatible(plain_unit(offer.units), "s-1")


def _quantity(path: Path, offer: Offer, wanted: str | None) -> str:
    """The quantity of a variable, once pipeline and file agree; empty where nobody says."""
    if is_frequency(offer) and wanted in {None, "wave_peak_period"}:
        return "wave_peak_period"
    found = known(_as_source(path, offer), wanted, "")
    return wanted or _sure(found, offer)


def _sure(found: RasterSource, offer: Offer) -> str:
    """A quantity that the file itself names; the name of the file counts for nothing here."""
    same = found.quantity and found.path.stem.lower() != offer.name.lower()
    return found.quantity if same else ""


def _as_source(path: Path, offer: Offer) -> RasterSource:
    """The variable as one of a raster, whose checks of names and units it then passes.

    Energy that is added up over a step is the quantity of its rate.
    """
    added_up = _compatible(plain_unit(offer.units), _ENERGY)
    return RasterSource(
        path=Path(str(path)),
        frame=Frame(CRS.from_epsg(4326), Affine.identity(), 1, 1),
        dtype=np.dtype("f8"),
        load=_unread,
        units=_POWER if added_up else offer.units,
        long_name=offer.long_name,
        variable=offer.name,
        standard_name=offer.standard_name,
    )


def _unread(rows: slice, columns: slice) -> Any:
    raise NotImplementedError


def variable_of(path: Path, offer: Offer, quantity: str, axis: TimeAxis) -> Variable:
    """How stored values of a variable become values of a quantity, in its unit.

    Raises
    ------
    InputError
        UNITS_MISSING, UNITS_CONFLICT, SCALE_INVALID; TIME_ACCUMULATED where amounts are added up
        over a time that is not known.
    """
    where = f"{path}: {offer.name}"
    if not can_scale(offer.scale, offer.offset):
        raise InputError(
            "SCALE_INVALID", "the values cannot be unpacked", where=where,
            found=f"scale_factor {offer.scale:g}, add_offset {offer.offset:g}",
            wanted="finite numbers, a scale that is not 0, none beyond 1e30",
            fix="correct the attributes of the variable",
        )  # fmt: skip
    usual = quantities()[quantity].units
    have = plain_unit(offer.units, usual)
    if not have:
        raise UnitsError(
            "UNITS_MISSING",
            "the file does not name the unit of the values",
            where=where,
            wanted=usual,
            fix="write the attribute `units` of the variable",
        )
    if is_frequency(offer):
        factor = units.factor_offset(have, "s-1")[0]
        return Variable(quantity, offer.name, offer.scale * factor, offer.offset * factor, True)
    if _compatible(have, _ENERGY) and _compatible(usual, _POWER):
        return _rate(where, offer, quantity, axis)
    if not _compatible(have, usual):
        raise UnitsError(
            "UNITS_CONFLICT",
            "the values are in a unit that the quantity cannot have",
            where=where,
            found=have,
            wanted=f"{usual}, as {quantity} is measured",
            fix="name the right variable under `quantities:`",
        )
    factor, shift = units.factor_offset(have, usual)
    before = -axis.step / 2 if offer.name.lower() in _HOUR_BEFORE else 0.0
    scale, offset = offer.scale * factor, offer.offset * factor + shift
    return Variable(quantity, offer.name, scale, offset, shift=before)


def _compatible(have: str, want: str) -> bool:
    try:
        return bool(have) and units.compatible(have, want)
    except UnitsError:
        return False


def _rate(where: str, offer: Offer, quantity: str, axis: TimeAxis) -> Variable:
    """Energy added up over the step before each stamp, as power in the middle of that step."""
    gaps = np.abs(np.diff(axis.seconds))
    steps = f"steps of {counted(axis.step / 3600, 'hour')}" if gaps.size else "one step"
    if not gaps.size or axis.step > LONGEST or (gaps < 0.99 * axis.step).any():
        raise InputError(
            "TIME_ACCUMULATED",
            "the file holds amounts added up over time, a rate is wanted",
            where=where,
            found=f"{offer.units}, {steps}",
            wanted=f"W m-2, or even steps of at most {LONGEST / 3600:g} hours",
            fix="divide by the time that was added up over first",
        )
    warn(
        "TIME_ACCUMULATED",
        "amounts added up over each step are divided by its length, at the middle of the step",
        where=where,
        found=f"{offer.units} in {steps}",
        severity="note",
    )
    factor = units.factor_offset(offer.units, _ENERGY)[0] / axis.step
    return Variable(
        quantity, offer.name, offer.scale * factor, offer.offset * factor, shift=-axis.step / 2
    )
