"""Values of many steps of time as one layer: mean, least or greatest, read once and in order."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import product
from threading import Lock
from typing import Any, NamedTuple
from zlib import adler32, crc32

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from siting.findings import warn
from siting.io.plausible import Summary
from siting.io.source import OverTime
from siting.io.time_axis import TimeAxis

Floats = NDArray[np.float64]
Masked = tuple[NDArray[Any], NDArray[np.bool_]]

READ_BYTES = 32 << 20  # of values read at once
KEPT_BYTES = 256 << 20  # of results kept; what falls out is read again
TILE_CELLS = 1 << 18  # of a part of the map that is taken over time at once, or one chunk
# Values that a step must hold before its repetition is odd: so many, or most of a small grid's.
_DISTINCT, _FEWEST, _MOST = 16, 5, 0.6


class Shape(NamedTuple):
    """How a variable is stored.

    Parameters
    ----------
    height, width : int
        Rows and columns of the variable.
    chunks : tuple of int
        Steps, rows and columns that are stored together; 1 where nothing is.
    cell : int
        Bytes of a value.
    """

    height: int
    width: int
    chunks: tuple[int, int, int]
    cell: int

    def tile(self) -> tuple[int, int]:
        """Rows and columns that are taken over time at once: whole chunks."""
        steps, rows, columns = self.chunks
        if rows == columns == 1:  # nothing is stored together: whole rows
            return min(max(1, TILE_CELLS // self.width), self.height), self.width
        cells = rows * columns
        along = min(TILE_CELLS // cells, READ_BYTES // (steps * cells * self.cell))
        return min(rows, self.height), min(columns * max(1, along), self.width)

    def depth(self, cells: int) -> int:
        """Steps that are read at once: whole chunks."""
        chunk = self.chunks[0]
        return max(chunk, READ_BYTES // max(cells * self.cell, 1) // chunk * chunk)


@dataclass
class Sightings:
    """What the steps have been seen to hold."""

    steps: int
    summary: Summary = field(default_factory=Summary)
    valid: NDArray[np.int64] = field(init=False)
    distinct: NDArray[np.int64] = field(init=False)
    digests: list[int] = field(init=False)
    lengths: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.valid = np.zeros(self.steps, dtype=np.int64)
        self.distinct = np.zeros(self.steps, dtype=np.int64)
        self.digests = [0] * self.steps
        self.lengths = np.zeros(self.steps + 1, dtype=np.int64)

    def see(self, step: int, values: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        """Take in one step of a tile."""
        there = values[~missing]
        self.valid[step] += there.size
        content = there.tobytes() + np.packbits(missing).tobytes()
        mixed = crc32(content) << 32 | adler32(content)
        self.digests[step] = (self.digests[step] * 1_000_003 + mixed) % (1 << 64)
        if self.distinct[step] < _DISTINCT:
            self.distinct[step] = max(self.distinct[step], np.unique(there[:4096]).size)


class OverTimeReduction:
    """Mean, least or greatest value over time of each cell, computed where it is asked for.

    Values are those stored (the caller scales them), in float64; a masked cell has no valid step.
    Steps are added one by one in the order of the file, so that chunks change no bit.

    Parameters
    ----------
    read : callable
        ``read(dataset, steps, rows, columns)`` gives stored values (steps, rows, columns) and
        where they are missing.
    opened : callable
        Context manager of the open dataset.
    axis : TimeAxis
        The steps, cut to those that count.
    first : int
        Number of the first of them in the file.
    how : {"mean", "minimum", "maximum"}
        What is taken.
    shape : Shape
        How the variable is stored.
    turn : tuple of float or None
        Scale and offset of directions in turns: angle [turn] = stored * scale + offset.
    """

    def __init__(
        self,
        read: Callable[[xr.Dataset, slice, slice, slice], Masked],
        opened: Callable[[], AbstractContextManager[xr.Dataset]],
        axis: TimeAxis,
        first: int,
        how: OverTime,
        shape: Shape,
        turn: tuple[float, float] | None,
    ) -> None:
        self._read, self._opened = read, opened
        self.axis, self._first, self._how = axis, first, how
        self._shape, self._turn = shape, turn
        self._weights = axis.weights() if how == "mean" else None
        self.sightings = Sightings(axis.seconds.size)
        self._tile = shape.tile()
        self._kept: OrderedDict[tuple[int, int], Floats] = OrderedDict()
        self._seen: set[tuple[int, int]] = set()
        self._lock = Lock()

    def __reduce__(self) -> Any:  # work goes to threads, never to other processes
        raise TypeError("a reduction over time is not sent to other processes")

    @property
    def summary(self) -> Summary:
        """Summary of the stored values of all steps that were taken."""
        return self.sightings.summary

    def load(self, rows: slice, columns: slice) -> np.ma.MaskedArray[Any, Any]:
        """Values of a part of the map."""
        found = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
        height, width = self._tile
        for i, j in product(_over(rows, height), _over(columns, width)):
            tile = self._result(i, j)
            top, left = i * height, j * width
            a = slice(max(rows.start, top), min(rows.stop, top + tile.shape[0]))
            b = slice(max(columns.start, left), min(columns.stop, left + tile.shape[1]))
            found[_moved(a, rows.start), _moved(b, columns.start)] = tile[
                _moved(a, top), _moved(b, left)
            ]
        return np.ma.masked_invalid(found, copy=False)

    def _result(self, i: int, j: int) -> Floats:
        with self._lock:
            if (i, j) not in self._kept:
                self._kept[i, j] = self._reduced(i, j)
                self._seen.add((i, j))
                while len(self._kept) > 1 and sum(x.nbytes for x in self._kept.values()) > (
                    KEPT_BYTES
                ):
                    self._kept.popitem(last=False)
            self._kept.move_to_end((i, j))
            return self._kept[i, j]

    def _reduced(self, i: int, j: int) -> Floats:
        height, width = self._tile
        rows = slice(i * height, min((i + 1) * height, self._shape.height))
        columns = slice(j * width, min((j + 1) * width, self._shape.width))
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        totals = _ACCUMULATORS[self._how if self._turn is None else "direction"](shape)
        new = (i, j) not in self._seen
        for step, values, missing in self._steps(rows, columns, new):
            if values.dtype.kind == "f":
                missing = missing | ~np.isfinite(values)
            if new:
                self.sightings.see(step, values, missing)
            stored = values.astype(np.float64)
            if self._turn is not None:
                stored = stored * self._turn[0] + self._turn[1]
            weight = 1.0 if self._weights is None else float(self._weights[step])
            totals.add(stored, missing, weight)
        if new:
            self.sightings.lengths += np.bincount(
                totals.count.ravel(), minlength=self.sightings.steps + 1
            )
        result: Floats = totals.result()
        return result if self._turn is None else (result - self._turn[1]) / self._turn[0]

    def _steps(
        self, rows: slice, columns: slice, new: bool
    ) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        """Each step of a tile with its number, in the order of the file."""
        count = self.axis.seconds.size
        chunk = self._shape.chunks[0]
        depth = self._shape.depth((rows.stop - rows.start) * (columns.stop - columns.start))
        start = self._first // chunk * chunk
        with self._opened() as dataset:
            while start < self._first + count:
                begin, end = max(start, self._first), min(start + depth, self._first + count)
                values, missing = self._read(dataset, slice(begin, end), rows, columns)
                if new:
                    self.summary.add(values[~missing])
                for k in range(end - begin):
                    yield begin - self._first + k, values[k], missing[k]
                start += depth

    def report(self) -> None:
        """Report steps without data, cells without steps, and steps that repeat others."""
        _report_empty_steps(self.sightings, self.axis)
        _report_coverage(self.sightings, self.axis)
        _report_repeats(self.sightings, self.axis)
        if self._weights is not None:
            warn(
                "TIME_WEIGHTED",
                "steps of uneven length count by their length",
                where=self.axis.where,
                found=f"{self._weights.min():.4g} to {self._weights.max():.4g} of the usual step",
                severity="note",
            )
        if self._turn is not None:
            warn(
                "CIRCULAR_MEAN",
                "directions are averaged as unit vectors",
                where=self.axis.where,
                severity="note",
            )


def _over(part: slice, size: int) -> range:
    return range(part.start // size, -(-part.stop // size))


def _moved(part: slice, by: int) -> slice:
    return slice(part.start - by, part.stop - by)


class _Mean:
    def __init__(self, shape: tuple[int, int]) -> None:
        self.count = np.zeros(shape, dtype=np.int64)
        self.total, self.weight = np.zeros(shape), np.zeros(shape)

    def add(self, values: Floats, missing: NDArray[np.bool_], weight: float) -> None:
        self.count += ~missing
        self.weight += np.where(missing, 0.0, weight)
        self.total += np.where(missing, 0.0, values) * weight

    def result(self) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Floats = self.total / self.weight
        return found


class _Direction:
    """Mean direction by unit vectors [turn]; none where the vectors cancel out."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.count = np.zeros(shape, dtype=np.int64)
        self.east, self.north, self.weight = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def add(self, values: Floats, missing: NDArray[np.bool_], weight: float) -> None:
        self.count += ~missing
        angle = 2 * np.pi * np.where(missing, 0.0, values)
        self.east += np.where(missing, 0.0, np.sin(angle)) * weight
        self.north += np.where(missing, 0.0, np.cos(angle)) * weight
        self.weight += np.where(missing, 0.0, weight)

    def result(self) -> Floats:
        turns = np.arctan2(self.east, self.north) / (2 * np.pi)
        turns = np.where(np.abs(turns) < 1e-12, 0.0, turns) % 1.0
        cancelled = np.hypot(self.east, self.north) <= 1e-9 * self.weight
        found: Floats = np.where(cancelled, np.nan, turns)
        return found


class _Least:
    best: Any = staticmethod(np.fmin)

    def __init__(self, shape: tuple[int, int]) -> None:
        self.count = np.zeros(shape, dtype=np.int64)
        self.found = np.full(shape, np.nan)

    def add(self, values: Floats, missing: NDArray[np.bool_], weight: float) -> None:
        self.count += ~missing
        self.found = self.best(self.found, np.where(missing, np.nan, values))

    def result(self) -> Floats:
        return self.found


class _Greatest(_Least):
    best: Any = staticmethod(np.fmax)


_ACCUMULATORS: dict[str, Any] = {
    "mean": _Mean, "direction": _Direction, "minimum": _Least, "maximum": _Greatest,
}  # fmt: skip


def _report_empty_steps(seen: Sightings, axis: TimeAxis) -> None:
    empty = np.flatnonzero(seen.valid == 0)
    if empty.size and seen.valid.any():
        warn(
            "TIME_STEP_EMPTY",
            "steps hold no data at all, within a series that does",
            where=axis.where,
            found=f"{empty.size} of {seen.steps} steps, the first at {axis.date(int(empty[0]))}",
            fix="find out why they are empty; remove them, or fill them",
        )


def _report_coverage(seen: Sightings, axis: TimeAxis) -> None:
    full = int((seen.valid > 0).sum())
    few = int(min(np.floor(0.9 * full), full - 2)) if full >= 3 else 0
    poor, every = int(seen.lengths[1 : few + 1].sum()), int(seen.lengths[1:].sum())
    if poor:
        warn(
            "TIME_COVERAGE",
            "cells lack steps that others have: their values are of other times",
            where=axis.where,
            found=f"{poor} of {every} cells with data lack more than a tenth of the steps",
            fix="mask these cells, or take a period that all cells cover",
        )


def _is_telling(distinct: int, valid: int) -> bool:
    """Whether a step holds so many values that no other is the same by chance."""
    return bool(distinct >= min(_DISTINCT, max(_FEWEST, _MOST * valid)))


def _report_repeats(seen: Sightings, axis: TimeAxis) -> None:
    """Report steps that are copies of others; values held for a fixed time are noted."""
    first: dict[int, int] = {}
    repeats = [
        (first[digest], step)
        for step, digest in enumerate(seen.digests)
        if _is_telling(seen.distinct[step], seen.valid[step])
        and first.setdefault(digest, step) != step
    ]
    if not repeats:
        return
    starts = sorted(first.values())
    runs = set(np.diff([*starts, seen.steps])[1:-1]) if len(starts) > 3 else set()
    held = len(runs) == 1 and min(runs) > 1
    one, other = repeats[0]
    warn(
        "DATA_REPEATED",
        "each value is held for several steps" if held else "steps are exact copies of others",
        where=axis.where,
        found=f"{len(repeats)} of {seen.steps} steps; that of {axis.date(other)} is that of"
        f" {axis.date(one)}",
        fix="" if held else "find out whether the series was filled with copies",
        severity="note" if held else "warning",
    )
