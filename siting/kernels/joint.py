"""Several nodes at once: how often they lack power together, and how many a demand needs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from siting.projection import Floats


class Together(NamedTuple):
    """How many of k nodes lack power at once, each array of shape (k + 1,), from none to all.

    Attributes
    ----------
    share : numpy.ndarray
        Share of the hours in which exactly so many do [1].
    independent : numpy.ndarray
        The share if each node were down as often, and knew nothing of the others [1].
    """

    share: Floats
    independent: Floats


def together(down: ArrayLike) -> Together:
    """Shares of the hours in which none, one, ... all of some nodes are down.

    Parameters
    ----------
    down : array-like of shape (k, t), bool
        Whether each node is down in each hour, the hours being the same for all.

    Raises
    ------
    ValueError
        Where there is no node or no hour.

    Notes
    -----
    Independent shares are those of Poisson's binomial distribution, by adding one node after the
    other: P_n(j) = P_{n-1}(j) (1 - p_n) + P_{n-1}(j - 1) p_n.

    Examples
    --------
    Two nodes that are down in the same half of the hours:

    >>> found = together([[True, True, False, False], [True, True, False, False]])
    >>> found.share.tolist(), found.independent.tolist()
    ([0.5, 0.0, 0.5], [0.25, 0.5, 0.25])
    """
    states = np.asarray(down, bool)
    if states.ndim != 2 or states.size == 0:
        raise ValueError(f"states must be (k, t), one node and one hour at least: {states.shape}")
    nodes, hours = states.shape
    share = np.bincount(states.sum(axis=0), minlength=nodes + 1) / hours
    independent = np.ones(1)
    for p in states.mean(axis=1):
        independent = np.append(independent * (1 - p), 0.0) + np.append(0.0, independent * p)
    return Together(share, independent)


def firm_power_of(power: ArrayLike, uptime: float) -> float:
    """Power that is there in at least a share of the hours.

    Parameters
    ----------
    power : array-like of shape (t,)
        Power of each hour.
    uptime : float
        Share of the hours, above 0 and at most 1 [1].

    Examples
    --------
    >>> firm_power_of([0.0, 1.0, 2.0, 3.0], 0.75)
    1.0
    """
    ranked: NDArray[np.float64] = np.sort(np.asarray(power, float))
    if not 0 < uptime <= 1 or ranked.size == 0:
        raise ValueError(f"an uptime is above 0 and at most 1, not {uptime:g}")
    # As many hours may lie below as the share leaves; rounding must not take one of them away.
    return float(ranked[int(np.floor((1 - uptime) * ranked.size + 1e-9))])
