"""Analyses of water, soil and rock as laboratories write them, with units and detection limits."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting import frames, units
from siting.errors import InputError, UnitsError
from siting.io.plausible import SENTINELS
from siting.kernels.detection import Detections, read_detections
from siting.kernels.geothermometers import SOLUTES

_MILLIGRAMS = 1e6  # per kilogram


def concentrations(
    samples: gpd.GeoDataFrame,
    columns: Mapping[str, str],
    density: float | None,
    negative: bool,
    where: str,
) -> dict[str, Detections]:
    """What is known of each solute in each sample [mg/kg].

    Parameters
    ----------
    samples : geopandas.GeoDataFrame
        Analyses; ``attrs["columns"]`` has the unit of each column.
    columns : mapping of str to str
        Names of columns that are not those of the solutes.
    density : float or None
        Density of the water when it was measured [kg/m3].
    negative : bool
        Whether a negative number is a detection limit.
    where : str
        Who asks, for errors.

    Raises
    ------
    InputError
        COLUMN_MISSING, VALUE_UNKNOWN, VALUE_INVALID, NODATA_UNDECLARED.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Examples
    --------
    >>> springs = gpd.GeoDataFrame({"SiO2": ["2.0", "<0.1"]})
    >>> springs.attrs["columns"] = {"SiO2": "mmol kg-1"}
    >>> found = concentrations(springs, {}, None, False, "springs")["SiO2"]
    >>> found.values.round(1).tolist(), found.limits.round(1).tolist()
    ([120.2, nan], [nan, 6.0])
    """
    if strange := sorted(set(columns) - set(SOLUTES)):
        raise InputError(
            "VALUE_UNKNOWN", "these are no solutes that a geothermometer uses",
            where=f"{where}.columns", found=", ".join(strange), wanted=", ".join(SOLUTES),
        )  # fmt: skip
    names = {each: columns.get(each, each) for each in SOLUTES}
    there = {each: name for each, name in names.items() if name in samples or each in columns}
    if "SiO2" not in there and not {"Na", "K"} <= set(there):
        raise InputError(
            "COLUMN_MISSING", "there is no analysis that a geothermometer could use",
            where=f"{where}.samples", found=", ".join(map(str, samples.columns)),
            wanted="SiO2, or Na and K",
            fix="name the columns: columns: {SiO2: silica, Na: sodium}",
        )  # fmt: skip
    return {
        each: _solute(samples, each, name, density, negative, f"{where}.samples")
        for each, name in there.items()
    }


def _solute(
    samples: gpd.GeoDataFrame,
    solute: str,
    name: str,
    density: float | None,
    negative: bool,
    where: str,
) -> Detections:
    read, unit = detected(samples, name, negative, where)
    factor = _to_milligrams(unit, SOLUTES[solute][0], density, name, where)
    return Detections(read.values * factor, read.below, read.limits * factor)


def detected(
    samples: gpd.GeoDataFrame, name: str, negative: bool, where: str
) -> tuple[Detections, str]:
    """What was measured and what is below detection in a column, and the column's unit.

    Raises
    ------
    InputError
        COLUMN_MISSING, VALUE_INVALID, NODATA_UNDECLARED.
    UnitsError
        UNITS_MISSING.

    Examples
    --------
    >>> soils = gpd.GeoDataFrame({"Cu": [40.0, 0.0]})
    >>> soils.attrs["columns"] = {"Cu": "ppm"}
    >>> found, unit = detected(soils, "Cu", False, "soils")
    >>> found.below.tolist(), unit
    ([False, True], 'ppm')
    """
    cells = frames.column(samples, name, None, where)
    unit = frames.unit_of(samples, name)
    if unit is None:
        raise UnitsError(
            "UNITS_MISSING", f"the column '{name}' has no units", where=where, wanted="mg kg-1",
            fix=f"state them in the source: columns: {{{name}: mg kg-1}}",
        )  # fmt: skip
    frames.check_unit(name, unit, where)
    _refuse_sentinels(cells, name, where)
    try:
        return read_detections(list(cells), negative), unit
    except ValueError as error:
        row, cell = error.args
        raise InputError(
            "VALUE_INVALID", f"a cell in '{name}' is no concentration", where=where,
            found=f"{str(cell)!r} in row {row + 1}", wanted="a number, <0.5, bdl, or nothing",
            fix="write <0.5 for what is below a detection limit of 0.5",
        ) from None  # fmt: skip


def _refuse_sentinels(cells: NDArray[Any], name: str, where: str) -> None:
    numbers = pd.to_numeric(pd.Series(cells), errors="coerce").to_numpy(dtype=float)
    if (rows := np.flatnonzero(np.isin(numbers, SENTINELS) & (numbers < 0))).size:
        raise InputError(
            "NODATA_UNDECLARED", f"a number in '{name}' looks like missing data", where=where,
            found=f"{numbers[rows[0]]:g} in row {rows[0] + 1}", wanted="concentrations",
            fix="leave the cells empty where there is no value",
        )  # fmt: skip


def _to_milligrams(
    unit: str, molar_mass: float, density: float | None, name: str, where: str
) -> float:
    """Factor from a column's unit to mg/kg; molar mass in g/mol, density in kg/m3."""
    if units.compatible(unit, "1"):
        return float(units.convert(1.0, unit, "1")) * _MILLIGRAMS
    if units.compatible(unit, "mol kg-1"):
        return float(units.convert(1.0, unit, "mol kg-1")) * molar_mass * 1000
    for volumetric, per_kilogram in (("mol m-3", molar_mass / 1000), ("kg m-3", 1.0)):
        if units.compatible(unit, volumetric):
            if density is None:
                raise UnitsError(
                    "UNITS_INCOMPATIBLE", f"'{name}' is an amount per volume", where=where,
                    found=unit, wanted="mg kg-1",
                    fix="state the water's density when it was measured: density: 997 kg m-3",
                )  # fmt: skip
            amount = float(units.convert(1.0, unit, volumetric)) * per_kilogram
            return amount / density * _MILLIGRAMS
    raise UnitsError(
        "UNITS_INCOMPATIBLE", f"'{name}' is no concentration", where=where, found=unit,
        wanted="mg kg-1, mmol kg-1, mg L-1 or mmol L-1",
    )  # fmt: skip
