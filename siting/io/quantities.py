"""Physical quantities: what a file measures, by name, unit and what is plausible on Earth."""

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from siting import units
from siting.errors import InputError, UnitsError
from siting.findings import warn
from siting.io import yaml
from siting.io.source import RasterSource

# Names that leave open which of the four periods of a wave is meant.
_UNTYPED = frozenset({"wave_period", "wave_mean_period", "mean_wave_period"})
_PERIODS = "wave_energy_period, wave_peak_period, wave_mean_period_tm01, wave_mean_period_tm02"
_ANGLES = frozenset({"degree", "degrees", "deg", "degree_true", "degrees_true", "rad", "radian",
                     "radians", "degrees true"})  # fmt: skip
_RADIANS = frozenset({"rad", "radian", "radians"})
# Short names that mean one quantity in its unit, be they a source's or a file's.
_SHORT = frozenset({"vs", "vp", "hs", "ph", "ghi", "dni", "dhi", "sst", "lst", "swh", "hm0", "ghf",
                    "tmi", "sss", "wpd", "tcc"})  # fmt: skip


@dataclass(frozen=True)
class Quantity:
    """One entry of ``data/quantities.yaml``."""

    title: str
    units: str
    range: tuple[float, float]
    typical: tuple[float, float]
    source: str
    standard_names: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    long_names: tuple[str, ...] = ()
    circular: bool = False
    sunlit: float = 0.0
    part_of: str = ""


@cache
def quantities() -> dict[str, Quantity]:
    """Every known quantity by its name.

    Examples
    --------
    >>> quantities()["heat_flow"].units
    'mW m-2'
    """
    here = Path(__file__).parents[1]
    packaged = here / "_data" / "quantities.yaml"
    path = packaged if packaged.exists() else here.parent / "data" / "quantities.yaml"
    entries: dict[str, dict[str, Any]] = yaml.read(path).data
    return {name: _quantity(each) for name, each in entries.items()}


def _quantity(entry: dict[str, Any]) -> Quantity:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return Quantity(**values)


def known_name(name: str) -> str:
    """The name of a quantity, once there is one of that name.

    Raises
    ------
    ValueError
        With the nearest names.

    Examples
    --------
    >>> known_name("heat_flo")
    Traceback (most recent call last):
    ValueError: there is no quantity 'heat_flo', but heat_flow
    """
    if name in quantities() or name in _UNTYPED:
        return name
    near = get_close_matches(name, quantities(), 3, 0.5) or sorted(quantities())
    raise ValueError(f"there is no quantity '{name}', but {', '.join(near)}")


def full_turn(unit: str) -> float:
    """A full turn in a unit of angles; degrees unless the unit says otherwise.

    Examples
    --------
    >>> full_turn("degrees"), round(full_turn("rad"), 3)
    (360.0, 6.283)
    """
    return 2 * float(np.pi) if unit.strip().lower() in _RADIANS else 360.0


def is_direction(source: RasterSource) -> bool:
    """Whether a file says for sure that its values are directions."""
    if "direction" in source.standard_name and source.units.strip().lower() in _ANGLES:
        return True
    told = _told(source)
    return bool(told) and quantities()[told].circular


def names_directions(source: RasterSource) -> bool:
    """Whether the quantity of a raster is directions, and its unit one of angles."""
    found = quantities().get(source.quantity)
    return found is not None and found.circular and source.units.strip().lower() in _ANGLES


def known(source: RasterSource, wanted: str | None, name: str) -> RasterSource:
    """The raster with the quantity that it measures, where pipeline or file say it for sure.

    Parameters
    ----------
    source : RasterSource
        The opened file.
    wanted : str or None
        The quantity that the pipeline names.
    name : str
        Name of the source in the pipeline; a quantity's own name counts with its unit.

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the file measures another quantity; PERIOD_UNTYPED where nobody
        says which period of waves it holds.
    """
    told = _told(source)
    _check_contradiction(source, told)
    if wanted in _UNTYPED or (wanted is None and not told and _is_untyped_period(source)):
        raise _untyped(source, wanted)
    if wanted and told and not _related(wanted, told):
        raise InputError(
            "QUANTITY_MISMATCH",
            "the file measures another quantity than the pipeline says",
            where=_where(source),
            found=f"{told} ({quantities()[told].title}), by {_by_what(source, told)}",
            wanted=wanted,
            fix=f"read the variable that holds it, or write `quantity: {told}`",
        )
    sure = wanted or told
    circular = source.circular or (bool(sure) and quantities()[sure].circular)
    return replace(source, quantity=sure or _by_own_name(source, name), circular=circular)


def _where(source: RasterSource) -> str:
    return f"{source.path}: {source.variable}" if source.variable else str(source.path)


def _fits(unit: str, quantity: Quantity) -> bool:
    """Whether a unit may be the quantity's; no unit may."""
    try:
        return not unit or units.compatible(unit, quantity.units)
    except UnitsError:
        return False


def _by_standard_name(source: RasterSource) -> str:
    return next(
        (
            name
            for name, each in quantities().items()
            if source.standard_name in each.standard_names
        ),
        "",
    )


def _by_variable(source: RasterSource) -> str:
    low = source.variable.lower()
    fitting = (
        name
        for name, each in quantities().items()
        if low in each.names and source.units and _fits(source.units, each)
    )
    return next(fitting, "") if low else ""


def _by_words(source: RasterSource) -> str:
    words = re.sub(r"\s+", " ", source.long_name.strip().lower())
    fitting = (
        name
        for name, each in quantities().items()
        if words in each.long_names and source.units and _fits(source.units, each)
    )
    return next(fitting, "")


def _told(source: RasterSource) -> str:
    """The quantity that the file itself names for sure; empty where it names none."""
    if source.standard_name and (found := _by_standard_name(source)):
        return found
    return _by_variable(source) or _by_words(source)


def _by_what(source: RasterSource, told: str) -> str:
    if source.standard_name in quantities()[told].standard_names:
        return f"its standard name {source.standard_name}"
    if source.variable.lower() in quantities()[told].names:
        return f"the variable's name {source.variable}"
    return f"its long name '{source.long_name}'"


def _by_own_name(source: RasterSource, name: str) -> str:
    """A quantity by the name of source or file; good for what is plausible in a fitting unit."""
    for each in (name.lower(), source.path.stem.lower()):
        found = next((key for key, q in quantities().items() if each in (key, *q.names)), "")
        if found and (len(each) > 3 or each in _SHORT) and _fits(source.units, quantities()[found]):
            return found
    return ""


def _related(one: str, other: str) -> bool:
    """Whether two quantities are the same, or one is a part of the other."""
    every = quantities()
    return one == other or every[one].part_of == other or every[other].part_of == one


def _check_contradiction(source: RasterSource, told: str) -> None:
    """Report a file whose names or units contradict each other."""
    other = _by_variable(source)
    names_differ = bool(told and other) and not _related(told, other)
    if names_differ:
        found = f"{told} by {_by_what(source, told)}, {other} by the variable's name"
    elif told and source.units and not _fits(source.units, quantities()[told]):
        found = f"{told} in {source.units}, instead of {quantities()[told].units} or the like"
    else:
        return
    warn(
        "QUANTITY_MISMATCH",
        "the file contradicts itself about what it measures",
        where=_where(source),
        found=found,
        fix="find out what it holds; name it with `quantity:`",
    )


def _is_untyped_period(source: RasterSource) -> bool:
    words = re.sub(r"[\W_]+", " ", f"{source.standard_name} {source.long_name} {source.variable}")
    low = words.lower().split()
    try:
        seconds = bool(source.units) and units.compatible(source.units, "s")
    except UnitsError:
        seconds = False
    return seconds and "period" in low and bool({"wave", "waves", "swell", "sea"} & set(low))


def _untyped(source: RasterSource, wanted: str | None) -> InputError:
    return InputError(
        "PERIOD_UNTYPED",
        "nobody says which period of the waves this is: they differ by 10 to 40 %",
        where=_where(source),
        found=wanted or source.standard_name or source.long_name or source.variable,
        wanted=f"one of {_PERIODS}",
        fix="look it up in the documentation of the data, and write `quantity:` with its name",
    )


def with_units(layer: xr.DataArray, quantity: str | None, where: str) -> xr.DataArray:
    """The layer, once it has a unit that is its quantity's.

    Raises
    ------
    UnitsError
        UNITS_MISSING for amounts and directions whose unit neither file nor pipeline name;
        UNITS_CONFLICT for a unit that cannot be the quantity's.
    """
    have = layer.attrs.get("units")
    usual = quantities()[quantity].units if quantity in quantities() else ""
    if not have and layer.attrs.get("kind") in {"continuous", "circular"}:
        raise UnitsError(
            "UNITS_MISSING",
            "neither the file nor the pipeline names the unit of the values",
            where=where,
            wanted=f"a unit such as '{usual or 'mW m-2'}'; '1' for a number without one",
            fix=f"add `units: {usual}` to the source" if usual else "add `units:` to the source",
        )
    if have and usual and not units.compatible(have, usual):
        raise UnitsError(
            "UNITS_CONFLICT",
            "the values are in a unit that the quantity cannot have",
            where=where,
            found=have,
            wanted=f"{usual}, as {quantity} is measured",
            fix="correct `units:` or `quantity:`",
        )
    return layer
