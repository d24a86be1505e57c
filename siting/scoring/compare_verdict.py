"""The first line of a comparison: whether any model finds more than one layer alone."""

from collections.abc import Mapping
from typing import Any

REQUIRED = 0.95  # share of bootstraps over blocks in which a model must rank better than one layer


def verdict(
    models: Mapping[str, Any],
    single: Mapping[str, Any],
    against: tuple[Mapping[str, Any], Mapping[str, Any]],
    leak: Mapping[str, Any] | None,
    within: str,
) -> dict[str, Any]:
    """Whether the approach chosen inside the folds beats the layer chosen inside them.

    Parameters
    ----------
    models, single : mapping
        Rows of the choice among approaches and of that among layers, under the same folds.
    against : pair of mappings
        Their differences over bootstraps of blocks, and those of the models from the layer that
        is best in hindsight, with its ``auc``.
    leak : mapping, optional
        The row of the approach that does best under random folds.
    within : str
        Side of the blocks, as text.

    Returns
    -------
    dict
        ``beats_single``, ``contrast`` (whether neither is above chance
        within blocks, though one is over all), and
        ``verdict``, a few sentences.
    """
    shares = [each["pooled"]["share_of_bootstraps"] for each in against]
    beats = all(share is not None and share >= REQUIRED for share in shares)
    pooled, near = (
        [_above_chance(each["sites"][key]) for each in (models, single)]
        for key in ("auc", "within")
    )
    contrast = any(pooled) and not any(near)
    return {
        "beats_single": beats,
        "required": REQUIRED,
        "contrast": contrast,
        "verdict": " ".join(
            text
            for text in (
                _first(models, single, shares, against[1]),
                _second(models, single, within, near),
                _third(leak),
            )
            if text
        ),
    }


def _above_chance(figure: Mapping[str, Any]) -> bool:
    return figure["low"] is not None and figure["low"] > 0.5


def _first(
    models: Mapping[str, Any],
    single: Mapping[str, Any],
    shares: list[float | None],
    hindsight: Mapping[str, Any],
) -> str:
    ours, theirs = told(models["sites"]["auc"]), told(single["sites"]["auc"])
    held = ["no" if share is None else f"{share:.0%}" for share in shares]
    passed = [share is not None and share >= REQUIRED for share in shares]
    layer, last = layer_name(single), str(hindsight["single"]).replace("_", " ")
    chosen = "the one chosen inside the folds"
    best = told(hindsight["auc"])
    if all(passed):
        return (
            f"The models find more than any layer alone: on held-out systems {chosen} has an AUC "
            f"of {ours}, the layer chosen there {theirs}, the best layer in hindsight ({last}) "
            f"{best}; it is higher in {held[0]} and {held[1]} of bootstraps over blocks."
        )
    if passed[0]:
        return (
            f"No model is shown to beat a single layer: on held-out systems {last} alone has an "
            f"AUC of {best} in hindsight, the model chosen inside the folds {ours}; it is higher "
            f"in {held[1]} of bootstraps over blocks ({REQUIRED:.0%} are asked for), and in "
            f"{held[0]} than a layer chosen there, which has {theirs}."
        )
    return (
        f"No model is shown to beat a single layer: on held-out systems the layer chosen inside "
        f"the folds (mostly {layer}) has an AUC of {theirs}, the model chosen there {ours}; it is "
        f"higher in {held[0]} of bootstraps over blocks ({REQUIRED:.0%} are asked for)."
    )


def layer_name(single: Mapping[str, Any]) -> str:
    """Name of the layer that was chosen in most folds."""
    return str(single.get("mostly") or "the best single layer").replace("_", " ")


def _second(
    models: Mapping[str, Any], single: Mapping[str, Any], within: str, near: list[bool]
) -> str:
    """Skill within blocks, and which of model and layer is above chance there."""
    ours, theirs = models["sites"]["within"], single["sites"]["within"]
    if not ours["pairs"]:
        return f"No {within} holds systems of both classes, so nothing is known of skill in it."
    told_of = {
        (False, False): "what is found is a contrast between regions, not shown to be places",
        (True, False): "the model is above chance there, while the layer is not shown to be more "
        "than a contrast between regions",
        (False, True): "the layer is above chance there, while the model is not shown to be more "
        "than a contrast between regions",
        (True, True): "both are above chance there",
    }[near[0], near[1]]
    return (
        f"Within {within} the layer chosen inside the folds has {told(theirs)}, the model "
        f"{told(ours)}: {told_of}."
    )


def _third(leak: Mapping[str, Any] | None) -> str:
    if leak is None or leak["sites"]["auc"]["value"] is None:
        return ""
    value = leak["sites"]["auc"]["value"]
    return f"Random folds, which leak, would have said up to {value:.2f}."


def told(figure: Mapping[str, Any]) -> str:
    """A figure with its interval, as text.

    Examples
    --------
    >>> told({"value": 0.8216, "low": 0.74, "high": 0.9})
    '0.82 (0.74 to 0.90)'
    >>> told({"value": None, "low": 0.31, "high": 0.7})
    'somewhere from 0.31 to 0.70'
    """
    value, low, high = figure["value"], figure["low"], figure["high"]
    if low is None:
        return "no figure"
    if value is None:
        return f"somewhere from {low:.2f} to {high:.2f}"
    return f"{value:.2f} ({low:.2f} to {high:.2f})"
