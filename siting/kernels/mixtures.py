"""Shares and weights of mixtures: positives among the unlabelled, models in a blend."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_GAMMA, _DELTA = 0.01, 0.1  # constants of the paper
_GAP = 1e-7  # log loss that a blend may lie above the best one
_STEPS = 20_000


def share_of_positives(positive: Floats, unlabelled: Floats) -> float:
    """Share of positives among the unlabelled, from scores that neither was fitted on.

    Parameters
    ----------
    positive : array of shape (n,)
        Scores of known positives, higher where more like them.
    unlabelled : array of shape (m,)
        Scores of the unlabelled.

    Returns
    -------
    float
        In 0..1.

    Notes
    -----
    Best bin estimation: above any threshold c the unlabelled hold at least the positives' share
    of positives, so q_u(c)/q_p(c) bounds their share from above, tightly where no negatives
    score as high. c is where the bound with its error, (q_u + (1 + γ) ε)/q_p with
    ε = √(ln(4/δ)/2n) + √(ln(4/δ)/2m), is least. Supposed: some scores are had by positives
    alone, and known positives are a random sample of all. With few of them, or known ones that
    are the easiest to find, the share comes out too small or too large, without a sign of it.

    References
    ----------
    Garg, Wu, Smola, Balakrishnan & Lipton (2021), Mixture proportion estimation and PU learning:
    a modern approach, Advances in Neural Information Processing Systems 34.

    Examples
    --------
    A fifth of the unlabelled score like positives, the others lower:

    >>> scores = np.linspace(0.6, 1.0, 500), np.linspace(0.0, 0.4, 2000)
    >>> round(share_of_positives(scores[0], np.concatenate([scores[0], scores[1]])), 2)
    0.2
    """
    cuts = np.unique(positive)
    q_p = 1 - np.searchsorted(np.sort(positive), cuts) / len(positive)
    q_u = 1 - np.searchsorted(np.sort(unlabelled), cuts) / len(unlabelled)
    error = sum(np.sqrt(np.log(4 / _DELTA) / (2 * len(each))) for each in (positive, unlabelled))
    best = np.argmin((q_u + (1 + _GAMMA) * error) / q_p)
    return float(np.clip(q_u[best] / q_p[best], 0.0, 1.0))


def blend_weights(probability: Floats, positive: NDArray[np.bool_], weight: Floats) -> Floats:
    """Weights of several models whose mean probability has the least log loss.

    Parameters
    ----------
    probability : array of shape (n, models)
        Probability of presence by each model [1].
    positive : array of bool of shape (n,)
        Where presence is known.
    weight : array of shape (n,)
        What each sample counts.

    Returns
    -------
    array of shape (models,)
        Zero or more, of sum 1.

    Notes
    -----
    The loss is convex. Each step of the EM algorithm for the shares of a mixture lowers it:
    α_m becomes α_m g_m with g_m the weighted mean of q_m / Σ α q, q the probability of what was
    observed. The loss lies at most max g - 1 above the least there is, which ends the steps.

    Examples
    --------
    A model that is right and one that is wrong:

    >>> p = np.array([[0.9, 0.2], [0.1, 0.8], [0.8, 0.5]])
    >>> blend_weights(p, np.array([True, False, True]), np.ones(3)).round(6).tolist()
    [1.0, 0.0]
    """
    observed = np.where(positive[:, None], probability, 1 - probability)
    observed = np.clip(observed, 1e-12, None)
    share = weight / weight.sum()
    alpha = np.full(probability.shape[1], 1 / probability.shape[1])
    for _ in range(_STEPS):
        gain = share @ (observed / (observed @ alpha)[:, None])
        alpha = alpha * gain
        if gain.max() - 1 <= _GAP:
            break
    return np.asarray(alpha / alpha.sum())
