"""The tables of docs/great_basin.md: ``python -m tests.great_basin_page --write`` makes them again.

The cells are not part of the project: SITING_REFERENCE_DATA names the folder that holds
``geothermal/great_basin_cells.csv``.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.findings import collect
from siting.scoring import compare
from siting.scoring.cells import cells_table
from siting.scoring.compare_figures import auc
from siting.scoring.compare_scores import scheme, single_layers
from siting.scoring.compare_units import units_of
from siting.scoring.estimators import build_estimator
from siting.scoring.folds import spatial_blocks

PAGE = Path(__file__).parents[1] / "docs" / "great_basin.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
CRS = "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-117 +datum=NAD83"
LABELS = ("positive", "site", "block", "x", "y")
SIZE, BUFFER = "100 km", "35 km"
_SCALE = {"sklearn.preprocessing.StandardScaler": {}}
_LOGISTIC = {"sklearn.linear_model.LogisticRegression": {"C": 0.01, "class_weight": "balanced"}}
_RIDGE = {"sklearn.pipeline.Pipeline": {"steps": {"scale": _SCALE, "fit": _LOGISTIC}}}
_EXTRA = {"sklearn.ensemble.ExtraTreesClassifier": {"n_estimators": 60, "min_samples_leaf": 3}}
_BOOST = {"max_iter": 50, "max_leaf_nodes": 6, "min_samples_leaf": 10, "learning_rate": 0.1}
# What the literature expects of a system: where heat flow, strain and conductance are high, low in
# the basin, near young faults. Chosen before the figures, and not by them.
_KNOWN = {
    "heatflow_eqwt": 1, "geod_2ndinv": 1, "cond_mt_surface": 1, "qfaults_dist_age_0-15k": -1,
    "elevation_detrended_span01": -1, "depth_to_basement": 1,
}  # fmt: skip
# Values that do not belong and that belong fully, of the same features in their order.
_MEMBERSHIPS = (
    (70.0, 95.0), (0.0, 30.0), (2.0, 3.5), (20_000.0, 0.0), (0.0, -300.0), (0.0, 1000.0)
)  # fmt: skip


def _only_known(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model of the six features that the literature speaks of."""
    picked = {
        "sklearn.compose.ColumnTransformer": {
            "transformers": [["known", "passthrough", list(_KNOWN)]],
            "verbose_feature_names_out": False,
        }
    }
    return {"sklearn.pipeline.Pipeline": {"steps": {"pick": picked, "fit": dict(model)}}}


APPROACHES: dict[str, dict[str, Any]] = {
    "logistic, L2": _RIDGE,
    "logistic, L2, tuned": {
        "sklearn.model_selection.GridSearchCV": {
            "estimator": _RIDGE,
            "param_grid": {"fit__C": [0.001, 0.01, 0.1]},
            "scoring": "roc_auc",
        }
    },
    "extra trees": _EXTRA,
    "random forest": {
        "sklearn.ensemble.RandomForestClassifier": {"n_estimators": 60, "min_samples_leaf": 3}
    },
    "gradient boosting": {"sklearn.ensemble.HistGradientBoostingClassifier": _BOOST},
    "gradient boosting, monotone": {
        "sklearn.ensemble.HistGradientBoostingClassifier": {**_BOOST, "monotonic_cst": _KNOWN}
    },
    "weights of evidence": _only_known({"siting.evidence.WeightsOfEvidence": {"bins": 4}}),
    "fuzzy gamma": _only_known(
        {
            "siting.fuzzy.FuzzyGamma": {
                "gamma": 0.8,
                "memberships": {
                    f"x{i}": {"siting.fuzzy.LinearMembership": {"none": none, "full": full}}
                    for i, (none, full) in enumerate(_MEMBERSHIPS)
                },
            }
        }
    ),
    "PU bagging": {
        "siting.positive_unlabelled.PositiveUnlabelledBagging": {
            "estimator": {"sklearn.tree.DecisionTreeClassifier": {"min_samples_leaf": 3}},
            "n_estimators": 20,
        }
    },
    "stack of logistic and trees": {
        "siting.stacking.SpatialStacking": {
            "estimators": {"logistic": _RIDGE, "trees": _EXTRA},
        }
    },
}


def cells(folder: Path) -> gpd.GeoDataFrame:
    """The cells with their features."""
    frame = pd.read_csv(folder / "geothermal" / "great_basin_cells.csv")
    places = gpd.points_from_xy(frame.x, frame.y, crs=CRS)
    found = gpd.GeoDataFrame(frame.drop(columns=["x", "y"]), geometry=places)
    found.attrs["name"] = "great_basin_cells"
    return found


def features(frame: gpd.GeoDataFrame) -> list[str]:
    """Columns to learn from."""
    return [str(each) for each in frame.columns if each not in (*LABELS, "geometry")]


def compared(folder: Path, approaches: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Record of the comparison."""
    frame = cells(folder)
    specs = approaches or APPROACHES
    built = {name: build_estimator(spec, name) for name, spec in specs.items()}
    with collect():
        found = compare.cells(
            frame, features(frame), "positive", built, folds=spatial_blocks(SIZE, BUFFER, 10),
            group="site", region="block", within="region",
        )  # fmt: skip
    return dict(found.record)


def best_by_chance(folder: Path, draws: int = 1000) -> tuple[float, float]:
    """AUC within blocks that the best single layer exceeds in 50 and 5 % of shuffles.

    Labels are shuffled within blocks, which keeps every contrast between them; what the best of
    many layers reaches then is what a search for the best layer brings by itself.
    """
    frame = cells(folder)
    table = cells_table(frame, features(frame), target="positive", group="site", region="block")
    sites, _ = units_of(table, "region")
    scores = single_layers(table, scheme(spatial_blocks(SIZE, BUFFER, 10), table, 5), sites).scores
    means = [sites.mean(column) for column in scores.T]
    one, rng = np.ones((1, len(sites.y))), np.random.default_rng(0)
    order = np.argsort(sites.block, kind="stable")
    best = []
    for _ in range(draws):
        y = np.empty_like(sites.y)
        y[order] = sites.y[np.lexsort((rng.random(len(order)), sites.block))]
        best.append(max(float(auc(each, y, one, sites.block)[0]) for each in means))
    return float(np.quantile(best, 0.5)), float(np.quantile(best, 0.95))


def page(record: Mapping[str, Any], chance: tuple[float, float]) -> str:
    """The tables of a record as Markdown."""
    main = [each for each in record["methods"] if each["folds"] == record["main"]]
    other = list(dict.fromkeys(each["folds"] for each in record["methods"]))
    other.remove(record["main"])
    parts = [
        f"> {record['verdict']}\n",
        f"### {record['main']}\n",
        _table(_sorted([each for each in main if each["role"] != "single"])),
        "### Single layers, the best twelve of each figure\n",
        _table(_best_layers([each for each in main if each["role"] == "single"])),
        f"With labels shuffled within blocks, the best of these layers reaches {chance[0]:.2f} "
        f"within blocks in half of the shuffles, and {chance[1]:.2f} in one of twenty.\n",
        "### The same models under other folds\n",
        _other(record, other),
        "### Against the layer chosen inside the folds\n",
        _against(record),
        f"Chosen inside: {_counts(record['chosen']['approaches'])}; layers "
        f"{_counts(record['chosen']['layers'][record['main']])}.\n",
        f"Variogram: {record['variogram']['text']}\n",
        f"Self-test: {record['leakage']['text']}\n",
    ]
    return "\n".join(parts)


def _sorted(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: -row["sites"]["auc"]["value"])


def _best_layers(rows: list[Any]) -> list[Any]:
    pooled = _sorted(rows)[:12]
    within = sorted(rows, key=lambda row: -row["sites"]["within"]["value"])[:12]
    return pooled + [each for each in within if each not in pooled]


def _table(rows: list[Any]) -> str:
    head = (
        "| ranked by | AUC pooled | AUC within blocks | AUC of cells, pooled / within | PR-AUC "
        "| capture at 10 / 25 % | Brier | ECE |\n" + "|---" * 8 + "|\n"
    )
    return head + "\n".join(_row(each) for each in rows) + "\n"


def _row(row: Mapping[str, Any]) -> str:
    sites, inside = row["sites"], row["cells"]
    calibration = row["calibration"] or {}
    cells_ = [
        row["name"] + (f" (mostly {row['mostly']})" if row.get("mostly") else ""),
        _told(sites["auc"]),
        _told(sites["within"]),
        f"{inside['auc']:.2f} / {inside['within']:.2f}",
        f"{sites['precision']['value']:.2f}",
        f"{sites['capture']['10']['value']:.0%} / {sites['capture']['25']['value']:.0%}",
        f"{calibration['brier']:.3f}" if calibration else "",
        f"{calibration['ece']:.3f}" if calibration else "",
    ]
    return f"| {' | '.join(cells_)} |"


def _told(figure: Mapping[str, Any]) -> str:
    return f"{figure['value']:.2f} ({figure['low']:.2f} to {figure['high']:.2f})"


def _other(record: Mapping[str, Any], folds: list[str]) -> str:
    """AUC pooled and within blocks of each model under each kind of folds."""
    rows = {(each["name"], each["folds"]): each for each in record["methods"]}
    names = [n for n, f in rows if f == folds[0]]
    head = "| ranked by | " + " | ".join(f"{each}: pooled / within" for each in folds) + " |\n"
    lines = "\n".join(f"| {name} | {' | '.join(_pairs(rows, name, folds))} |" for name in names)
    return head + "|---" * (len(folds) + 1) + "|\n" + lines + "\n"


def _pairs(rows: Mapping[tuple[str, str], Any], name: str, folds: list[str]) -> Iterator[str]:
    for each in folds:
        sites = rows[name, each]["sites"]
        yield f"{sites['auc']['value']:.2f} / {sites['within']['value']:.2f}"


def _against(record: Mapping[str, Any]) -> str:
    head = (
        "| model | AUC pooled, difference | higher in | AUC within, difference | higher in |\n"
        + "|---" * 5
        + "|\n"
    )
    lines = [
        f"| {each['name']} | {_told(each['pooled'])} | {each['pooled']['share_of_bootstraps']:.0%} "
        f"| {_told(each['within'])} | {each['within']['share_of_bootstraps']:.0%} |"
        for each in record["against"]
    ]
    return head + "\n".join(lines) + "\n"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} in {count}" for name, count in counts.items())


def _write() -> None:
    folder = Path(os.environ["SITING_REFERENCE_DATA"])
    record = compared(folder)
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    text = f"{before}{BEGIN}\n{page(record, best_by_chance(folder))}\n{END}{rest.split(END)[1]}"
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__" and "--write" in sys.argv:
    _write()
