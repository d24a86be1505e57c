"""Folds inside an estimator that must be of places: random ones are refused."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import PipelineError
from siting.scoring.folds import InnerFolds

Integers = NDArray[np.int64]


def refuse_random(folds: Any, where: str) -> None:
    """Refuse folds that are not known to keep neighbours together.

    Parameters
    ----------
    folds : splitter
        Folds of siting say by ``leakage`` whether neighbours stand on both sides of a split;
        any that do not say so are taken for random.
    where : str
        What uses them.

    Raises
    ------
    PipelineError
        FOLDS_RANDOM.

    Examples
    --------
    >>> refuse_random(InnerFolds(), "model")
    """
    if getattr(folds, "leakage", True):
        raise PipelineError(
            "FOLDS_RANDOM",
            "random folds have neighbours on both sides, so that the model which copies them wins",
            where=where,
            found=str(getattr(folds, "name", type(folds).__name__)),
            wanted="folds.spatial_blocks or folds.regions",
            fix="leave the folds out: clusters of places are the default",
        )


def spatial_splits(cv: Any, X: Any, y: Any, where: str) -> list[tuple[Integers, Integers]]:
    """Pairs of rows to train and to test on, by place.

    Parameters
    ----------
    cv : splitter, list of pairs or None
        Folds; pairs of rows as the run makes them of its folds; or clusters of places.
    X, y
        Samples, with the index of a training table where folds go by it.
    where : str
        What uses them.

    Raises
    ------
    PipelineError
        FOLDS_RANDOM.
    InputError
        FOLDS_INDEX, where the samples have lost their places.
    """
    folds = InnerFolds() if cv is None else cv
    if isinstance(folds, list):
        return folds
    refuse_random(folds, where)
    return list(folds.split(X, y))
