"""The record of a comparison, made from a table of samples whatever it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.base import is_classifier

from siting.errors import InputError
from siting.findings import warn
from siting.kernels.threads import single_threaded
from siting.kinds import FittedModel, Splitter
from siting.scoring import null_labels
from siting.scoring.compare_rows import Judge, Method, capture_noun, folds_row
from siting.scoring.compare_scores import (
    Scheme,
    all_scores,
    choose,
    part,
    scheme,
    single_layers,
    thinned,
)
from siting.scoring.compare_units import units_of
from siting.scoring.compare_verdict import verdict
from siting.scoring.fitted import tell_constant
from siting.scoring.fitting import fit
from siting.scoring.folds import (
    nearest_neighbour_distance_matching,
    random,
    regions,
    spatial_blocks,
)
from siting.scoring.nearest_neighbour_folds import NearestNeighbourFolds
from siting.scoring.placed_folds import BlockFolds, places
from siting.scoring.targets import tell_perfect
from siting.scoring.training import Training
from siting.scoring.variogram import suggested, warn_short_buffer

Floats = NDArray[np.float64]
SPLITS = 10
CHOSEN, BEST_LAYER = "chosen inside the folds", "best layer, chosen inside"


@dataclass(frozen=True)
class Task:
    """What is compared, on what, and how it is judged."""

    table: Training
    approaches: Mapping[str, Any]
    folds: Splitter | None
    within: str
    region: str | None
    per_group: int
    bootstraps: int
    draws: int
    map_places: tuple[Floats, Floats] | None  # longitude and latitude that the map is for


@single_threaded()
def compared(task: Task) -> tuple[dict[str, Any], FittedModel]:
    """Record of a comparison, and the approach with the best score fitted on all samples."""
    _check(task)
    table = task.table
    found = suggested(table.X, table.y)
    folds = task.folds or _suggested_folds(table, found)
    warn_short_buffer(folds, found, "compare.folds")
    splitters = _splitters(task, folds)
    schemes = {name: scheme(each, table, task.per_group) for name, each in splitters.items()}
    judge = Judge.of(*units_of(table, task.within), task.bootstraps)
    methods, chosen = _methods(task, judge, folds, schemes)
    rows = {(each.name, each.folds): judge.row(each) for each in methods}
    main = schemes["main"].name
    for name in schemes.values():
        rows[BEST_LAYER, name.name]["mostly"] = _mostly(chosen["layers"][name.name])
    rows[CHOSEN, main]["mostly"] = _mostly(chosen["approaches"])
    against = _against(methods, judge, main)
    hindsight = _in_hindsight(methods, rows, judge, main)
    best = max(task.approaches, key=lambda name: _value(rows[name, main]))
    record = {
        "kind": "comparison",
        **_verdict(rows, (against[0], hindsight), main, schemes["random"].name, task),
        "scope": _scope(judge, task),
        "unit": "system",
        "capture_of": capture_noun(judge.sites),
        "main": main,
        "methods": list(rows.values()),
        "against": against,
        "hindsight": hindsight,
        "folds": _folds_rows(schemes, splitters, table),
        "chosen": chosen,
        "curves": {
            each.name: judge.curves(each)
            for each in methods
            if each.folds == main and each.role != "single"
        },
        "variogram": found,
        "leakage": null_labels.self_test(
            table,
            {"random": schemes["random"], "honest": schemes["main"]},
            judge.sites,
            task.draws,
            found["labels"]["range"],
        ),
        "labels": table.record,
        "model": best,
    }
    return record, _model(best, task, record["verdict"])


def _check(task: Task) -> None:
    """Both classes, in systems enough."""
    y = np.asarray(task.table.y)
    if not np.isin(y, (0, 1)).all():
        raise InputError(
            "VALUE_INVALID", "a comparison is of presence and absence, 1 and 0",
            where="compare", found=f"values from {y.min():g} to {y.max():g}",
            fix="name a column of 1 and 0",
        )  # fmt: skip
    group = places(task.table.X).group.to_numpy()
    positive, other = len(np.unique(group[y == 1])), len(np.unique(group[y == 0]))
    if min(positive, other) < 5:
        raise InputError(
            "TOO_FEW_POSITIVES", "five systems of each class are needed at least",
            where="compare", found=f"{positive} with presence, {other} without",
        )  # fmt: skip
    X = task.table.X.to_numpy()
    if not (X.min(axis=0) < X.max(axis=0)).any():
        raise InputError(
            "FEATURES_CONSTANT", "none of the features varies among the samples",
            where="compare", found=", ".join(map(str, task.table.X.columns)),
            wanted="features that differ from place to place",
        )  # fmt: skip
    tell_constant(task.table)
    tell_perfect(task.table.X, y, "compare")


def _suggested_folds(table: Training, found: Mapping[str, Any]) -> Splitter:
    """Blocks and buffer as the variogram asks for, with as many folds as there are blocks."""
    size = f"{max(found['size'], 1.0) / 1000:.3g} km"
    folds: BlockFolds = spatial_blocks(size, found["buffer"])  # type: ignore[assignment]
    sites, _ = units_of(table, size)
    splits = min(SPLITS, len(np.unique(sites.block)))
    if splits < 2:
        raise InputError(
            "FOLDS_TOO_FEW_BLOCKS", "labels are alike over as far as they reach, so that no part "
            "of them can be held out", where="compare.folds",
            found=found["text"], fix="state `folds:` yourself, whole regions or a date",
        )  # fmt: skip
    return BlockFolds(folds.size, folds.unit, folds.buffer, splits, size)


def _splitters(task: Task, folds: Splitter) -> dict[str, Splitter]:
    """The folds that the verdict rests on, and the others that are told beside them."""
    main = getattr(folds, "splits", SPLITS)
    found: dict[str, Splitter] = {"main": folds}
    if not isinstance(folds, NearestNeighbourFolds):
        found["matched"] = nearest_neighbour_distance_matching(main)
    if task.region and getattr(folds, "column", None) != task.region:
        found["regions"] = regions(task.region, getattr(folds, "buffer", 0.0))
    found["random"] = random(main)
    if task.map_places is not None:
        found = {
            name: each.matched_to(*task.map_places)
            if isinstance(each, NearestNeighbourFolds)
            else each
            for name, each in found.items()
        }
    return found


def _methods(
    task: Task, judge: Judge, folds: Splitter, schemes: Mapping[str, Scheme]
) -> tuple[list[Method], dict[str, Any]]:
    """Every method under every kind of folds, and what was chosen inside them."""
    scores = all_scores(task.approaches, task.table, list(schemes.values()))
    methods = []
    layers: dict[str, dict[str, int]] = {}
    for each in schemes.values():
        singles = single_layers(task.table, each, judge.sites)
        layers[each.name] = _counts(singles.best.chosen)
        methods += [
            # An overlay gives a score that ranks; only a classifier's is a probability.
            Method(
                name,
                "approach",
                each.name,
                each.leakage,
                scores[name, each.name],
                is_classifier(model),
            )
            for name, model in task.approaches.items()
        ]
        methods.append(
            Method(BEST_LAYER, "single_chosen", each.name, each.leakage, singles.best.scores)
        )
        if each is schemes["main"]:
            methods += [
                Method(str(layer), "single", each.name, each.leakage, singles.scores[:, number])
                for number, layer in enumerate(task.table.X.columns)
            ]
    main = schemes["main"]
    own = {name: scores[name, main.name] for name in task.approaches}
    choice = choose(task.approaches, own, task.table, main, folds, task.within)
    methods.append(Method(CHOSEN, "chosen", main.name, main.leakage, choice.scores))
    return methods, {"approaches": _counts(choice.chosen), "layers": layers}


def _counts(names: tuple[str, ...]) -> dict[str, int]:
    """In how many folds each was chosen, most often first."""
    found = {name: names.count(name) for name in sorted(set(names))}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _mostly(counts: Mapping[str, int]) -> str:
    return next(iter(counts), "")


def _value(row: Mapping[str, Any]) -> float:
    figure = row["sites"]["auc"]
    ends = figure["value"], figure["low"], figure["high"]
    if ends[0] is not None:
        return float(ends[0])
    return (float(ends[1]) + float(ends[2])) / 2 if ends[1] is not None else 0.5


def _against(methods: list[Method], judge: Judge, main: str) -> list[dict[str, Any]]:
    """Each approach, and the choice among them, against the layer chosen inside the folds."""
    under = [each for each in methods if each.folds == main]
    single = next(each for each in under if each.role == "single_chosen")
    ours = [each for each in under if each.role in ("chosen", "approach")]
    ours.sort(key=lambda each: each.role != "chosen")
    return [judge.against(each, single) for each in ours]


def _in_hindsight(
    methods: list[Method], rows: Mapping[tuple[str, str], Any], judge: Judge, main: str
) -> dict[str, Any]:
    """The choice among approaches against the layer that turned out best on the held-out systems.

    Nobody could have known that layer, so that this asks more of a model than is fair. But layers
    that differ little are chosen at random inside the folds, and the choice among them can do far
    worse than most: a model that beats only that choice has beaten a straw man.
    """
    under = [each for each in methods if each.folds == main]
    single = max(
        (each for each in under if each.role == "single"), key=lambda m: _value(rows[m.name, main])
    )
    chosen = next(each for each in under if each.role == "chosen")
    return {**judge.against(chosen, single), "auc": rows[single.name, main]["sites"]["auc"]}


def _verdict(
    rows: Mapping[tuple[str, str], Any],
    against: tuple[dict[str, Any], dict[str, Any]],
    main: str,
    leak: str,
    task: Task,
) -> dict[str, Any]:
    """First line, with what random folds would have said of the approach that they flatter most."""
    block = "one region" if task.within == "region" else f"blocks of {task.within}"
    flattered = max((rows[name, leak] for name in task.approaches), key=_value)
    return verdict(rows[CHOSEN, main], rows[BEST_LAYER, main], against, flattered, block)


def _scope(judge: Judge, task: Task) -> str:
    sites = judge.sites
    known, others = int((sites.y == 1).sum()), int((sites.y == 0).sum())
    return (
        f"{known} systems with presence and {others} without, {len(task.table.X)} samples; "
        "probabilities are those of the samples' own share of presence, not of the land's."
    )


def _folds_rows(
    schemes: Mapping[str, Scheme], splitters: Mapping[str, Splitter], table: Training
) -> list[dict[str, Any]]:
    found = []
    for name, each in schemes.items():
        splitter = splitters[name]
        facts: dict[str, Any] = {"without_positives": _without(each, table)}
        if (buffer := getattr(splitter, "buffer", None)) is not None:
            facts["buffer"] = buffer
        if isinstance(splitter, NearestNeighbourFolds):
            facts["match"] = splitter.match(table.X, table.y).record()
        found.append(folds_row(each.name, each.leakage, each.splits, facts))
    return found


def _without(each: Scheme, table: Training) -> int:
    """Folds that test no positive: they count in pooled figures, and say nothing by themselves."""
    y = np.asarray(table.y)
    count = sum(not y[test].any() for _, test in each.splits)
    if count:
        warn(
            "FOLDS_EMPTY",
            f"{count} of {len(each.splits)} folds test no positive: their samples count in "
            "figures pooled over all folds only",
            where=each.name,
            severity="note",
        )
    return count


def _model(best: str, task: Task, told: str) -> FittedModel:
    """The best approach fitted on all samples, its card saying what the comparison found."""
    table = task.table
    rows = thinned(np.arange(len(table.X)), table, task.per_group)
    few = part(table, rows)
    fitted = fit(task.approaches[best], few.X, few.y, few.weight)
    names = tuple(map(str, table.X.columns))
    ordinary = table.X[table.background] if table.background.any() else table.X
    card = {
        "features": list(names),
        "reference": {name: float(value) for name, value in ordinary.median().items()},
        "labels": table.record,
        "training_digest": table.digest(),
        "approach": best,
        "verdict": told,
        "versions": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
    }
    return FittedModel(fitted, names, card)
