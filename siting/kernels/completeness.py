"""From which magnitude, and since when, a catalogue of earthquakes is complete; its b-value."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.projection import Floats

_LOG10_E = math.log10(math.e)
_FEWEST = 20  # events that a b-value is found from
_CURVATURE_CORRECTION = 0.2  # Woessner and Wiemer (2005): the maximum lies too low by about this
_STABLE_OVER = 0.5  # magnitudes
_LEVEL = 0.01  # probability at which fewer events than expected are no chance


class BValue(NamedTuple):
    """b of the Gutenberg-Richter relation, its standard deviation, and the events it is from."""

    value: float
    sd: float
    number: int


def b_value(magnitude: Floats, least: float, bin_width: float) -> BValue:
    """Slope of the Gutenberg-Richter relation by maximum likelihood.

    Parameters
    ----------
    magnitude : numpy.ndarray of shape (n,)
        Magnitudes, as multiples of the bin.
    least : float
        Magnitude of completeness: the centre of the lowest bin that counts.
    bin_width : float
        To which magnitudes are rounded; 0 where they are not.

    Returns
    -------
    BValue
        NaN where fewer than 20 events count, or all have one magnitude.

    Notes
    -----
    b = log10 e/(mean - (least - bin/2)) with the standard deviation
    2.30 b² sqrt(sum((M - mean)²)/(n (n - 1))).

    References
    ----------
    Aki (1965), Bull. Earthq. Res. Inst. 43, 237-239; Utsu (1966) for the half bin. Shi and Bolt
    (1982), The standard error of the magnitude-frequency b value, Bull. Seism. Soc. Am. 72,
    1677-1687.

    Examples
    --------
    >>> counts = [100, 79, 63, 50, 40, 32, 25, 20, 16, 13, 10]  # falls tenfold in a magnitude
    >>> b_value(np.repeat(4 + 0.1 * np.arange(11), counts), 4.0, 0.1).number
    448
    """
    counts = magnitude[magnitude >= least - bin_width / 2 - 1e-9]
    number, above = len(counts), 0.0
    if number >= _FEWEST:
        above = float(counts.mean()) - (least - bin_width / 2)
    if number < _FEWEST or np.ptp(counts) < 1e-9:
        return BValue(np.nan, np.nan, number)
    b = _LOG10_E / above
    spread = float(((counts - counts.mean()) ** 2).sum() / (number * (number - 1)))
    return BValue(b, 2.30 * b**2 * spread**0.5, number)


def maximum_curvature(magnitude: Floats, bin_width: float) -> float:
    """Magnitude of completeness: the most frequent magnitude, plus 0.2.

    References
    ----------
    Wiemer and Wyss (2000), Minimum magnitude of completeness in earthquake catalogs, Bull. Seism.
    Soc. Am. 90, 859-869. Woessner and Wiemer (2005), Assessing the quality of earthquake
    catalogues, Bull. Seism. Soc. Am. 95, 684-698, for the correction.

    Examples
    --------
    >>> maximum_curvature(np.repeat([4.8, 4.9, 5.0, 5.1], [3, 7, 9, 6]), 0.1)
    5.2
    """
    bins, number = np.unique(np.rint(magnitude / bin_width), return_counts=True)
    commonest = float(bins[number == number.max()].min())
    return round(commonest * bin_width + _CURVATURE_CORRECTION, 6)


def goodness_of_fit(magnitude: Floats, bin_width: float, share: float = 0.9) -> float:
    """Least magnitude from which the Gutenberg-Richter relation explains a share of the events.

    Parameters
    ----------
    magnitude : numpy.ndarray of shape (n,)
        Magnitudes.
    bin_width : float
        To which they are rounded.
    share : float
        1 - sum(abs(counted - expected))/sum(counted) of the cumulative numbers at least.

    Returns
    -------
    float
        Magnitude of completeness; NaN where none fits.

    References
    ----------
    Wiemer and Wyss (2000), Bull. Seism. Soc. Am. 90, 859-869.
    """
    rounded = np.rint(magnitude / bin_width)
    for lowest in np.unique(rounded):
        above = rounded[rounded >= lowest]
        fitted = b_value(above * bin_width, lowest * bin_width, bin_width)
        if np.isnan(fitted.value):
            return float(np.nan)
        steps = np.arange(0, above.max() - lowest + 1)
        counted = len(above) - np.searchsorted(np.sort(above), lowest + steps)
        expected = len(above) * 10 ** (-fitted.value * steps * bin_width)
        if 1 - np.abs(counted - expected).sum() / counted.sum() >= share:
            return round(float(lowest * bin_width), 6)
    return float(np.nan)


def b_value_stability(magnitude: Floats, bin_width: float) -> float:
    """Least magnitude from which the b-value changes by no more than its standard deviation.

    Compared with the mean of the b-values over the next half magnitude. NaN where there is none.

    References
    ----------
    Cao and Gao (2002), Temporal variation of seismic b-values beneath northeastern Japan island
    arc, Geophys. Res. Lett. 29, 1334. Woessner and Wiemer (2005), Bull. Seism. Soc. Am. 95,
    684-698.
    """
    rounded = np.rint(magnitude / bin_width)
    ahead = round(_STABLE_OVER / bin_width)
    for lowest in range(int(rounded.min()), int(rounded.max()) + 1):
        fits = [
            b_value(rounded * bin_width, (lowest + step) * bin_width, bin_width)
            for step in range(ahead)
        ]
        if any(np.isnan(each.value) for each in fits):
            return float(np.nan)
        if abs(np.mean([each.value for each in fits]) - fits[0].value) <= fits[0].sd:
            return round(lowest * bin_width, 6)
    return float(np.nan)


def first_complete_year(year: NDArray[np.int64], first_year: int, last_year: int, step: int) -> int:
    """Since when as many events are recorded as lately.

    Parameters
    ----------
    year : numpy.ndarray of shape (n,)
        Years of the events of one class of magnitude.
    first_year, last_year : int
        Years of the catalogue, both whole.
    step : int
        Years that are tried at once, backwards from the last.

    Returns
    -------
    int
        First year of the period that ends with the last. Years at the beginning that fill no step
        are not tried.

    Notes
    -----
    After the idea of Stepp (1972) that the rate must not depend on the period it is taken from:
    a step further back is added unless it has so few events that chance gives no more in one of a
    hundred cases, by the binomial distribution of all events over the two periods. Of a rare class
    little can be said, and its period becomes long.

    References
    ----------
    Stepp (1972), Analysis of completeness of the earthquake sample in the Puget Sound area, Proc.
    International Conference on Microzonation 2, 897-910.

    Examples
    --------
    Ten events a year since 1990, one a year before:

    >>> years = np.concatenate([np.arange(1970, 1990), np.repeat(np.arange(1990, 2020), 10)])
    >>> first_complete_year(years, 1970, 2019, step=5)
    1990
    """
    from scipy.stats import binom

    begin = last_year - step + 1
    while begin - step >= first_year:
        older = int(((year >= begin - step) & (year < begin)).sum())
        recent = int(((year >= begin) & (year <= last_year)).sum())
        share = step / (last_year - begin + 1 + step)
        if binom.cdf(older, older + recent, share) < _LEVEL:
            break
        begin -= step
    return begin
