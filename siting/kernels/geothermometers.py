"""Temperatures of reservoirs from the solutes of their water, and how far to trust each.

Concentrations are mass fractions [mg/kg]; where one is missing or not positive, the result is NaN.
All of them suppose that a mineral was in equilibrium with the water at depth, and that nothing was
added, lost or precipitated on the way up.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KELVIN = 273.15  # of 0 degC
# Range that each formula was fitted or recommended for [degC].
VALID = {
    "quartz": (100.0, 250.0),  # Fournier 1977 gives 0 to 250; below 100 chalcedony governs
    "quartz_maximum_steam_loss": (100.0, 250.0),
    "chalcedony": (0.0, 180.0),  # fitted to 250, but above 180 quartz governs (Arnorsson 1975)
    "na_k_fournier": (150.0, 350.0),
    "na_k_giggenbach": (150.0, 350.0),
    "na_k_ca": (4.0, 340.0),  # of the waters that it was fitted to
    "na_k_ca_mg": (70.0, 340.0),
    "k_mg": (50.0, 300.0),
}
# Molar mass [g/mol] and charge of what an analysis of water tells.
SOLUTES = {
    "SiO2": (60.084, 0),
    "Na": (22.990, 1),
    "K": (39.098, 1),
    "Ca": (40.078, 2),
    "Mg": (24.305, 2),
    "Li": (6.94, 1),
    "Cl": (35.453, -1),
    "SO4": (96.06, -2),
    "HCO3": (61.017, -1),
    "CO3": (60.009, -2),
    "F": (18.998, -1),
}
FULL_EQUILIBRIUM = 2.66  # maturity index, from the two formulas of Giggenbach: 4.41 - 1.75
PARTIAL_EQUILIBRIUM = 2.0


def quartz(silica: Floats) -> Floats:
    """Temperature of equilibrium with quartz, no steam lost [degC]; Fournier 1977.

    Examples
    --------
    >>> quartz(np.array([200.0])).round(2).tolist()
    [179.95]
    """
    return _celsius(1309, 5.19 - _log(silica))


def quartz_maximum_steam_loss(silica: Floats) -> Floats:
    """Temperature of equilibrium with quartz, boiled to 100 degC [degC]; Fournier 1977.

    Examples
    --------
    >>> quartz_maximum_steam_loss(np.array([200.0])).round(2).tolist()
    [168.14]
    """
    return _celsius(1522, 5.75 - _log(silica))


def chalcedony(silica: Floats) -> Floats:
    """Temperature of equilibrium with chalcedony, no steam lost [degC]; Fournier 1977.

    Examples
    --------
    >>> chalcedony(np.array([100.0])).round(2).tolist()
    [110.49]
    """
    return _celsius(1032, 4.69 - _log(silica))


def na_k_fournier(sodium: Floats, potassium: Floats) -> Floats:
    """Temperature from sodium over potassium [degC]; Fournier 1979.

    Examples
    --------
    >>> na_k_fournier(np.array([1000.0]), np.array([100.0])).round(2).tolist()
    [216.98]
    """
    return _celsius(1217, _log(sodium) - _log(potassium) + 1.483)


def na_k_giggenbach(sodium: Floats, potassium: Floats) -> Floats:
    """Temperature from sodium over potassium [degC]; Giggenbach 1988.

    Examples
    --------
    >>> na_k_giggenbach(np.array([1000.0]), np.array([100.0])).round(2).tolist()
    [232.3]
    """
    return _celsius(1390, _log(sodium) - _log(potassium) + 1.75)


def k_mg(potassium: Floats, magnesium: Floats) -> Floats:
    """Temperature from potassium squared over magnesium [degC]; Giggenbach 1988.

    Examples
    --------
    >>> k_mg(np.array([100.0]), np.array([1.0])).round(2).tolist()
    [167.85]
    """
    return _celsius(4410, 14.0 - 2 * _log(potassium) + _log(magnesium))


def na_k_ca(sodium: Floats, potassium: Floats, calcium: Floats) -> Floats:
    """Temperature from sodium, potassium and calcium [degC]; Fournier and Truesdell 1973.

    Notes
    -----
    β is 4/3 where log10(√Ca/Na) + 2.06 is positive and the temperature so found is below 100 degC,
    else 1/3. The constants are for mg/kg: with molalities, 2.24 stands for 2.47, and 0 for 2.06.

    Examples
    --------
    >>> na_k_ca(np.array([1000.0]), np.array([100.0]), np.array([20.0])).round(1).tolist()
    [215.1]
    """
    ratio = _log(sodium) - _log(potassium)
    calcic = _log(calcium) / 2 - _log(sodium) + 2.06
    cool = _celsius(1647, ratio + calcic * 4 / 3 + 2.47)
    hot = _celsius(1647, ratio + calcic / 3 + 2.47)
    return np.where((calcic > 0) & (cool < 100), cool, hot)


def magnesium_share(potassium: Floats, calcium: Floats, magnesium: Floats) -> Floats:
    """Magnesium among magnesium, calcium and potassium, by equivalents [percent]: R."""
    mg, ca, k = (
        _positive(each) * SOLUTES[name][1] / SOLUTES[name][0]
        for name, each in (("Mg", magnesium), ("Ca", calcium), ("K", potassium))
    )
    return 100 * mg / (mg + ca + k)


def magnesium_correction(temperature: Floats, share: Floats) -> Floats:
    """What magnesium takes from the Na-K-Ca temperature [K]; Fournier and Potter 1979.

    Parameters
    ----------
    temperature : numpy.ndarray
        Na-K-Ca temperature without the correction [degC].
    share : numpy.ndarray
        R, see :func:`magnesium_share` [percent].

    Returns
    -------
    numpy.ndarray
        0 where the temperature is below 70 degC, R below 0.5 or the correction negative; NaN where
        R exceeds 50: such water is that of the rock nearby and as cold as measured [K].

    Examples
    --------
    >>> magnesium_correction(np.array([200.0, 200.0]), np.array([0.4, 60.0])).tolist()
    [0.0, nan]
    """
    t = temperature + KELVIN
    l = _log(share)  # noqa: E741  # L of the paper
    high = (
        10.66 - 4.7415 * share + 325.87 * l**2
        - 1.032e5 * l**2 / t - 1.968e7 * l**2 / t**2 + 1.605e7 * l**3 / t**2
    )  # fmt: skip
    low = -1.03 + 59.971 * l + 145.05 * l**2 - 36711 * l**2 / t - 1.67e7 * l / t**2
    found = np.maximum(np.where(share > 5, high, low), 0.0)
    found = np.where((temperature < 70) | (share < 0.5), 0.0, found)
    return np.where((share > 50) | np.isnan(share) | np.isnan(temperature), np.nan, found)


def maturity(sodium: Floats, potassium: Floats, magnesium: Floats) -> Floats:
    """Maturity index of Giggenbach 1988 [1]: 2.66 where both of his temperatures agree.

    Examples
    --------
    >>> maturity(np.array([1000.0]), np.array([100.0]), np.array([0.01])).round(2).tolist()
    [2.89]
    """
    k = _log(potassium)
    return 0.315 * (2 * k - _log(magnesium)) - (k - _log(sodium))


def equilibrium(index: Floats) -> NDArray[np.str_]:
    """``full``, ``partial`` or ``immature`` by the maturity index; empty where it is not known.

    Examples
    --------
    >>> equilibrium(np.array([2.7, 2.3, 1.0, np.nan])).tolist()
    ['full', 'partial', 'immature', '']
    """
    grades = [index >= FULL_EQUILIBRIUM, index >= PARTIAL_EQUILIBRIUM, ~np.isnan(index)]
    return np.select(grades, ["full", "partial", "immature"], "")


def ternary(sodium: Floats, potassium: Floats, magnesium: Floats) -> tuple[Floats, Floats, Floats]:
    """Shares of Na/1000, K/100 and √Mg in their sum [percent]; Giggenbach 1988.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> [part.round(1).item() for part in ternary(1000 * one, 100 * one, 2.25 * one)]
    [28.6, 28.6, 42.9]
    """
    parts = [_positive(sodium) / 1000, _positive(potassium) / 100, np.sqrt(_positive(magnesium))]
    na, k, mg = (100 * part / sum(parts) for part in parts)
    return na, k, mg


def charge_imbalance(solutes: dict[str, Floats]) -> Floats:
    """Cations less anions over their sum, by equivalents [percent].

    Parameters
    ----------
    solutes : dict of str to numpy.ndarray
        Concentrations by the names of `SOLUTES` [mg/kg]; one that is missing in a water counts
        as none of it, but sodium and chloride must be known.

    Notes
    -----
    100 (Σc - Σa)/(Σc + Σa). Others divide by the mean of the two and get twice as much.

    Examples
    --------
    >>> water = {"Na": np.array([22.990]), "Cl": np.array([35.453])}
    >>> charge_imbalance(water).tolist()
    [0.0]
    """
    known = {"Na", "Cl"} <= set(solutes)
    shape = next(iter(solutes.values())).shape
    cations, anions = np.zeros(shape), np.zeros(shape)
    for name, concentration in solutes.items():
        mass, charge = SOLUTES[name]
        equivalents = np.nan_to_num(concentration) * abs(charge) / mass
        cations += equivalents * (charge > 0)
        anions += equivalents * (charge < 0)
    if not known:
        return np.full(shape, np.nan)
    total = np.where(np.isnan(solutes["Na"]) | np.isnan(solutes["Cl"]), np.nan, cations + anions)
    return 100 * (cations - anions) / np.where(total > 0, total, np.nan)


def _positive(concentration: Floats) -> Floats:
    return np.where(concentration > 0, concentration, np.nan)


def _log(concentration: Floats) -> Floats:
    return np.asarray(np.log10(_positive(concentration)))


def _celsius(numerator: float, denominator: Floats) -> Floats:
    """Temperature of a formula of the form a/(b - log c), NaN beyond its pole [degC]."""
    return numerator / np.where(denominator > 0, denominator, np.nan) - KELVIN
