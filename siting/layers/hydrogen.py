"""Natural hydrogen: where rock may make it, and the chance that a whole system is there."""

from functools import reduce
from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from siting.errors import InputError, PipelineError
from siting.kinds import Layer, Unit
from siting.signature import layer

# Dose rates of rock with 1 mg/kg of U or Th, or 1 % of K, by kind of radiation [Gy per 1000 years],
# daughters included: Adamiec and Aitken 1998, Ancient TL 16, 37-50, table 5.
_DOSE_RATES = {
    "uranium": {"alpha": 2.781, "beta": 0.146, "gamma": 0.113},
    "thorium": {"alpha": 0.732, "beta": 0.0273, "gamma": 0.0476},
    "potassium": {"alpha": 0.0, "beta": 0.782, "gamma": 0.243},
}
# Stopping power of water over that of rock, and molecules of H2 per 100 eV taken up by water:
# Lin and others 2005, Geochim. Cosmochim. Acta 69, 893-903.
_STOPPING = {"alpha": 1.5, "beta": 1.25, "gamma": 1.14}
_YIELD = {"alpha": 0.96, "beta": 0.6, "gamma": 0.4}
_ELECTRONVOLTS = 6.241509e18  # per joule
_AVOGADRO = 6.02214076e23  # per mole
_WATER_DENSITY = 1000.0  # [kg m-3]
_Chance = Annotated[Layer, Unit("1")]
_Share = Annotated[float, Field(ge=0, le=1)]


@layer(status="assumed")
def chance_by_class(
    classes: Layer, chances: Annotated[dict[str, _Share], Field(min_length=1)]
) -> Annotated[Layer, Unit("1")]:
    """Chance that an expert gives to each class of a layer.

    Parameters
    ----------
    classes : (y, x) categorical layer
        Class of each cell, such as its tectonic regime or rock.
    chances : dict of str to float
        Chance of every class by its name, or by its number where classes have no names [1].

    Returns
    -------
    (y, x) layer
        Chance from 0 to 1 [1], assumed; NaN where the class is not known.

    Raises
    ------
    InputError
        KIND_WRONG where the layer is not categorical; CLASS_UNKNOWN, when the cells are computed,
        for a class without a chance.
    PipelineError
        VALUE_UNKNOWN for a name that no class has.

    Examples
    --------
    >>> attrs = {"kind": "categorical", "categories": {"1": "stable", "2": "active"}}
    >>> regime = xr.DataArray([[1.0, 2.0, np.nan]], dims=("y", "x"), attrs=attrs)
    >>> chance_by_class(regime, {"stable": 0.25, "active": 0.5}).values.tolist()
    [[0.25, 0.5, nan]]
    """
    where = "hydrogen.chance_by_class"
    if classes.attrs.get("kind") != "categorical":
        raise InputError(
            "KIND_WRONG", f"the layer '{classes.name}' does not hold classes",
            where=f"{where}.classes", found=f"kind {classes.attrs.get('kind', 'not stated')}",
            wanted="kind categorical",
        )  # fmt: skip
    named = dict(classes.attrs.get("categories", {}))
    codes = {str(name): float(code) for code, name in named.items()}
    if strange := [name for name in chances if name not in codes and not _is_number(name)]:
        raise PipelineError(
            "VALUE_UNKNOWN", "no class has this name", where=f"{where}.chances",
            found=", ".join(strange), wanted=", ".join(codes) or "numbers of classes",
        )  # fmt: skip
    table = {codes.get(name, _number(name)): chance for name, chance in chances.items()}
    found: xr.DataArray = xr.apply_ufunc(
        lambda cells: _looked_up(cells, table, where), classes,
        dask="parallelized", output_dtypes=[np.float32],
    )  # fmt: skip
    return found


def _is_number(text: str) -> bool:
    return not np.isnan(_number(text))


def _number(text: str) -> float:
    return float(text) if text.lstrip("-").isdigit() else float("nan")


def _looked_up(cells: NDArray[Any], table: dict[float, float], where: str) -> NDArray[np.float32]:
    present = np.unique(cells[~np.isnan(cells)])
    if strange := [each for each in present.tolist() if each not in table]:
        raise InputError(
            "CLASS_UNKNOWN", "a class has no chance", where=f"{where}.chances",
            found=", ".join(f"{each:g}" for each in strange),
            wanted=", ".join(f"{each:g}" for each in table), fix="give every class a chance",
        )  # fmt: skip
    found = np.full(cells.shape, np.nan, np.float32)
    for code in present.tolist():
        found[cells == code] = table[code]
    return found


@layer(status="derived")
def serpentinisation(
    temperature: Annotated[Layer, Unit("degC")],
    ultramafic: _Chance,
    lowest: Annotated[float, Unit("degC")] = 100.0,
    best_low: Annotated[float, Unit("degC")] = 200.0,
    best_high: Annotated[float, Unit("degC")] = 320.0,
    highest: Annotated[float, Unit("degC")] = 400.0,
) -> Annotated[Layer, Unit("1")]:
    """Chance that ultramafic rock makes hydrogen by serpentinisation.

    Parameters
    ----------
    temperature : (y, x) layer
        Temperature of the rock at the depth in question [degC].
    ultramafic : (y, x) layer
        Chance, or share, of ultramafic rock there [1].
    lowest, highest : float
        Temperatures outside of which the chance is 0 [degC].
    best_low, best_high : float
        Temperatures between which the chance is that of the rock [degC].

    Returns
    -------
    (y, x) layer
        Chance from 0 to 1 [1].

    Raises
    ------
    PipelineError
        VALUE_INVALID where the four temperatures do not rise.
    InputError
        CRITERION_RANGE, when the cells are computed, where the chance of rock leaves 0..1.

    Notes
    -----
    The chance of rock times a trapezoid of temperature. Rates are greatest at some 200 to 320 degC;
    below, the reaction is slow; above some 400 degC olivine is stable with water. The bounds are a
    judgement. Water, iron and how much was used up long ago are not in it.

    References
    ----------
    McCollom and Bach (2009), Geochim. Cosmochim. Acta 73, 856-875. Malvoisin and others (2012), J.
    Geophys. Res. 117, B04211. Gelman, Hearon and Ellis (2025), USGS Professional Paper 1900.

    Examples
    --------
    >>> t = xr.DataArray([[50.0, 150.0, 250.0]], dims=("y", "x"), attrs={"units": "degC"})
    >>> rock = xr.DataArray([[1.0, 1.0, 0.5]], dims=("y", "x"), attrs={"units": "1"})
    >>> serpentinisation(t, rock).values.tolist()
    [[0.0, 0.5, 0.5]]
    """
    bounds = (lowest, best_low, best_high, highest)
    if not lowest < best_low <= best_high < highest:
        raise PipelineError(
            "VALUE_INVALID", "the window's temperatures must rise",
            where="hydrogen.serpentinisation", found=", ".join(f"{each:g}" for each in bounds),
            wanted="lowest < best_low <= best_high < highest",
        )  # fmt: skip
    rising = (temperature - lowest) / (best_low - lowest)
    falling = (highest - temperature) / (highest - best_high)
    window: xr.DataArray = xr.ufuncs.minimum(rising, falling).clip(0, 1)
    rock = _within_one(ultramafic, "hydrogen.serpentinisation.ultramafic")
    return (window * rock).astype(np.float32)


@layer(status="derived")
def radiolysis_rate(
    uranium: Annotated[Layer, Unit("mg kg-1")],
    thorium: Annotated[Layer, Unit("mg kg-1")],
    potassium: Annotated[Layer, Unit("percent")],
    porosity: Annotated[float, Unit("1"), Field(gt=0, lt=1)],
    grain_density: Annotated[float, Unit("kg m-3"), Field(gt=1000, lt=5000)] = 2700.0,
) -> Annotated[Layer, Unit("umol m-3 yr-1")]:
    """Hydrogen that radioactivity makes from the water in the pores of a rock.

    Parameters
    ----------
    uranium, thorium : (y, x) layers
        Mass fractions in the rock [mg kg-1].
    potassium : (y, x) layer
        Mass fraction in the rock [percent].
    porosity : float
        Share of the rock's volume that is pores, full of water [1].
    grain_density : float
        Density of the rock without its pores [kg m-3].

    Returns
    -------
    (y, x) layer
        Rate per volume of rock and pores [umol m-3 yr-1].

    Notes
    -----
    Σ D W S/(1 + W S) G ρ(1 - φ) over alpha, beta and gamma rays, with the dose rate D of the dry
    rock, the mass of water over that of rock W = φ ρw/((1 - φ) ρ), stopping power S of water over
    rock and yield G. It holds where pores are smaller than the reach of alpha particles, some 30
    micrometres, and elements are spread evenly; wide fractures and minerals rich in uranium make
    less. What is made need not stay.

    References
    ----------
    Lin and others (2005), Geochim. Cosmochim. Acta 69, 893-903. Adamiec and Aitken (1998), Ancient
    TL 16, 37-50. Sherwood Lollar and others (2014), Nature 516, 379-382.

    Examples
    --------
    A granite with 1 % of water-filled pores.

    >>> u, th, k = (
    ...     xr.DataArray([[v]], dims=("y", "x"), attrs={"units": unit})
    ...     for v, unit in ((3.0, "mg kg-1"), (12.0, "mg kg-1"), (3.0, "percent"))
    ... )
    >>> print(f"{radiolysis_rate(u, th, k, porosity=0.01).item():.4f}")
    0.0286
    """
    solid = (1 - porosity) * grain_density
    water = porosity * _WATER_DENSITY / solid
    rate = []
    for name, element in (("uranium", uranium), ("thorium", thorium), ("potassium", potassium)):
        taken_up = sum(
            dose * water * _STOPPING[ray] / (1 + water * _STOPPING[ray]) * _YIELD[ray] / 100
            for ray, dose in _DOSE_RATES[name].items()
        )  # molecules per eV, weighted by dose [Gy per 1000 years]
        per_year = taken_up / 1000 * _ELECTRONVOLTS / _AVOGADRO * solid
        rate.append(element * np.float32(per_year * 1e6))
    return reduce(lambda one, other: one + other, rate)


@layer(status="assumed")
def discounted(chance: _Chance, reliability: _Share) -> Annotated[Layer, Unit("1")]:
    """Chance lowered by how far its evidence is trusted.

    Parameters
    ----------
    chance : (y, x) layer
        Chance by some evidence [1].
    reliability : float
        Chance that the evidence stands for what it is taken for [1].

    Returns
    -------
    (y, x) layer
        Their product [1], assumed: the reliability is a judgement.

    Raises
    ------
    InputError
        CRITERION_RANGE, when the cells are computed, where the chance leaves 0..1.

    Examples
    --------
    >>> lithosphere = xr.DataArray([[0.5]], dims=("y", "x"), attrs={"units": "1"})
    >>> discounted(lithosphere, reliability=0.5).values.tolist()
    [[0.25]]
    """
    return _within_one(chance, "hydrogen.discounted.chance") * np.float32(reliability)


@layer(status="derived")
def system_chance(
    sources: Annotated[list[_Chance], Field(min_length=1)],
    reservoir: _Chance,
    seal: _Chance,
) -> Annotated[Layer, Unit("1")]:
    """Chance that a natural hydrogen system is there: source, reservoir and seal.

    Parameters
    ----------
    sources : list of (y, x) layers
        Chance of each way that hydrogen may be made, such as serpentinisation and radiolysis [1].
    reservoir, seal : (y, x) layers
        Chance that there is one [1].

    Returns
    -------
    (y, x) layer
        Chance from 0 to 1 [1]; NaN where a part is not known.

    Raises
    ------
    InputError
        CRITERION_RANGE, when the cells are computed, where a part leaves 0..1.

    Notes
    -----
    max(sources) x reservoir x seal. The product supposes that the three are
    independent. It is no probability unless each part is one, calibrated: what it gives is an
    order. Migration, timing, and microbes that use hydrogen up are not in it.

    References
    ----------
    Gelman, Hearon and Ellis (2025), Prospectivity mapping for geologic hydrogen, USGS Professional
    Paper 1900.

    Examples
    --------
    >>> serpentine, radiolysis, rock, salt = (
    ...     xr.DataArray([[v]], dims=("y", "x"), attrs={"units": "1"}) for v in (0.5, 0.25, 0.5, 1)
    ... )
    >>> system_chance([serpentine, radiolysis], rock, salt).values.tolist()
    [[0.25]]
    """
    where = "hydrogen.system_chance"
    made = [_within_one(each, f"{where}.sources") for each in sources]
    source = reduce(xr.ufuncs.maximum, made)  # NaN where one is not known
    parts = (source, _within_one(reservoir, f"{where}.reservoir"),
             _within_one(seal, f"{where}.seal"))  # fmt: skip
    return reduce(lambda one, other: one * other, parts).astype(np.float32)


def _within_one(chance: xr.DataArray, where: str) -> xr.DataArray:
    def block(cells: NDArray[Any]) -> NDArray[np.float32]:
        if ((cells < 0) | (cells > 1)).any():
            raise InputError(
                "CRITERION_RANGE", f"'{chance.name}' leaves the range of a chance", where=where,
                found=f"{np.nanmin(cells):g} to {np.nanmax(cells):g}", wanted="0 to 1",
                fix="bring it to 0..1, with combine.rescale for example",
            )  # fmt: skip
        return np.asarray(cells, dtype=np.float32)

    found: xr.DataArray = xr.apply_ufunc(
        block, chance, dask="parallelized", output_dtypes=[np.float32]
    )
    return found
