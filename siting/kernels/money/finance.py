"""Capital spread over years: recovery factors, and costs of energy."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.errors import InputError

HOURS_PER_YEAR = 8760.0  # [h] as costs of energy are told, without leap days


def crf(rate: ArrayLike, life: ArrayLike) -> Any:
    """Capital recovery factor: yearly payment for one unit of capital.

    Parameters
    ----------
    rate : array-like
        Interest, real [yr-1]; 0 is allowed.
    life : array-like
        Years over which capital is paid back [yr]; broadcast against the rate.

    Returns
    -------
    float or numpy.ndarray
        Payment at the end of each year as share of capital [yr-1].

    Raises
    ------
    InputError
        VALUE_INVALID for a rate of -1 or less, or a life that is not above 0.

    Notes
    -----
    r/(1 - (1 + r)^-n), and 1/n where r is 0. A life need not be whole years.

    Examples
    --------
    >>> round(float(crf(0.07, 30)), 7)
    0.0805864
    >>> float(crf(0.0, 20))
    0.05
    """
    r, n = np.asarray(rate, dtype=float), np.asarray(life, dtype=float)
    if not ((r > -1) & (n > 0)).all():
        raise InputError(
            "VALUE_INVALID", "capital cannot be paid back so", where="crf",
            found=f"rates from {r.min():g}, lives from {n.min():g} years",
            wanted="rates above -1 and lives above 0 years",
        )  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        # expm1 and log1p: at small rates 1 - (1 + r)^-n would lose its digits.
        factor = r / -np.expm1(-n * np.log1p(r))
    return np.where(r == 0, 1 / n, factor)[()]


def annuity(rate: ArrayLike, life: ArrayLike, loss: ArrayLike = 0.0) -> Any:
    """Yearly payment for one unit of capital while part of what it bought is lost each year.

    Parameters
    ----------
    rate : array-like
        Interest, real [yr-1].
    life : array-like
        Years that it lasts unless it is lost [yr].
    loss : array-like
        Share that is lost in a year, from 0 to below 1 [yr-1].

    Returns
    -------
    float or numpy.ndarray
        Payment for each that is still there, as share of the capital of one [yr-1].

    Notes
    -----
    1/sum over t from 1 to n of ((1 - loss)/(1 + rate))^t: the recovery factor at the rate
    (1 + rate)/(1 - loss) - 1. What is lost is gone at the end of its year.

    Examples
    --------
    Without loss it is the recovery factor; a loss of 5 % a year works much as 5 % of interest.

    >>> float(annuity(0.07, 30)) == float(crf(0.07, 30))
    True
    >>> round(float(annuity(0.07, 5, 0.05)), 4)
    0.2818
    """
    return crf(_with_loss(rate, loss), life)


def surviving_share(
    rate: ArrayLike, life: ArrayLike, attrition: ArrayLike, loss: ArrayLike = 0.0
) -> Any:
    """Mean share that still works, of parts that fail one by one and are not repaired.

    Parameters
    ----------
    rate : array-like
        Interest, real [yr-1].
    life : array-like
        Years until all are replaced [yr].
    attrition : array-like
        Share of the parts that fails in a year [yr-1].
    loss : array-like
        Share of the whole that is lost in a year [yr-1].

    Returns
    -------
    float or numpy.ndarray
        Hours that are delivered by what was bought, as share of those without failures; hours of
        later years count less, as their money does.

    Examples
    --------
    >>> round(float(surviving_share(0.07, 5, 0.05)), 4)
    0.8656
    >>> float(surviving_share(0.07, 5, 0.0))
    1.0
    """
    whole = _with_loss(rate, loss)
    return crf(whole, life) / crf(_with_loss(whole, attrition), life)


def _with_loss(rate: ArrayLike, loss: ArrayLike) -> NDArray[np.float64]:
    """The rate at which payments count less both for interest and for what is lost."""
    share = np.asarray(loss, dtype=float)
    if not ((share >= 0) & (share < 1)).all():
        raise InputError(
            "VALUE_INVALID", "a loss is a share of what there is", where="annuity",
            found=f"{share.min():g} to {share.max():g} a year", wanted="from 0 to below 1",
        )  # fmt: skip
    return np.asarray((np.asarray(rate, dtype=float) + share) / (1 - share))


def lcoe(
    capital: ArrayLike,
    fixed: ArrayLike,
    energy: ArrayLike,
    charge: ArrayLike,
    variable: ArrayLike = 0.0,
) -> Any:
    """Levelised cost of energy.

    Parameters
    ----------
    capital : array-like
        Capital cost [USD], or [USD] per kW of the same plant as `fixed` and `energy`.
    fixed : array-like
        Fixed operating cost [USD yr-1].
    energy : array-like
        Energy delivered [MWh yr-1].
    charge : array-like
        Fixed charge rate: yearly payment for one unit of capital, as of :func:`crf` [yr-1].
    variable : array-like
        Variable operating cost [USD MWh-1].

    Returns
    -------
    float or numpy.ndarray
        Cost [USD MWh-1].

    Notes
    -----
    (charge x capital + fixed)/energy + variable: the simple method of NREL's System Advisor
    Model. Costs at two charge rates are not to be compared.

    Examples
    --------
    The reference device RM3 of 286 kW: 15,749 USD per kW, 54,300 USD a year for upkeep, and
    594.34 MWh a year.

    >>> [round(float(lcoe(15_749 * 286, 54_300, 594.34, rate))) for rate in (0.108, 0.05)]
    [910, 470]
    """
    payment = np.multiply(charge, capital) + np.asarray(fixed, dtype=float)
    return np.asarray(payment / np.asarray(energy, dtype=float) + variable)[()]


def gpu_hour(
    price: ArrayLike,
    overhead: ArrayLike,
    rate: ArrayLike,
    life: ArrayLike,
    uptime: ArrayLike,
    power: ArrayLike,
    energy_price: ArrayLike,
) -> Any:
    """Cost of one delivered hour of a processor, from its price and that of firm power.

    Parameters
    ----------
    price : array-like
        Price of a processor [USD GPU-1].
    overhead : array-like
        What comes on top of it, as share [1].
    rate : array-like
        Interest, real [yr-1].
    life : array-like
        Years until it is replaced [yr].
    uptime : array-like
        Share of hours that are delivered [1].
    power : array-like
        Power drawn, cooling included [kW GPU-1].
    energy_price : array-like
        Cost of firm power [USD MWh-1].

    Returns
    -------
    float or numpy.ndarray
        Cost [USD GPU-1 h-1]. Buildings are not in it.

    Examples
    --------
    >>> round(float(gpu_hour(30_000, 0.5, 0.07, 5, 0.99, 1.38, 100)), 3)
    1.404
    """
    capital = np.multiply(price, 1 + np.asarray(overhead)) * crf(rate, life)
    return capital / HOURS_PER_YEAR / uptime + np.multiply(power, energy_price) / 1000


def per_megatoken(cost: ArrayLike, throughput: ArrayLike) -> Any:
    """Cost of a million tokens from that of an hour.

    Parameters
    ----------
    cost : array-like
        Cost [USD GPU-1 h-1].
    throughput : array-like
        Tokens a second and processor [s-1 GPU-1].

    Returns
    -------
    float or numpy.ndarray
        Cost [USD] for a million tokens.

    Examples
    --------
    >>> float(per_megatoken(3.6, 1000))
    1.0
    """
    return np.divide(cost, 3600 * np.asarray(throughput, dtype=float) / 1e6)[()]
