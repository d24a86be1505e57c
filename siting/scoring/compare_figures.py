"""Figures of one ranking: AUC pooled and within blocks, precision, capture, calibration.

Every figure takes weights of shape (draws, units), so that its bootstraps come out at once.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SHARES = (0.01, 0.03, 0.05, 0.10, 0.25)  # of what is searched, at which capture is told
LEVEL = 0.95  # of intervals
FEWEST = 15  # positives; with fewer only intervals are told
BINS = 10  # of the reliability curve
AT = 0.10  # share of what is searched at which recall²/P(yhat) is told, fixed in advance


def auc(scores: Floats, y: Integers, weight: Floats, stratum: Integers | None = None) -> Floats:
    """Share of pairs of a positive and another unit in which the positive scores higher.

    Parameters
    ----------
    scores : numpy.ndarray of shape (n,)
        None of them NaN; ties count half.
    y : numpy.ndarray of shape (n,)
        1 for positives, 0 for others.
    weight : numpy.ndarray of shape (draws, n)
        How often each unit counts.
    stratum : numpy.ndarray of shape (n,), optional
        Only pairs of one stratum count.

    Returns
    -------
    numpy.ndarray of shape (draws,)
        NaN where there is no pair.

    Examples
    --------
    A contrast between two strata is all that these scores know:

    >>> scores, y = np.array([2.0, 2, 2, 1, 1, 1]), np.array([1, 1, 0, 1, 0, 0])
    >>> float(auc(scores, y, np.ones((1, 6)))[0].round(3))
    0.667
    >>> float(auc(scores, y, np.ones((1, 6)), np.array([0, 0, 0, 1, 1, 1]))[0])
    0.5
    """
    strata = np.zeros(len(y), dtype=np.int64) if stratum is None else stratum
    order = np.lexsort((scores, strata))
    s, g = scores[order], strata[order]
    new_stratum = np.append(True, g[1:] != g[:-1])
    tie = np.flatnonzero(new_stratum | np.append(True, s[1:] != s[:-1]))
    positive = np.add.reduceat(weight[:, order] * y[order], tie, axis=1)
    other = np.add.reduceat(weight[:, order] * (1 - y[order]), tie, axis=1)
    start = np.flatnonzero(new_stratum[tie])
    below = np.cumsum(other, axis=1) - other
    base = below[:, start].repeat(np.diff(np.append(start, len(tie))), axis=1)
    wins = (positive * (below - base + other / 2)).sum(axis=1)
    pairs = np.add.reduceat(positive, start, axis=1) * np.add.reduceat(other, start, axis=1)
    return _ratio(wins, pairs.sum(axis=1))


def average_precision(scores: Floats, y: Integers, weight: Floats) -> Floats:
    """Area under precision and recall by steps; tied scores are one step.

    Parameters and result are those of :func:`auc`. Chance is the share of positives.

    Examples
    --------
    >>> scores, y = np.array([0.9, 0.8, 0.7]), np.array([1, 0, 1])
    >>> float(average_precision(scores, y, np.ones((1, 3)))[0].round(4))
    0.8333
    """
    _, positive, every = _from_the_top(scores, y, weight, np.ones(len(y), dtype=bool))
    found, searched = np.cumsum(positive, axis=1), np.cumsum(every, axis=1)
    precision = _ratio(found, searched, empty=0.0)
    return _ratio((positive * precision).sum(axis=1), found[:, -1])


def _from_the_top(
    scores: Floats, y: Integers, weight: Floats, searched: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Distinct scores from the highest, and weight of positives and of what is searched at each."""
    order = np.argsort(-scores, kind="stable")
    s = scores[order]
    tie = np.flatnonzero(np.append(True, s[1:] != s[:-1]))
    positive = np.add.reduceat(weight[:, order] * y[order], tie, axis=1)
    every = np.add.reduceat(weight[:, order] * searched[order], tie, axis=1)
    return s[tie], positive, every


def capture_curve(
    scores: Floats, y: Integers, weight: Floats, searched: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Share of what is searched, best first, and share of the positives in it.

    Parameters
    ----------
    scores, y, weight
        As for :func:`auc`.
    searched : numpy.ndarray of bool and shape (n,)
        Units that stand for the ground.

    Returns
    -------
    share, found : numpy.ndarray of shape (draws, k + 1)
        Both from 0 to 1.
    """
    _, positive, every = _from_the_top(scores, y, weight, searched)
    zero = np.zeros((len(weight), 1))
    share = np.hstack([zero, np.cumsum(every, axis=1)])
    found = np.hstack([zero, np.cumsum(positive, axis=1)])
    return _ratio(share, share[:, -1:]), _ratio(found, found[:, -1:])


def capture(curve: tuple[Floats, Floats], at: float) -> Floats:
    """Share of the positives in the best part of what is searched, for each draw.

    Examples
    --------
    Of four units the best is positive, and so is the last:

    >>> y, ones = np.array([1, 0, 0, 1]), np.ones((1, 4))
    >>> curve = capture_curve(np.array([4.0, 3, 2, 1]), y, ones, np.ones(4, dtype=bool))
    >>> capture(curve, 0.25).tolist(), capture(curve, 0.5).tolist()
    ([0.5], [0.5])
    """
    share, found = curve
    if len(share) == 1:
        return np.array([np.interp(at, share[0], found[0])])
    # The place of `at` among the shares of every draw at once, then a straight line between two.
    after = np.clip((share < at).sum(axis=1), 1, share.shape[1] - 1)
    row = np.arange(len(share))
    x0, x1 = share[row, after - 1], share[row, after]
    y0, y1 = found[row, after - 1], found[row, after]
    step = _ratio(at - x0, x1 - x0, empty=1.0)
    return np.asarray(y0 + (y1 - y0) * np.clip(step, 0.0, 1.0))


def crossing(share: Floats, found: Floats) -> dict[str, float]:
    """Where the curve of found positives crosses that of the area left out.

    Parameters
    ----------
    share, found : numpy.ndarray of shape (k,)
        A capture curve.

    Returns
    -------
    dict
        ``found`` of the positives in ``searched`` of the ground, which add up to 1, and
        ``density``, their ratio.

    References
    ----------
    Yousefi & Carranza (2015), Prediction-area (P-A) plot and C-A fractal analysis to classify
    and evaluate evidential maps for mineral prospectivity modeling, Comput. Geosci. 79, 69-81.

    Examples
    --------
    >>> crossing(np.array([0.0, 0.5, 1.0]), np.array([0.0, 1.0, 1.0]))["found"]
    0.6667
    """
    gap = found + share - 1
    after = int(np.argmax(gap >= 0))
    before = max(after - 1, 0)
    step = 0.0 if after == before else -gap[before] / (gap[after] - gap[before])
    searched = float(share[before] + step * (share[after] - share[before]))
    return {
        "found": round(1 - searched, 4),
        "searched": round(searched, 4),
        "density": round((1 - searched) / max(searched, 1e-9), 4),
    }


def calibration(probability: Floats, y: Integers) -> dict[str, Any] | None:
    """Brier score, expected calibration error, and the reliability curve.

    Parameters
    ----------
    probability : numpy.ndarray of shape (n,)
        Scores; None is returned where one lies outside 0..1, which is no probability.
    y : numpy.ndarray of shape (n,)
        1 for positives, 0 for others.

    Returns
    -------
    dict or None
        ``brier``, that of the prevalence alone (``brier_chance``), ``ece``, and ``bins`` of mean
        probability, share of positives, and units.

    Notes
    -----
    Ten bins of like numbers of units: ECE = Σ n_b/n |ȳ_b - p̄_b|.

    References
    ----------
    Brier (1950), Mon. Weather Rev. 78, 1-3. Naeini et al. (2015), AAAI-15, 2901-2907.

    Examples
    --------
    >>> found = calibration(np.array([0.0, 0.5, 0.5, 1.0]), np.array([0, 0, 1, 1]))
    >>> found["brier"], found["brier_chance"], found["ece"]
    (0.125, 0.25, 0.0)
    """
    if probability.min() < 0 or probability.max() > 1:
        return None
    order = np.argsort(probability, kind="stable")
    p, observed = probability[order], y[order].astype(np.float64)
    # Ties stay together: a bin that cut through them would depend on the order of the samples.
    cut = np.searchsorted(p, p[np.linspace(0, len(p) - 1, BINS + 1)[1:-1].astype(int)])
    starts = np.unique(np.append(0, cut))
    count = np.diff(np.append(starts, len(p)))
    mean, share = np.add.reduceat(p, starts) / count, np.add.reduceat(observed, starts) / count
    rows = zip(mean, share, count, strict=True)
    return {
        "brier": round(float(np.mean((p - observed) ** 2)), 4),
        "brier_chance": round(float(observed.var()), 4),
        "ece": round(float(np.sum(count * np.abs(share - mean)) / len(p)), 4),
        "bins": [[round(float(m), 4), round(float(s), 4), int(n)] for m, s, n in rows],
    }


def interval(value: float, draws: Floats, positives: int) -> dict[str, float | None]:
    """A figure with its interval over bootstraps; no value where positives are too few.

    Examples
    --------
    >>> interval(0.8, np.array([0.7, 0.8, 0.9]), 20)
    {'value': 0.8, 'low': 0.705, 'high': 0.895}
    """
    known = draws[np.isfinite(draws)]
    if not len(known) or not np.isfinite(value):
        return {"value": None, "low": None, "high": None}
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {
        "value": round(float(value), 4) if positives >= FEWEST else None,
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def _ratio(above: Floats, below: Floats, empty: float = np.nan) -> Floats:
    below = np.broadcast_to(below, above.shape)
    out = np.full(above.shape, empty)
    return np.asarray(np.divide(above, below, out=out, where=below > 0))
