"""Temperatures of reservoirs from the chemistry of springs and wells."""

from typing import Annotated, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from siting import frames
from siting.coverage import geometries
from siting.errors import InputError
from siting.findings import warn
from siting.geodesy import PointTree, arc, ecef
from siting.kernels import geothermometers as formulas
from siting.kernels.detection import Detections
from siting.kernels.geothermometers import VALID
from siting.kinds import Features, Grid, Layer, Unit
from siting.layers.analyses import concentrations
from siting.projection import Floats
from siting.proximity import at_places
from siting.signature import layer

_TOLERANCE = 10.0  # of the balance of charges, beyond which an analysis is not used [percent]
_QUARTZ_GOVERNS = 180.0  # silica temperatures above this are of quartz, below of chalcedony [degC]
# Rivers have 5 to 25 mg kg-1 (Wollast and Mackenzie 1983); glass dissolves to 1,000 at 250 degC.
_SILICA = (5.0, 2_000.0)  # [mg kg-1] that the median of springs and wells lies within
# What comes out: unit and meaning of each column.
_COLUMNS = {
    **{name: ("degC", f"temperature by {name.replace('_', ' ')}") for name in VALID},
    "maturity_index": ("1", "Giggenbach's maturity index: full equilibrium from 2.66 on"),
    "ternary_na": ("percent", "share of Na/1000 in Giggenbach's triangle"),
    "ternary_k": ("percent", "share of K/100 in Giggenbach's triangle"),
    "ternary_mg": ("percent", "share of the root of Mg in Giggenbach's triangle"),
    "charge_imbalance": ("percent", "cations less anions over their sum, by equivalents"),
    "estimate": ("degC", "temperature by the one geothermometer that estimate_by names"),
    "estimate_low": ("degC", "lowest temperature of those that apply"),
    "estimate_high": ("degC", "highest temperature of those that apply"),
}
_TEXTS = {
    "equilibrium": "full, partial or immature, by the maturity index",
    "estimate_by": "the geothermometer of the estimate",
    "flags": "what limits the temperatures of this sample",
}


@layer(status="derived", label_leak=True)
def geothermometers(
    samples: Features,
    columns: dict[str, str] | None = None,
    density: Annotated[float, Unit("kg m-3"), Field(gt=500, lt=1500)] | None = None,
    negative: Literal["refuse", "detection_limit"] = "refuse",
    measured_temperature: str | None = None,
) -> Features:
    """Springs and wells with the temperature of their reservoir by each geothermometer.

    Parameters
    ----------
    samples : points
        Analyses of water with columns SiO2, Na, K, Ca, Mg and, for the balance of charges, Cl,
        SO4, HCO3, CO3, Li, F, as far as they were analysed [mg kg-1, mmol kg-1, mg L-1 or
        mmol L-1, as each column says]. A cell holds a number, ``<0.5`` or ``bdl`` where it is
        below detection, or nothing where it was not analysed. Zero counts as below detection.
    columns : dict of str to str, optional
        Names of the columns where they are others: ``{SiO2: silica}``.
    density : float, optional
        Density of the water when it was measured [kg m-3]; needed for amounts per litre.
    negative : {"refuse", "detection_limit"}
        What -0.5 means: a mistake, or below a detection limit of 0.5.
    measured_temperature : str, optional
        Column with the temperature at the outlet; lower estimates are not used [degC].

    Returns
    -------
    points
        The samples with temperatures ``quartz``, ``quartz_maximum_steam_loss``, ``chalcedony``,
        ``na_k_fournier``, ``na_k_giggenbach``, ``na_k_ca``, ``na_k_ca_mg`` (with the magnesium
        correction), ``k_mg``; ``estimate`` with its range and ``estimate_by`` [degC];
        ``maturity_index``, ``equilibrium``, ``ternary_na``, ``ternary_k``, ``ternary_mg``,
        ``charge_imbalance`` [percent] and ``flags``.

    Raises
    ------
    InputError
        COLUMN_MISSING where neither SiO2 nor both of Na and K are there; COLUMN_TAKEN where a
        column has the name of a result; VALUE_INVALID for a cell that is no concentration,
        NODATA_UNDECLARED for one that stands for missing data, such as -9999.
    UnitsError
        UNITS_MISSING; UNITS_INCOMPATIBLE for amounts per litre without the density.

    Warns
    -----
    RANGE_IMPLAUSIBLE
        Where the median of silica lies outside 5 to 2,000 mg kg-1, as amounts taken for masses do.

    Notes
    -----
    The estimate is one geothermometer's, never a mean:

    1. none, where charges are out of balance by more than 10 %;
    2. Na-K of Giggenbach, where the water is in full equilibrium (maturity index 2.66 or more);
    3. else quartz without steam loss, where that gives 180 degC or more;
    4. else chalcedony, which then governs silica or is the lower of the two; quartz where
       chalcedony is cooler than the water at the outlet;
    5. none without silica. A formula outside of its range is not used and is flagged.

    The range is that of all formulas that apply; chalcedony and quartz both count below 180 degC.
    What is below detection is not replaced by a number: what needs it has none, and is flagged.
    Na-K-Ca has β of 4/3 below 100 degC as the paper says. Everything here was found by drilling or
    at springs: it knows where geothermal systems are (``label_leak``). Mixing with cold water,
    boiling and steam heating are not corrected: SO4 waters of fumaroles fit none of these.

    References
    ----------
    Fournier (1977), Geothermics 5, 41-50. Fournier (1979), Geotherm. Resour. Counc. Trans. 3,
    221-224. Fournier and Truesdell (1973), Geochim. Cosmochim. Acta 37, 1255-1275. Fournier and
    Potter (1979), Geochim. Cosmochim. Acta 43, 1543-1550. Giggenbach (1988), Geochim. Cosmochim.
    Acta 52, 2749-2765. Arnorsson (1975), Am. J. Sci. 275, 763-784 (chalcedony below 180 degC).

    Examples
    --------
    >>> places = gpd.points_from_xy([0, 1], [0, 0], crs=4326)
    >>> springs = gpd.GeoDataFrame({"SiO2": [250.0, 80.0]}, geometry=places)
    >>> springs.attrs["columns"] = {"SiO2": "mg kg-1"}
    >>> found = geothermometers(springs)
    >>> found[["estimate", "estimate_by"]].round(1).values.tolist()
    [[195.7, 'quartz'], [97.2, 'chalcedony']]
    """
    where = "geochemistry.geothermometers"
    read = concentrations(samples, columns or {}, density, negative == "detection_limit", where)
    water = {name: found.values for name, found in read.items()}
    if "SiO2" in water:
        _tell_silica(water["SiO2"], where)
    found = _temperatures(water)
    outlet = None
    if measured_temperature is not None:
        outlet = frames.column(samples, measured_temperature, "degC", f"{where}.samples")
    usable = {name: _usable(name, found[name], outlet) for name in VALID}
    found |= _estimates(found, usable)
    found["flags"] = _flags(read, found, outlet)
    return _with_columns(samples, found, where)


def _tell_silica(silica: Floats, where: str) -> None:
    """A finding for silica that waters do not have, as amounts taken for masses are."""
    known = silica[np.isfinite(silica)]
    if not known.size or _SILICA[0] <= np.median(known) <= _SILICA[1]:
        return
    few = np.median(known) < _SILICA[0]
    warn(
        "RANGE_IMPLAUSIBLE", "half of the waters have silica that no spring or well has",
        where=f"{where}.samples", found=f"a median of {np.median(known):.3g} mg kg-1",
        wanted=f"{_SILICA[0]:g} to {_SILICA[1]:g} mg kg-1",
        fix=f"are these {'mmol or mol' if few else 'ug'}? State the unit of the column",
    )  # fmt: skip


def _temperatures(water: dict[str, Floats]) -> dict[str, Any]:
    """Every formula and check [degC, percent, 1] for the samples."""
    unknown = np.full(next(iter(water.values())).shape, np.nan)
    silica, na, k, ca, mg = (water.get(name, unknown) for name in ("SiO2", "Na", "K", "Ca", "Mg"))
    base = formulas.na_k_ca(na, k, ca)
    share = formulas.magnesium_share(k, ca, mg)
    index = formulas.maturity(na, k, mg)
    ternary = formulas.ternary(na, k, mg)
    return {
        "quartz": formulas.quartz(silica),
        "quartz_maximum_steam_loss": formulas.quartz_maximum_steam_loss(silica),
        "chalcedony": formulas.chalcedony(silica),
        "na_k_fournier": formulas.na_k_fournier(na, k),
        "na_k_giggenbach": formulas.na_k_giggenbach(na, k),
        "na_k_ca": base,
        "na_k_ca_mg": base - formulas.magnesium_correction(base, share),
        "k_mg": formulas.k_mg(k, mg),
        "maturity_index": index,
        "equilibrium": formulas.equilibrium(index),
        **dict(zip(("ternary_na", "ternary_k", "ternary_mg"), ternary, strict=True)),
        "charge_imbalance": formulas.charge_imbalance(water),
    }


def _usable(name: str, temperature: Floats, outlet: Floats | None) -> NDArray[np.bool_]:
    low, high = VALID[name]
    inside = (temperature >= low) & (temperature <= high)
    return inside if outlet is None else inside & ~(temperature < outlet)


def _estimates(
    found: dict[str, Any], usable: dict[str, NDArray[np.bool_]]
) -> dict[str, NDArray[Any]]:
    """The one geothermometer that the rule picks, and the range of those that apply."""
    balanced = ~(np.abs(found["charge_imbalance"]) > _TOLERANCE)
    full, partial = (found["equilibrium"] == grade for grade in ("full", "partial"))
    cooler = usable["chalcedony"]
    picks = {
        "na_k_giggenbach": balanced & usable["na_k_giggenbach"] & full,
        "quartz": balanced & usable["quartz"] & ((found["quartz"] >= _QUARTZ_GOVERNS) | ~cooler),
        "chalcedony": balanced & cooler & (found["quartz"] < _QUARTZ_GOVERNS),
    }
    applies = {
        **{name: usable[name] & full for name in ("na_k_giggenbach", "na_k_fournier")},
        **{name: usable[name] & (full | partial) for name in ("na_k_ca_mg", "k_mg")},
        "quartz": usable["quartz"],
        "chalcedony": picks["chalcedony"],
    }
    used = [np.where(mask & balanced, found[name], np.nan) for name, mask in applies.items()]
    names = list(picks)
    estimate = np.select(list(picks.values()), [found[name] for name in names], np.nan)
    some = ~np.isnan(estimate)
    return {
        "estimate": estimate,
        "estimate_by": np.select(list(picks.values()), names, ""),
        "estimate_low": np.where(some, np.fmin.reduce(used), np.nan),
        "estimate_high": np.where(some, np.fmax.reduce(used), np.nan),
    }


def _flags(read: dict[str, Detections], found: dict[str, Any], outlet: Floats | None) -> list[str]:
    """What limits each sample's temperatures, joined by semicolons."""
    marks: dict[str, NDArray[np.bool_]] = {
        f"{name} below detection": each.below for name, each in read.items()
    }
    marks |= {f"{name} not analysed": np.isnan(e.values) & ~e.below for name, e in read.items()}
    for name, (low, high) in VALID.items():
        outside = (found[name] < low) | (found[name] > high)
        marks[f"{name} outside {low:g} to {high:g} degC"] = outside
        if outlet is not None:
            marks[f"{name} below the measured temperature"] = found[name] < outlet
    marks["partial equilibrium"] = found["equilibrium"] == "partial"
    marks["immature water"] = found["equilibrium"] == "immature"
    marks["charges out of balance"] = np.abs(found["charge_imbalance"]) > _TOLERANCE
    marks["balance of charges not known"] = np.isnan(found["charge_imbalance"])
    rows = range(len(found["quartz"]))
    return ["; ".join(text for text, mask in marks.items() if mask[row]) for row in rows]


def _with_columns(samples: gpd.GeoDataFrame, found: dict[str, Any], where: str) -> gpd.GeoDataFrame:
    order = [*_COLUMNS, *_TEXTS]
    if taken := [name for name in order if name in samples]:
        raise InputError(
            "COLUMN_TAKEN", "the samples have columns with the names of results",
            where=f"{where}.samples", found=", ".join(taken), wanted="other names",
            fix="rename these columns",
        )  # fmt: skip
    told = {name: {"units": unit, "description": text} for name, (unit, text) in _COLUMNS.items()}
    told |= {name: {"units": "1", "description": text} for name, text in _TEXTS.items()}
    extra = pd.DataFrame({name: found[name] for name in order}, index=samples.index)
    result = gpd.GeoDataFrame(pd.concat([pd.DataFrame(samples), extra], axis=1), crs=samples.crs)
    result = result.set_geometry(samples.geometry.name)
    result.attrs = {**samples.attrs, "columns": {**samples.attrs.get("columns", {}), **told}}
    return result


@layer(status="derived", label_leak=True)
def nearest_temperature(
    samples: Features,
    grid: Grid,
    radius: Annotated[float, Unit("m"), Field(gt=0)] = 5_000.0,
    column: str = "estimate",
) -> Annotated[Layer, Unit("degC")]:
    """Temperature of the nearest spring or well with an estimate, within a radius.

    Parameters
    ----------
    samples : points
        Springs and wells, such as those of :func:`geothermometers`.
    grid : GeoBox
        The run's grid.
    radius : float
        Farthest distance of a sample from a cell's centre [m].
    column : str
        Column with the temperature [degC].

    Returns
    -------
    (y, x) layer
        Temperature [degC]; NaN farther than the radius from every sample with a value. Nothing is
        interpolated.

    Raises
    ------
    InputError
        GEOMETRY_WRONG where the samples are no points; FEATURES_NONE where none has a value;
        COLUMN_MISSING.
    UnitsError
        UNITS_MISSING, UNITS_INCOMPATIBLE.

    Examples
    --------
    >>> from siting.grid import make_grid
    >>> grid = make_grid("EPSG:4326", 1.0, (0, -0.5, 2, 0.5))
    >>> wells = gpd.GeoDataFrame(
    ...     {"estimate": [230.0]}, geometry=gpd.points_from_xy([0.5], [0.0], crs=4326)
    ... )
    >>> wells.attrs["columns"] = {"estimate": "degC"}
    >>> nearest_temperature(wells, grid, radius="50 km").values.tolist()
    [[230.0, nan]]
    """
    where = "geochemistry.nearest_temperature.samples"
    value = frames.column(samples, column, "degC", where)
    places = geometries(samples, where)
    if any(each.geom_type != "Point" for each in places):
        raise InputError(
            "GEOMETRY_WRONG", "samples are taken at points", where=where,
            found=", ".join(sorted({each.geom_type for each in places})), wanted="points",
        )  # fmt: skip
    known = np.isfinite(value)
    if not known.any():
        raise InputError(
            "FEATURES_NONE", f"no sample has a value in '{column}'", where=where,
            found=f"{len(value)} samples without one", wanted="one at least",
        )  # fmt: skip
    x, y = (np.array([getattr(each, axis) for each in places[known]]) for axis in "xy")
    tree, values = PointTree(x, y).tree, value[known].astype(np.float32)

    def nearest(longitude: Floats, latitude: Floats) -> Floats:
        chord, row = tree.query(ecef(longitude, latitude))
        return np.asarray(np.where(arc(chord) <= radius, values[row], np.nan))

    return at_places(grid, nearest)
