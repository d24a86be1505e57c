"""From what a score says of the samples to what it says of the ground."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]


def case_control(log_odds: ArrayLike, prior: ArrayLike, prevalence: ArrayLike) -> Floats:
    """Probability on the ground, from odds among samples of presences and true absences.

    Parameters
    ----------
    log_odds : array-like
        Logarithm of the odds of presence among the samples [1].
    prior : array-like
        Probability before any evidence, π [1].
    prevalence : array-like
        Share of presences among the samples, ȳ [1].

    Returns
    -------
    numpy.ndarray
        Probability, 0..1 [1].

    Notes
    -----
    logit p = logit p_s - ln[((1-π)/π) (ȳ/(1-ȳ))].

    References
    ----------
    King & Zeng (2001), Logistic regression in rare events data, Political Analysis 9, 137-163.

    Examples
    --------
    A place 500 times as often seen among presences as among absences:

    >>> float(case_control(np.log(500.0), 0.001, 0.5).round(4))
    0.3336
    """
    shift = logit(np.asarray(prior, dtype=np.float64)) - logit(np.asarray(prevalence))
    return np.asarray(expit(np.asarray(log_odds, dtype=np.float64) + shift))


def presence_background(log_odds: ArrayLike, prior: ArrayLike, ratio: ArrayLike) -> Floats:
    """Probability on the ground, from odds among presences and a background that holds some.

    Parameters
    ----------
    log_odds : array-like
        Logarithm of the odds of presence among the samples [1].
    prior : array-like
        Probability before any evidence, π [1].
    ratio : array-like
        Background samples to one presence, n_b/n_p [1].

    Returns
    -------
    numpy.ndarray
        p = π (n_b/n_p) odds, which is above 1 where the prior and the evidence do not fit [1].

    Notes
    -----
    odds n_b/n_p is the density of presences over that of all places, f_1/f, and p = π f_1/f.

    References
    ----------
    Ward et al. (2009), Presence-only data and the EM algorithm, Biometrics 65, 554-563.

    Examples
    --------
    A place 500 times as often seen among presences as among all places:

    >>> float(presence_background(np.log(500.0), 0.001, 1.0).round(4))
    0.5
    """
    odds = np.exp(np.asarray(log_odds, dtype=np.float64))
    return np.asarray(np.asarray(prior, dtype=np.float64) * np.asarray(ratio) * odds)
