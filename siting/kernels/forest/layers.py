"""Layers of a raster, or columns of a table, window by window as the kernel takes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import InputError
from siting.kernels.forest.categories import codes
from siting.kernels.forest.models import Rules
from siting.kernels.forest.ranks import ranks
from siting.kernels.forest.tiles import CODES, LINES, NUMBERS, RANKS, SQUARES, Blocks, Window
from siting.kernels.forest.trees import Floats

Slices = tuple[slice, slice]
_EXACT = frozenset({"f2", "f4", "i1", "i2", "u1", "u2", "b1"})  # float32 holds all their values
_CELLS = 65_536  # of a window
_FEW_ROWS = 8  # a raster with less is taken line by line


@dataclass(frozen=True)
class Layers:
    """Layers of the same shape, of any numeric types.

    Attributes
    ----------
    planes : sequence of numpy.ndarray of shape (y, x)
        The layers; those of a table are one line each.
    whole : numpy.ndarray of shape (features, y, x) or None
        All of them in one array of float32, where they are one.
    """

    planes: Sequence[NDArray[Any]]
    whole: NDArray[np.float32] | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.planes[0].shape
        return rows, columns

    @property
    def blocks(self) -> Blocks:
        """How cells make blocks."""
        return LINES if self.shape[0] < _FEW_ROWS else SQUARES

    def windows(self) -> Iterator[Slices]:
        """Parts that are worked on one at a time."""
        rows, columns = self.shape
        high = rows if self.blocks is LINES else 64
        wide = max(_CELLS // max(high, 1) // 4096, 1) * 4096 if self.blocks is LINES else 1024
        for top in range(0, rows, high or 1):
            for left in range(0, columns, wide):
                bottom, right = min(top + high, rows), min(left + wide, columns)
                yield slice(top, bottom), slice(left, right)

    def exact_in_float32(self) -> bool:
        """Whether float32 holds every value that the types of the layers can have."""
        return all(each.dtype.str[1:] in _EXACT for each in self.planes)


def layers_of(values: Any, features: int) -> Layers:
    """Layers of an array (features, y, x) or (n, features), or of a sequence of arrays (y, x).

    Raises
    ------
    InputError
        FEATURES_FEW where there are not as many as the model has; NOT_NUMERIC.
    """
    planes: Sequence[NDArray[Any]]
    if isinstance(values, list | tuple):
        planes = [np.asarray(each) for each in values]
    else:
        array = np.asarray(values)
        planes = list(array.T[:, None, :]) if array.ndim == 2 else list(array)
    _check(planes, features)
    whole = None
    if isinstance(values, np.ndarray) and values.ndim == 3 and _plain(values):
        whole = values
    return Layers(planes, whole)


def _plain(values: NDArray[Any]) -> bool:
    return values.dtype == np.dtype("=f4") and values.flags.c_contiguous


def _check(planes: Sequence[NDArray[Any]], features: int) -> None:
    shapes = {each.shape for each in planes}
    if len(planes) != features or len(shapes) != 1 or len(planes[0].shape) != 2:
        raise InputError(
            "MODEL_FEATURES",
            "the layers are not those of the model",
            found=f"{len(planes)} layers of shape {', '.join(map(str, sorted(shapes)))}",
            wanted=f"{features} layers of one shape (y, x), or a table (n, {features})",
        )
    if bad := {each.dtype.name for each in planes if each.dtype.kind not in "fiub"}:
        raise InputError("NOT_NUMERIC", "layers hold no numbers", found=", ".join(sorted(bad)))


def window_of(layers: Layers, at: Slices, rules: Rules, tables: Sequence[Floats]) -> Window:
    """Values of a window as the kernel takes them.

    Parameters
    ----------
    layers : Layers
        The layers.
    at : pair of slices
        Rows and columns of the window.
    rules : Rules
        What the model does with values.
    tables : sequence of numpy.ndarray
        Thresholds of each feature, where values are to be ranked; else empty.
    """
    rows, columns = at
    size = rows.stop - rows.start, columns.stop - columns.start
    if layers.whole is not None and not tables and not any(
        each is not None for each in rules.categories
    ):  # fmt: skip
        height, width = layers.shape
        flat = layers.whole.reshape(-1).view(np.int32)
        start = rows.start * width + columns.start
        return Window(flat, np.zeros(len(layers.planes), np.int8), start, height * width, width)
    kind = np.full(len(layers.planes), RANKS if tables else NUMBERS, np.int8)
    values = np.empty((len(layers.planes), *size), np.int32)
    for f, plane in enumerate(layers.planes):
        known, part = rules.categories[f], plane[at]
        if known is not None:
            kind[f], values[f] = CODES, codes(part, known)
        elif tables:
            values[f] = ranks(part.astype(np.float64), tables[f])
        else:
            with np.errstate(over="ignore"):  # a value too large is found as infinite
                values[f].view(np.float32)[...] = part
    return Window(values.reshape(-1), kind, 0, size[0] * size[1], size[1])
