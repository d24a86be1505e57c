"""Power of waves at any depth, and their energy period from other periods."""

from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from siting.errors import InputError
from siting.io.quantities import quantities
from siting.kinds import Layer, Monthly, Unit
from siting.signature import layer

Gamma = Annotated[float, Unit("1"), Field(ge=1, le=10)]
_KILOWATT = 1000.0
_PERIODS = ("wave_energy_period", "wave_peak_period", "wave_mean_period_tm01",
            "wave_mean_period_tm02")  # fmt: skip


@layer(status="derived")
def power(
    height: Annotated[Layer, Unit("m")],
    energy_period: Annotated[Layer, Unit("s")],
    depth: Annotated[Layer, Unit("m")] | Annotated[float, Unit("m"), Field(gt=0)],
) -> Annotated[Layer, Unit("kW m-1")]:
    """Energy flux of waves per width of crest.

    Parameters
    ----------
    height : (y, x) layer
        Significant wave height [m].
    energy_period : (y, x) layer
        Energy period Te, that is Tm-1,0 [s]; for other periods see
        :func:`energy_period_from_peak` and its neighbours.
    depth : float or (y, x) layer
        Depth of the water, positive downwards; some kilometres stand for deep water [m].

    Returns
    -------
    (y, x) layer
        [kW m-1]; NaN where a value is missing and on land, where the depth is not above 0.

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Notes
    -----
    rho g^2/(64 pi) Hs^2 Te = 490.2701 Hs^2 Te W m-1 in deep water (rho 1025 kg m-3); at depth by
    the group velocity of the full dispersion relation over a JONSWAP shape, see
    :func:`siting.kernels.waves.energy_flux`. The flux goes with the square of the height: of mean
    heights it is less than the mean flux, by 20 % for means of a year and 13 % for means of
    months off Oregon. Means of fluxes are made from series.

    References
    ----------
    IEC TS 62600-101:2024, equations 8 and 9.

    Examples
    --------
    >>> hs = xr.DataArray([[2.0]], dims=("y", "x"), attrs={"units": "m"})
    >>> te = xr.DataArray([[10.0]], dims=("y", "x"), attrs={"units": "s"})
    >>> [round(power(hs, te, depth).item(), 1) for depth in ("5 km", "50 m")]
    [19.6, 21.9]
    """
    _check_period(energy_period, "wave_energy_period", "waves.power.energy_period")
    return _power(height, energy_period, depth)


@layer(status="derived")
def power_monthly(
    height: Annotated[Monthly, Unit("m")],
    energy_period: Annotated[Monthly, Unit("s")],
    depth: Annotated[Layer, Unit("m")] | Annotated[float, Unit("m"), Field(gt=0)],
) -> Annotated[Monthly, Unit("kW m-1")]:
    """Energy flux of waves per width of crest, by month.

    Parameters
    ----------
    height : (month, y, x) layers
        Significant wave height [m].
    energy_period : (month, y, x) layers
        Energy period Te, that is Tm-1,0 [s].
    depth : float or (y, x) layer
        Depth of the water, positive downwards; some kilometres stand for deep water [m].

    Returns
    -------
    (month, y, x) layers
        [kW m-1]; NaN where a value is missing and on land, where the depth is not above 0.

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Notes
    -----
    As :func:`power`; of the means of months it is less than the mean of the month's flux.

    Examples
    --------
    >>> dims = ("month", "y", "x")
    >>> hs = xr.DataArray(np.full((12, 1, 1), 2.0), dims=dims, attrs={"units": "m"})
    >>> te = xr.DataArray(np.full((12, 1, 1), 10.0), dims=dims, attrs={"units": "s"})
    >>> round(power_monthly(hs, te, depth="5 km").isel(month=0).item(), 2)
    19.61
    """
    _check_period(energy_period, "wave_energy_period", "waves.power_monthly.energy_period")
    return _power(height, energy_period, depth)


def _power(
    height: xr.DataArray, energy_period: xr.DataArray, depth: xr.DataArray | float
) -> xr.DataArray:
    found: xr.DataArray = xr.apply_ufunc(
        _flux, height, energy_period, depth, dask="parallelized", output_dtypes=[np.float32]
    )
    return found


def _flux(height: NDArray[Any], period: NDArray[Any], depth: NDArray[Any]) -> NDArray[np.float32]:
    """Flux of a block [kW m-1]."""
    from siting.kernels.waves import energy_flux  # loads numba, which takes its time

    return (energy_flux(height, period, depth) / _KILOWATT).astype(np.float32)


@layer(status="derived")
def energy_period_from_peak(
    peak_period: Annotated[Layer, Unit("s")], gamma: Gamma
) -> Annotated[Layer, Unit("s")]:
    """Energy period of a JONSWAP sea from its peak period.

    Parameters
    ----------
    peak_period : (y, x) layer
        Peak period Tp [s].
    gamma : float
        Peak enhancement: 1 for fully grown seas, 3.3 in the mean of JONSWAP's young ones [1].

    Returns
    -------
    (y, x) layer
        Energy period Te [s].

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Notes
    -----
    Te/Tp is .857 for gamma 1 and .903 for 3.3. In seas of swell and wind sea the peak may jump
    between the two while Te hardly moves: a period converted so is off by some tenths then.

    Examples
    --------
    >>> tp = xr.DataArray([[10.0]], dims=("y", "x"), attrs={"units": "s"})
    >>> energy_period_from_peak(tp, gamma=1).round(3).item()
    8.572
    """
    return _energy_period(peak_period, "tp", gamma, "waves.energy_period_from_peak.peak_period")


@layer(status="derived")
def energy_period_from_tm01(
    tm01: Annotated[Layer, Unit("s")], gamma: Gamma
) -> Annotated[Layer, Unit("s")]:
    """Energy period of a JONSWAP sea from its mean period Tm01.

    Parameters
    ----------
    tm01 : (y, x) layer
        Mean period by the first moment [s].
    gamma : float
        Peak enhancement: 1 for fully grown seas, 3.3 in the mean of JONSWAP's young ones [1].

    Returns
    -------
    (y, x) layer
        Energy period Te [s].

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Examples
    --------
    >>> tm01 = xr.DataArray([[10.0]], dims=("y", "x"), attrs={"units": "s"})
    >>> energy_period_from_tm01(tm01, gamma=1).round(2).item()
    11.11
    """
    return _energy_period(tm01, "tm01", gamma, "waves.energy_period_from_tm01.tm01")


@layer(status="derived")
def energy_period_from_tm02(
    tm02: Annotated[Layer, Unit("s")], gamma: Gamma
) -> Annotated[Layer, Unit("s")]:
    """Energy period of a JONSWAP sea from its zero-crossing period Tm02.

    Parameters
    ----------
    tm02 : (y, x) layer
        Mean period by the second moment, which buoys call average period [s].
    gamma : float
        Peak enhancement: 1 for fully grown seas, 3.3 in the mean of JONSWAP's young ones [1].

    Returns
    -------
    (y, x) layer
        Energy period Te [s].

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Notes
    -----
    Te/Tm02 is 1.207 for gamma 1 and 1.162 for 3.3. Tm02 depends on how high in frequency an
    instrument sees, Te hardly does: a period converted so carries that over.

    Examples
    --------
    >>> tm02 = xr.DataArray([[10.0]], dims=("y", "x"), attrs={"units": "s"})
    >>> energy_period_from_tm02(tm02, gamma=1).round(2).item()
    12.07
    """
    return _energy_period(tm02, "tm02", gamma, "waves.energy_period_from_tm02.tm02")


@layer(status="derived")
def energy_period_from_peak_monthly(
    peak_period: Annotated[Monthly, Unit("s")], gamma: Gamma
) -> Annotated[Monthly, Unit("s")]:
    """Energy period of JONSWAP seas from their peak period, by month.

    Parameters
    ----------
    peak_period : (month, y, x) layers
        Peak period Tp [s].
    gamma : float
        Peak enhancement, as in :func:`energy_period_from_peak` [1].

    Returns
    -------
    (month, y, x) layers
        Energy period Te [s].

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Examples
    --------
    >>> values = np.full((12, 1, 1), 10.0)
    >>> months = xr.DataArray(values, dims=("month", "y", "x"), attrs={"units": "s"})
    >>> energy_period_from_peak_monthly(months, gamma=1).isel(month=0).round(2).item()
    8.57
    """
    return _energy_period(
        peak_period, "tp", gamma, "waves.energy_period_from_peak_monthly.peak_period"
    )


@layer(status="derived")
def energy_period_from_tm01_monthly(
    tm01: Annotated[Monthly, Unit("s")], gamma: Gamma
) -> Annotated[Monthly, Unit("s")]:
    """Energy period of JONSWAP seas from their mean period Tm01, by month.

    Parameters
    ----------
    tm01 : (month, y, x) layers
        Mean period by the first moment [s].
    gamma : float
        Peak enhancement, as in :func:`energy_period_from_tm01` [1].

    Returns
    -------
    (month, y, x) layers
        Energy period Te [s].

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Examples
    --------
    >>> values = np.full((12, 1, 1), 10.0)
    >>> months = xr.DataArray(values, dims=("month", "y", "x"), attrs={"units": "s"})
    >>> energy_period_from_tm01_monthly(months, gamma=1).isel(month=0).round(2).item()
    11.11
    """
    return _energy_period(tm01, "tm01", gamma, "waves.energy_period_from_tm01_monthly.tm01")


@layer(status="derived")
def energy_period_from_tm02_monthly(
    tm02: Annotated[Monthly, Unit("s")], gamma: Gamma
) -> Annotated[Monthly, Unit("s")]:
    """Energy period of JONSWAP seas from their zero-crossing period Tm02, by month.

    Parameters
    ----------
    tm02 : (month, y, x) layers
        Mean period by the second moment [s].
    gamma : float
        Peak enhancement, as in :func:`energy_period_from_tm02` [1].

    Returns
    -------
    (month, y, x) layers
        Energy period Te [s].

    Raises
    ------
    InputError
        QUANTITY_MISMATCH where the period is known to be another one.

    Examples
    --------
    >>> values = np.full((12, 1, 1), 10.0)
    >>> months = xr.DataArray(values, dims=("month", "y", "x"), attrs={"units": "s"})
    >>> energy_period_from_tm02_monthly(months, gamma=1).isel(month=0).round(2).item()
    12.07
    """
    return _energy_period(tm02, "tm02", gamma, "waves.energy_period_from_tm02_monthly.tm02")


_QUANTITY_OF = {"tp": _PERIODS[1], "tm01": _PERIODS[2], "tm02": _PERIODS[3]}


def _energy_period(period: xr.DataArray, have: Any, gamma: float, where: str) -> xr.DataArray:
    from siting.kernels.jonswap import converted

    _check_period(period, _QUANTITY_OF[have], where)
    found = (period * float(converted(1.0, have, "te", gamma))).astype(period.dtype)
    return found.assign_attrs(own={"quantity": "wave_energy_period"})


def _check_period(period: xr.DataArray, wanted: str, where: str) -> None:
    """Refuse a period that says of itself that it is another one."""
    name = str(period.attrs.get("standard_name", ""))
    by_name = (each for each in _PERIODS if name and name in quantities()[each].standard_names)
    found = period.attrs.get("quantity") or next(by_name, wanted)
    if found != wanted:
        raise InputError(
            "QUANTITY_MISMATCH",
            "this is another period of the waves than the function takes",
            where=where,
            found=str(found),
            wanted=wanted,
            fix="convert it first: waves.energy_period_from_peak, _from_tm01 or _from_tm02",
        )
