"""Sun and photovoltaics by the hour: position, diffuse share, panel, module, converter.

Hours count from the first of January, 00:00; the value of an hour is the mean over it, and the sun
stands where it stands in the middle of the hour.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HOURS = 8760  # of a year of 365 days
MONTH_STARTS = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365]) * 24
SOLAR_CONSTANT = 1366.1  # [W m-2], ASTM E-490-00
_EPOCH = 3652.5  # days from J2000.0 to 1 January 2010, 00:00
SEA_ALBEDO = 0.06  # of the open sea under a high sun: Payne (1972), J. Atmos. Sci. 29, 959-970
SYSTEM_LOSSES = 0.1408  # Dobos (2014), PVWatts version 5: soiling, shading, mismatch, wiring, ...

_COS_ZENITH_LEAST = 0.065  # below it clearness is not divided any further (86.3 degrees)
_COS_ZENITH_BEAM = np.cos(np.deg2rad(87.0))  # the sun lower than this gives no beam
_COS_ZENITH_RATIO = 0.01745  # of the projection of circumsolar light (89 degrees)
_COOLING = 25.0  # Faiman's U0 [W m-2 K-1]
_COOLING_WIND = 6.84  # Faiman's U1 [W m-2 K-1 per m s-1]
_CONVERTER_NOMINAL, _CONVERTER_REFERENCE = 0.96, 0.9637  # Dobos (2014), efficiencies
_GLASS_INDEX, _GLASS_EXTINCTION, _GLASS_THICKNESS = 1.526, 4.0, 0.002  # De Soto et al. (2006)
_TRANSMISSION_STEPS = 512


class SunTables(NamedTuple):
    """What the position of the sun takes from the hour alone, one value each for every hour.

    The cosine of the zenith at a latitude p and longitude l is
    ``sin(p) sin_declination + cos(p) cos_declination (cos(l) cos_hour - sin(l) sin_hour)``.
    """

    sin_declination: Floats
    cos_declination: Floats
    cos_hour: Floats
    sin_hour: Floats
    extraterrestrial: Floats


def month_of_hour(hours: ArrayLike) -> NDArray[np.int64]:
    """Month of each hour of a year of 365 days, 0 for January.

    Examples
    --------
    >>> month_of_hour([0.5, 743.5, 744.5, 8759.5]).tolist()
    [0, 0, 1, 11]
    """
    inside = np.mod(np.asarray(hours, float), HOURS)
    found: NDArray[np.int64] = np.searchsorted(MONTH_STARTS, inside, side="right") - 1
    return found


def sun_tables(hours: ArrayLike, *, universal: bool) -> SunTables:
    """Declination, hour angle and radiation outside of the atmosphere at each hour.

    Parameters
    ----------
    hours : array-like of shape (t,)
        Hours since the first of January, 00:00; give the middles of the steps.
    universal : bool
        True for hours of UTC, from which the hour angle at Greenwich follows with the equation of
        time; False for hours of true solar time, where noon is when the sun stands highest.

    Returns
    -------
    SunTables
        Each of shape (t,); `extraterrestrial` in [W m-2].

    Notes
    -----
    The Almanac's formulae of low precision, within 0.01 degrees in 2010. The calendar's leap days
    move the sun of other years by up to 0.2 degrees of declination and 15 s of time.

    References
    ----------
    The Astronomical Almanac, section C, low precision formulas for the Sun's coordinates.

    Examples
    --------
    >>> noon = sun_tables([171 * 24 + 12.0], universal=False)
    >>> float(np.degrees(np.arcsin(noon.sin_declination[0])).round(2))
    23.44
    """
    hour = np.asarray(hours, float)
    days = _EPOCH + hour / 24.0
    anomaly = np.deg2rad(357.528 + 0.9856003 * days)
    mean_longitude = 280.460 + 0.9856474 * days
    ecliptic = np.deg2rad(mean_longitude + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly))
    obliquity = np.deg2rad(23.439 - 4e-7 * days)
    sin_declination = np.sin(obliquity) * np.sin(ecliptic)
    angle = np.pi / 12 * (np.mod(hour, 24.0) - 12.0)
    if universal:  # plus the equation of time, true less mean solar time
        ascension = np.arctan2(np.cos(obliquity) * np.sin(ecliptic), np.cos(ecliptic))
        angle = angle + np.deg2rad(mean_longitude) - ascension
    distance = 1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly)
    return SunTables(
        sin_declination, np.sqrt(1 - sin_declination**2), np.cos(angle), np.sin(angle),
        SOLAR_CONSTANT / distance**2,
    )  # fmt: skip


def cosine_of_zenith(
    latitude: ArrayLike, hours: ArrayLike, longitude: ArrayLike | None = None
) -> Floats:
    """Cosine of the sun's distance from the zenith, negative by night.

    Parameters
    ----------
    latitude : array-like of shape (s,)
        [degree].
    hours : array-like of shape (t,)
        Hours since the first of January, 00:00, of UTC where `longitude` is given, of true solar
        time at the place itself where it is not.
    longitude : array-like of shape (s,), optional
        [degree].

    Returns
    -------
    numpy.ndarray
        Shape (s, t), without refraction.

    Examples
    --------
    >>> float(cosine_of_zenith([23.45], [171 * 24 + 12.0])[0, 0].round(6))
    1.0
    """
    p = np.deg2rad(np.atleast_1d(np.asarray(latitude, float)))[:, None]
    table = sun_tables(np.atleast_1d(hours), universal=longitude is not None)
    east = np.zeros(p.shape[0]) if longitude is None else np.deg2rad(np.atleast_1d(longitude))
    hour = np.cos(east)[:, None] * table.cos_hour - np.sin(east)[:, None] * table.sin_hour
    found: Floats = np.sin(p) * table.sin_declination + np.cos(p) * table.cos_declination * hour
    return found


def combined_losses(losses: Mapping[str, float]) -> float:
    """Share that several losses take one after the other, 1 - (1 - a)(1 - b) ...

    Parameters
    ----------
    losses : mapping of str to float
        Share that each takes of what the others leave [1].

    Examples
    --------
    >>> round(combined_losses({"soiling": 0.02, "degradation": 0.05}), 4)
    0.069
    """
    if not all(0 <= share < 1 for share in losses.values()):
        raise ValueError(f"losses are shares from 0 to below 1, not {dict(losses)}")
    return float(1.0 - np.prod([1.0 - share for share in losses.values()]))


def photovoltaic(
    latitude: ArrayLike,
    ghi: ArrayLike,
    air_temperature: ArrayLike,
    wind_speed: ArrayLike,
    *,
    longitude: ArrayLike | None = None,
    hours: ArrayLike | None = None,
    tilt: float = 0.0,
    azimuth: float = 180.0,
    losses: float = SYSTEM_LOSSES,
    temperature_coefficient: float = -0.0035,
    converter: float = 1.0,
) -> NDArray[np.float32]:
    """Power of photovoltaic panels after the converter, per power of the panels as rated [1].

    Parameters
    ----------
    latitude : array-like of shape (s,)
        [degree].
    ghi : array-like of shape (s, t)
        Global horizontal irradiance, mean over each step [W m-2].
    air_temperature, wind_speed : array-like of shape (s, 12)
        Means of the months, January first [degC, m s-1].
    longitude : array-like of shape (s,), optional
        [degree]. With it, hours are of UTC; without it, of true solar time at each place, as
        :func:`siting.kernels.morph.hourly_sun` gives them.
    hours : array-like of shape (t,), optional
        Middle of each step in hours since the first of January, 00:00; the 8760 hours of a year
        by default.
    tilt : float, optional
        Of the panels from the horizontal [degree]; flat by default, as on a deck that turns freely.
    azimuth : float, optional
        That the panels face, clockwise from north [degree].
    losses : float, optional
        Share lost before the converter [1]; see :func:`combined_losses`.
    temperature_coefficient : float, optional
        Of power [1 K-1]; -0.0035 is PVWatts' premium module, -0.0047 its standard one.
    converter : float, optional
        Power that the converter takes in at most, per power of the panels [1].

    Returns
    -------
    numpy.ndarray
        Shape (s, t), float32: 0 by night, NaN where an input is.

    Raises
    ------
    ValueError
        Where shapes do not agree, or losses are no share.

    Notes
    -----
    Diffuse light by Erbs et al., on the panel by Hay and Davies (the light about the sun moves
    with it; without this a tilted panel gains too little), the sea's albedo 0.06; reflection of the
    beam by the glass (De Soto et al.); cell temperature by Faiman; module and converter as in
    PVWatts 5. Neglected: spectrum, shading, waves that tilt the deck, light below an hour's mean.

    References
    ----------
    Erbs, D. G., Klein, S. A. and Duffie, J. A. (1982). Solar Energy 28, 293-302.
    Hay, J. E. and Davies, J. A. (1980). First Canadian Solar Radiation Data Workshop, 59.
    De Soto, W., Klein, S. A. and Beckman, W. A. (2006). Solar Energy 80, 78-88.
    Faiman, D. (2008). Progress in Photovoltaics 16, 307-315, doi:10.1002/pip.813.
    Dobos, A. P. (2014). PVWatts Version 5 Manual. NREL/TP-6A20-62641, doi:10.2172/1158421.

    Examples
    --------
    >>> ghi = np.zeros((1, 8760))
    >>> ghi[0, 12] = 800.0
    >>> power = photovoltaic([5.0], ghi, np.full((1, 12), 27.0), np.full((1, 12), 7.0))
    >>> power[0, 11:14].round(3).tolist()
    [0.0, 0.63..., 0.0]
    """
    light = np.atleast_2d(np.asarray(ghi))
    sites, steps = light.shape
    if hours is None and steps != HOURS:
        raise ValueError(f"{steps} steps are no year of {HOURS} hours: give `hours`")
    if not 0 <= losses < 1:
        raise ValueError(f"losses are a share from 0 to below 1, not {losses}")
    if not converter > 0:
        raise ValueError(f"the converter's power must be above 0, not {converter}")
    hour = np.arange(HOURS) + 0.5 if hours is None else np.asarray(hours, float)
    place = _places(latitude, longitude, sites)
    climate = np.stack([_monthly(air_temperature, sites), _monthly(wind_speed, sites)], axis=2)
    b, a = np.deg2rad(tilt), np.deg2rad(azimuth)
    panel = np.array([np.sin(b) * np.sin(a), np.sin(b) * np.cos(a), np.cos(b)])
    module = np.array([losses, temperature_coefficient, converter])
    power = np.empty((sites, steps), np.float32)
    table = sun_tables(hour, universal=longitude is not None)
    _photovoltaic(
        light, place, np.stack(table), month_of_hour(hour), climate, panel, module,
        _transmission_table(), power,
    )  # fmt: skip
    return power


def _places(latitude: ArrayLike, longitude: ArrayLike | None, sites: int) -> Floats:
    """Sine and cosine of latitude and of longitude, (s, 4)."""
    p = np.deg2rad(np.atleast_1d(np.asarray(latitude, float)))
    east = np.zeros(sites) if longitude is None else np.deg2rad(np.atleast_1d(longitude))
    if p.shape != (sites,) or east.shape != (sites,):
        raise ValueError(f"{p.size} latitudes and {east.size} longitudes for {sites} sites")
    return np.stack([np.sin(p), np.cos(p), np.sin(east), np.cos(east)], axis=1)


def _monthly(values: ArrayLike, sites: int) -> Floats:
    found = np.atleast_2d(np.asarray(values, float))
    if found.shape != (sites, 12):
        raise ValueError(f"monthly values have shape {found.shape}, not ({sites}, 12)")
    return found


def _transmission_table() -> Floats:
    """Light through the glass against that at normal incidence, by the cosine of incidence."""
    cosine = np.linspace(0.0, 1.0, _TRANSMISSION_STEPS + 1)
    inside = np.arcsin(np.sqrt(1 - cosine**2) / _GLASS_INDEX)
    angle = np.arccos(cosine)
    with np.errstate(invalid="ignore", divide="ignore"):
        reflected = 0.5 * (
            (np.sin(inside - angle) / np.sin(inside + angle)) ** 2
            + (np.tan(inside - angle) / np.tan(inside + angle)) ** 2
        )
    normal = ((_GLASS_INDEX - 1) / (_GLASS_INDEX + 1)) ** 2
    reflected[0], reflected[-1] = 1.0, normal
    depth = _GLASS_EXTINCTION * _GLASS_THICKNESS
    through: Floats = (1 - reflected) * np.exp(-depth / np.cos(inside))
    relative: Floats = through / ((1 - normal) * np.exp(-depth))
    return relative


@numba.njit(cache=True, nogil=True, parallel=True)
def _photovoltaic(light, place, table, month, climate, panel, module, through, power):  # type: ignore[no-untyped-def]
    """Fill `power`, site by site: `table` is SunTables stacked, `module` losses and limits."""
    sites, steps = light.shape
    for s in numba.prange(sites):
        sp, cp, sl, cl = place[s]
        for t in range(steps):
            ghi = light[s, t]
            hour_cos = cl * table[2, t] - sl * table[3, t]
            hour_sin = sl * table[2, t] + cl * table[3, t]
            cz = sp * table[0, t] + cp * table[1, t] * hour_cos
            east = -table[1, t] * hour_sin
            north = cp * table[0, t] - sp * table[1, t] * hour_cos
            incidence = max(0.0, east * panel[0] + north * panel[1] + cz * panel[2])
            plane, absorbed = _on_panel(ghi, cz, incidence, panel[2], table[4, t], through)
            air, wind = climate[s, month[t]]
            cell = air + plane / (_COOLING + _COOLING_WIND * wind)
            direct = absorbed / 1000.0 * (1.0 + module[1] * (cell - 25.0)) * (1.0 - module[0])
            power[s, t] = _converted(direct, module[2])


@numba.njit(cache=True, nogil=True)
def _on_panel(ghi, cz, incidence, up, extraterrestrial, through):  # type: ignore[no-untyped-def]
    """Irradiance on the panel, and what of it the glass lets in [W m-2]."""
    kt = min(1.0, max(0.0, ghi / (extraterrestrial * max(cz, _COS_ZENITH_LEAST))))
    if kt <= 0.22:
        share = 1.0 - 0.09 * kt
    elif kt <= 0.8:
        share = 0.9511 + kt * (-0.1604 + kt * (4.388 + kt * (-16.638 + kt * 12.336)))
    else:
        share = 0.165
    diffuse, beam = share * ghi, 0.0
    if cz >= _COS_ZENITH_BEAM and ghi > 0.0:
        beam = (ghi - diffuse) / cz
    else:
        diffuse = ghi
    about_sun = beam / extraterrestrial
    ratio = incidence / max(cz, _COS_ZENITH_RATIO)
    sky = diffuse * (about_sun * ratio + (1.0 - about_sun) * 0.5 * (1.0 + up))
    ground = ghi * SEA_ALBEDO * 0.5 * (1.0 - up)
    direct = beam * incidence
    at = min(incidence, 1.0) * (through.size - 1)
    low = min(int(at), through.size - 2)
    passed = through[low] + (at - low) * (through[low + 1] - through[low])
    return direct + sky + ground, direct * passed + sky + ground


@numba.njit(cache=True, nogil=True)
def _converted(direct, limit):  # type: ignore[no-untyped-def]
    """Power after the converter; NaN stays, what is below nought is nought."""
    if np.isnan(direct):
        return direct
    load = direct / limit
    if load <= 0.0:
        return 0.0
    efficiency = (
        _CONVERTER_NOMINAL / _CONVERTER_REFERENCE * (-0.0162 * load - 0.0059 / load + 0.9858)
    )
    return min(max(efficiency * direct, 0.0), _CONVERTER_NOMINAL * limit)
