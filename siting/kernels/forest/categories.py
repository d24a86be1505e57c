"""Categorical splits of histogram gradient boosting, as sets of codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.kernels.forest.refusal import CannotCompile
from siting.kernels.forest.tiles import CATEGORIES, WORDS
from siting.kernels.forest.trees import Branches, Floats, Integers

MISSING_CODE = CATEGORIES - 1


def ordered_categories(estimator: Any) -> tuple[tuple[Floats | None, ...], Integers]:
    """Categories of each feature, and the features in the order in which the trees know them.

    Raises
    ------
    CannotCompile
        Where categories are no numbers.
    """
    features = estimator.n_features_in_
    if estimator.is_categorical_ is None:
        return (None,) * features, np.arange(features)
    categorical = np.asarray(estimator.is_categorical_, dtype=bool)
    found: list[Floats | None] = [None] * features
    encoder = estimator._preprocessor.named_transformers_["encoder"]
    for f, values in zip(np.flatnonzero(categorical), encoder.categories_, strict=True):
        if values.dtype.kind not in "fiub":
            raise CannotCompile(estimator, "its categories are no numbers")
        known = values.astype(np.float64)
        found[f] = known[~np.isnan(known)]
    order = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
    return tuple(found), order


def codes(values: NDArray[Any], categories: Floats) -> NDArray[np.int32]:
    """Place of each value among the categories; unknown and missing ones have the last code.

    Examples
    --------
    >>> codes(np.array([7.0, 3.0, np.nan, 4.0]), np.array([3.0, 7.0])).tolist()
    [1, 0, 255, 255]
    """
    if not len(categories):
        return np.full(values.shape, MISSING_CODE, dtype=np.int32)
    wide = values.astype(np.float64)
    place = np.minimum(np.searchsorted(categories, wide), len(categories) - 1)
    return np.where(categories[place] == wide, place, MISSING_CODE).astype(np.int32)


def categorical_branches(
    estimator: Any, predictors: Sequence[Any], columns: Integers
) -> tuple[list[Branches], NDArray[np.uint64]]:
    """Branches of the trees, and the sets of categories that go left."""
    known, place = estimator._bin_mapper.make_known_categories_bitsets()
    parts, sets, number = [], [np.zeros((1, WORDS), np.uint64)], 1
    for predictor in predictors:
        nodes = predictor.nodes
        categorical = (nodes["is_categorical"] == 1) & (nodes["is_leaf"] == 0)
        asked = np.flatnonzero(categorical)
        category = np.full(len(nodes), -1)
        category[asked] = number + np.arange(len(asked))
        number += len(asked)
        for each in nodes[asked]:
            left = predictor.raw_left_cat_bitsets[each["bitset_idx"]]
            sets.append(_set(left, known[place[each["feature_idx"]]], each["missing_go_to_left"]))
        parts.append(_branches(nodes, category, columns))
    return parts, np.concatenate(sets)


def _set(left: Any, known: Any, missing_left: int) -> NDArray[np.uint64]:
    """Codes that go left: those of the split, and unknown ones where missing values do."""
    bits = _bits(left) | (~_bits(known) if missing_left else False)
    return np.packbits(bits, bitorder="little").view(np.uint64)[None]


def _bits(words: Any) -> NDArray[np.bool_]:
    raw = np.ascontiguousarray(words, dtype="<u4").view(np.uint8)
    return np.unpackbits(raw, bitorder="little").astype(bool)


def _branches(nodes: NDArray[Any], category: Integers, columns: Integers) -> Branches:
    leaf = nodes["is_leaf"] == 1
    return Branches(
        np.where(leaf, -1, nodes["left"].astype(np.int64)),
        nodes["right"].astype(np.int64),
        columns[nodes["feature_idx"]],
        nodes["num_threshold"].astype(np.float64),
        nodes["missing_go_to_left"] == 1,
        category,
    )
