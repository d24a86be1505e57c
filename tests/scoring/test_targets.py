"""Features that know the labels, and features that are one."""

import numpy as np
import pandas as pd
import pytest

from siting import findings
from siting.scoring.targets import tell_copies, tell_perfect


def told(X: pd.DataFrame, y: np.ndarray) -> list[tuple[str, str]]:
    with findings.collect() as found:
        tell_perfect(X, y, "known")
    return [(each.code, each.found) for each in found]


def table(positive: int, other: int, features: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    """Random features, and a last one that is the label with a little noise."""
    rng = np.random.default_rng(positive)
    y = np.repeat([1, 0], [positive, other])
    X = pd.DataFrame(rng.normal(size=(len(y), features)), columns=list("abcdefgh")[:features])
    return X.assign(number=y + rng.uniform(0, 0.5, len(y))), y


@pytest.mark.parametrize(
    ("positive", "other"), [(12, 60), (10, 12), (4, 40), (400, 4), (150, 5000)]
)
def test_a_feature_made_from_the_labels_is_told_of_few_samples_too(
    positive: int, other: int
) -> None:
    X, y = table(positive, other)
    assert told(X, y) == [("FEATURE_LEAK", "number: AUC 1.0000")]
    assert told(X.assign(number=-X.number), y) == [("FEATURE_LEAK", "number: AUC 0.0000")]
    assert told(X.drop(columns="number"), y) == []


def test_what_chance_may_do_is_not_told() -> None:
    # Of 5 and 5 samples one order in 126 is perfect, either way round; of 5 and 10 one in 1501.
    assert told(*table(5, 5)) == []
    assert told(*table(5, 10, features=3)) == []
    assert told(*table(3, 2000)) == []  # three may lie in the one corner where it is hottest
    assert told(*table(5, 12, features=2)) == [("FEATURE_LEAK", "number: AUC 1.0000")]
    # One pair in the wrong order: good, and of so few samples no sign of a leak.
    X, y = table(10, 12)
    X.loc[0, "number"] = X.number[y == 0].max() - 1e-9
    assert told(X, y) == []


def test_copies_are_told_and_what_is_alike_by_chance_is_not() -> None:
    X, y = table(12, 60)
    X = X.drop(columns="number")
    both = X.assign(again=X.a, third=X.a, flipped=-X.b, scaled=2 * X.c)
    assert told(both, y) == [("FEATURES_REPEATED", "again is a, third is a")]
    flags = X.assign(one=y * 0.0, other=0.0, granite=X.a > 0, basalt=X.a > 0)
    with findings.collect() as found:
        tell_copies(flags, "known")
    assert found == []
