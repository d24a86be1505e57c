"""How many systems there are to an area, as a distribution, and what that is for a cell."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import gamma, lognorm, norm

Floats = NDArray[np.float64]
Family = Literal["lognormal", "gamma"]
DRAWS = 100  # of a density, at the middles of as many parts of like probability


def occupied(density: ArrayLike, area: ArrayLike) -> Floats:
    """Probability that an area holds at least one system.

    Parameters
    ----------
    density : array-like
        Systems to an area [km-2].
    area : array-like
        Area [km2].

    Returns
    -------
    numpy.ndarray
        Probability, 0..1 [1].

    Notes
    -----
    π = 1 - e^(-λA): systems lie independently of one another (a Poisson process).

    Examples
    --------
    Half a system to 1000 km2, in a cell of 1 km and in one of 25 km:

    >>> occupied(0.5e-3, [1.0, 625.0]).round(4).tolist()
    [0.0005, 0.2684]
    """
    return -np.expm1(-np.asarray(density, dtype=np.float64) * np.asarray(area, dtype=np.float64))


@dataclass(frozen=True)
class Density:
    """A distribution of the number of systems to an area.

    Attributes
    ----------
    family : str
        ``lognormal`` or ``gamma``.
    shape : float
        Standard deviation of the logarithm, or shape of the gamma distribution [1].
    scale : float
        Median of the lognormal, or scale of the gamma distribution [km-2].
    """

    family: Family
    shape: float
    scale: float

    @classmethod
    def of_moments(cls, mean: float, sd: float, family: Family) -> "Density":
        """The distribution of a mean and a standard deviation, both above zero.

        Examples
        --------
        >>> found = Density.of_moments(0.5, 0.25, "gamma")
        >>> found.shape, found.scale
        (4.0, 0.125)
        """
        if family == "gamma":
            return cls(family, (mean / sd) ** 2, sd**2 / mean)
        variance = np.log1p((sd / mean) ** 2)
        return cls(family, float(np.sqrt(variance)), float(mean * np.exp(-variance / 2)))

    @classmethod
    def between(cls, p10: float, p90: float, family: Family) -> "Density":
        """The distribution with a tenth below `p10` and a tenth above `p90`.

        Raises
        ------
        ValueError
            Where the two are not 0 < p10 < p90, or too far apart for a gamma distribution.

        Examples
        --------
        >>> found = Density.between(0.1, 10.0, "lognormal")
        >>> round(found.scale, 6), found.quantiles([0.1, 0.9]).round(6).tolist()
        (1.0, [0.1, 10.0])
        """
        if not 0 < p10 < p90 < np.inf:
            raise ValueError("p10 has to be above zero, and p90 above p10")
        if family == "lognormal":
            sigma = np.log(p90 / p10) / (2 * norm.ppf(0.9))
            return cls(family, float(sigma), float(np.sqrt(p10 * p90)))
        wanted = np.log(p90 / p10)
        ends = -3.0, 10.0  # logarithms of shapes: p90/p10 of 1e20 and of 1.02
        if not _spread(ends[1]) < wanted < _spread(ends[0]):
            raise ValueError("no gamma distribution has such percentiles")
        shape = float(np.exp(brentq(lambda x: _spread(x) - wanted, *ends)))
        return cls(family, shape, float(p90 / gamma.ppf(0.9, shape)))

    @classmethod
    def counted(cls, count: int, area: float) -> "Density":
        """The distribution after `count` systems were found in an area that was searched whole.

        Notes
        -----
        Gamma with shape n + 1/2 and scale 1/A: the posterior of a Poisson rate with Jeffreys'
        prior, so that no system found does not mean that there are none.

        References
        ----------
        Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6 and 2.8.

        Examples
        --------
        >>> found = Density.counted(0, 1000.0)
        >>> round(1000 * found.mean, 3)
        0.5
        """
        return cls("gamma", count + 0.5, 1 / area)

    def quantiles(self, share: ArrayLike) -> Floats:
        """Densities below which these shares of the probability lie [km-2]."""
        q = np.asarray(share, dtype=np.float64)
        if self.family == "gamma":
            return np.asarray(gamma.ppf(q, self.shape, scale=self.scale))
        return np.asarray(lognorm.ppf(q, self.shape, scale=self.scale))

    @property
    def mean(self) -> float:
        """Mean density [km-2]."""
        if self.family == "gamma":
            return self.shape * self.scale
        return float(self.scale * np.exp(self.shape**2 / 2))

    def draws(self, count: int = DRAWS) -> Floats:
        """Densities at the middles of parts of like probability, rising [km-2]."""
        return self.quantiles((np.arange(count) + 0.5) / count)

    def as_record(self) -> dict[str, Any]:
        """Plain values from which :func:`density_of` makes it again."""
        return {"family": self.family, "shape": self.shape, "scale": self.scale}


def density_of(record: Any) -> Density:
    """The distribution that a record holds.

    Raises
    ------
    ValueError
        Where it holds none.

    Examples
    --------
    >>> density_of(Density("gamma", 2.0, 0.001).as_record()).mean
    0.002
    """
    try:
        family, numbers = record["family"], [float(record[key]) for key in ("shape", "scale")]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("it has no family, shape and scale") from error
    if family not in ("lognormal", "gamma") or not all(0 < each < np.inf for each in numbers):
        raise ValueError(f"{family} of {numbers}")
    return Density(family, *numbers)


def _spread(log_shape: float) -> float:
    """Logarithm of p90/p10 of a gamma distribution."""
    low, high = gamma.ppf([0.1, 0.9], np.exp(log_shape))
    return float(np.log(high) - np.log(low))
