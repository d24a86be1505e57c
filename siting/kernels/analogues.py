"""Known places most like others in the eyes of a model, and in what they differ."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.columns import ANALOGUES
from siting.kernels.explain import number_of
from siting.kernels.feature_space import Likeness

Floats = NDArray[np.float64]
_ROWS = 512  # places compared at once
DIFFERENCES = 2  # features told of each analogue


def analogues(
    likeness: Likeness,
    X: pd.DataFrame,
    known: pd.DataFrame,
    names: Sequence[str],
    units: Mapping[str, str],
) -> pd.DataFrame:
    """The known systems most like each place, with their similarity and what tells them apart.

    Parameters
    ----------
    likeness : Likeness
        The model's own.
    X : pandas.DataFrame of shape (n, features)
        Places.
    known : pandas.DataFrame of shape (m, features)
        Known places; those where a feature is missing take no part.
    names : sequence of str
        System of each known place: of several places of a system, the most alike counts.
    units : mapping
        Unit of each feature.

    Returns
    -------
    pandas.DataFrame
        ``analogue_1``, ``analogue_1_similarity`` [1] and ``analogue_1_differs``, up to three
        where there are so many systems; no columns without any.

    Examples
    --------
    >>> from siting.kernels.feature_space import Space
    >>> plain = Space(np.zeros(1), np.ones(1), np.ones(1), (None,))
    >>> X, known = pd.DataFrame({"hot": [90.0]}), pd.DataFrame({"hot": [60.0, 90.0]})
    >>> found = analogues(Likeness(plain, 30.0), X, known, ["Coso", "Soda"], {"hot": "mW m-2"})
    >>> found[["analogue_1", "analogue_2", "analogue_2_differs"]].iloc[0].tolist()
    ['Soda', 'Coso', 'hot 90 here, 60 mW m-2 there']
    >>> found.analogue_2_similarity.round(2).item()
    0.37
    """
    whole = np.isfinite(known.to_numpy(dtype=np.float64)).all(axis=1)
    if not whole.any() or not len(X):
        return pd.DataFrame(index=X.index)
    theirs = known.to_numpy(dtype=np.float64)[whole]
    systems, codes = np.unique(
        np.asarray(names, dtype=object)[whole].astype(str), return_inverse=True
    )
    values = X.to_numpy(dtype=np.float64)
    columns: dict[str, NDArray[np.object_] | Floats] = {}
    row, likest = _likest(likeness, values, theirs, codes, min(ANALOGUES, len(systems)))
    for place in range(row.shape[1]):
        title = f"analogue_{place + 1}"
        columns[title] = systems[codes[row[:, place]]]
        columns[f"{title}_similarity"] = likest[:, place]
        pairs = zip(values, theirs[row[:, place]], strict=True)
        told = [_differences(likeness, *pair, list(map(str, X.columns)), units) for pair in pairs]
        columns[f"{title}_differs"] = np.array(told, dtype=object)
    return pd.DataFrame(columns, index=X.index)


def _likest(
    likeness: Likeness, values: Floats, theirs: Floats, codes: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], Floats]:
    """Rows of the known places of the most similar systems, and their similarity, (n, count)."""
    order = np.argsort(codes, kind="stable")
    start = np.flatnonzero(np.append(True, np.diff(codes[order]) > 0))
    rows, found = [], []
    for first in range(0, len(values), _ROWS):
        similar = likeness.between(values[first : first + _ROWS], theirs[order])
        similar = np.nan_to_num(similar, nan=0.0)
        best = np.maximum.reduceat(similar, start, axis=1)
        chosen = np.argsort(-best, axis=1, kind="stable")[:, :count]
        likest = np.take_along_axis(best, chosen, axis=1)
        rows.append(_first_rows(similar, codes[order], chosen, order))
        found.append(likest)
    return np.concatenate(rows), np.concatenate(found)


def _first_rows(
    similar: Floats, codes: NDArray[np.int64], chosen: NDArray[np.int64], order: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Of each chosen system the known place that is most alike."""
    columns = [
        np.argmax(np.where(codes == system[:, None], similar, -1.0), axis=1) for system in chosen.T
    ]
    return np.asarray(order[np.stack(columns, axis=1)])


def _differences(
    likeness: Likeness, here: Floats, there: Floats, names: list[str], units: Mapping[str, str]
) -> str:
    """The features that make up most of the distance, with their values at both places."""
    shares = likeness.space.shares(here, there)
    strongest = [each for each in np.argsort(-shares, kind="stable") if shares[each] > 0]
    told = []
    for each in strongest[:DIFFERENCES]:
        unit = units.get(names[each], "1")
        told.append(
            f"{names[each]} {number_of(here[each])} here, {number_of(there[each])}"
            f"{'' if unit == '1' else f' {unit}'} there"
        )
    return "; ".join(told)
