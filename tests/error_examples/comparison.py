"""Mistakes of folds that a comparison of models rests on."""

from pathlib import Path

from siting.scoring.dated import DatedFolds, check_vintages
from siting.scoring.folds import spatial_blocks
from siting.scoring.variogram import warn_short_buffer

from .made import example


@example("FOLDS_BUFFER_SHORT")
def _(folder: Path) -> None:
    folds = spatial_blocks("100 km", "20 km", 10)
    warn_short_buffer(folds, {"buffer": 31_995.3}, "compare.folds")


@example("LAYER_YOUNGER")
def _(folder: Path) -> None:
    check_vintages({"wells": "2003"}, DatedFolds("discovered", "1990"))
