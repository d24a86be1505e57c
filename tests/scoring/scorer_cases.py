"""Scorers of siting as pipeline files write them, and a small world to fit them on."""

from typing import Any

import numpy as np
import pandas as pd

from siting.scoring.folds import INDEX

LOGISTIC = {"sklearn.linear_model.LogisticRegression": {}}
BAYES = {"sklearn.naive_bayes.GaussianNB": {}}
VOTES = {
    "heat": {"heat_flow": {"weight": 0.8, "middle": 80, "scale": 20}},
    "permeability": {"fault_distance": {"weight": -0.5, "middle": 5, "scale": 3}, "rock": 0.1},
}
MEMBERSHIPS = {
    "heat_flow": {"siting.fuzzy.LargeMembership": {"midpoint": 80, "spread": 5}},
    "fault_distance": {"siting.fuzzy.SmallMembership": {"midpoint": 5, "spread": 3}},
    "rock": {"siting.fuzzy.LinearMembership": {"none": 4, "full": 1}},
}
MODELS = {"odds": LOGISTIC, "bayes": BAYES}
# Every scorer of ours that fits on features and labels, once or more.
SCORERS: dict[str, Any] = {
    "evidence": {"siting.evidence.WeightsOfEvidence": {"categorical": ["rock"], "bins": 4}},
    "contrast": {
        "siting.evidence.ContrastWeightsOfEvidence": {
            "breaks": {"heat_flow": [60, 80, 100]},
            "directions": {"heat_flow": "descending"},
        }
    },
    "and": {"siting.fuzzy.FuzzyAnd": {"memberships": MEMBERSHIPS}},
    "or": {"siting.fuzzy.FuzzyOr": {"memberships": MEMBERSHIPS}},
    "product": {"siting.fuzzy.FuzzyProduct": {"memberships": MEMBERSHIPS}},
    "sum": {"siting.fuzzy.FuzzySum": {"memberships": MEMBERSHIPS}},
    "gamma": {"siting.fuzzy.FuzzyGamma": {"memberships": MEMBERSHIPS, "gamma": 0.8}},
    "gaussian": {
        "siting.fuzzy.FuzzyAnd": {
            "memberships": {"siting.fuzzy.GaussianMembership": {"middle": 50, "sd": 40}}
        }
    },
    "voter veto": {"siting.play_fairway.VoterVeto": {"components": VOTES, "prior": 0.3}},
    "unlabelled": {
        "siting.positive_unlabelled.PositiveUnlabelledBagging": {
            "n_estimators": 10, "class_prior": 0.1,
        }
    },
    "unlabelled, of a pipeline": {
        "siting.positive_unlabelled.PositiveUnlabelledBagging": {
            "n_estimators": 5,
            "class_prior": 0.1,
            "estimator": {
                "sklearn.pipeline.Pipeline": {
                    "steps": {
                        "scale": {"sklearn.preprocessing.StandardScaler": {}}, "fit": LOGISTIC,
                    }
                }
            },
        }
    },
    "ordinal": {"siting.ordinal.OrdinalClassifier": {"estimator": BAYES}},
    "ordinal, expected": {"siting.ordinal.OrdinalRegressor": {"estimator": BAYES}},
    "stack": {"siting.stacking.SpatialStacking": {"estimators": MODELS}},
    "stack, final": {
        "siting.stacking.SpatialStacking": {"estimators": MODELS, "final_estimator": LOGISTIC}
    },
    "weighted": {
        "siting.overlay_estimators.WeightedOverlay": {
            "weights": {"heat_flow": 2, "fault_distance": 1, "rock": 0}
        }
    },
    "monotone": {
        "sklearn.ensemble.HistGradientBoostingClassifier": {
            "max_iter": 10, "monotonic_cst": {"heat_flow": 1, "fault_distance": -1},
        }
    },
}  # fmt: skip


def samples(size: int = 400, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    """Heat flow, distance to a fault and rock at places of a region, and fields among them."""
    rng = np.random.default_rng(seed)
    longitude, latitude = rng.uniform(-120, -110, size), rng.uniform(36, 42, size)
    heat_flow = 75 + 15 * np.sin(longitude) + rng.normal(0, 10, size)
    distance = rng.gamma(2.0, 3.0, size)
    rock = rng.integers(1, 5, size).astype(float)
    odds = 0.1 * (heat_flow - 95) - 0.3 * (distance - 4) + 0.5 * (rock == 2)
    known = (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(int)
    index = pd.MultiIndex.from_arrays(
        [range(size), range(size), longitude, latitude, [""] * size], names=INDEX
    )
    columns = {"heat_flow": heat_flow, "fault_distance": distance, "rock": rock}
    return pd.DataFrame(columns, index=index), known
