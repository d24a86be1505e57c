"""Values at given ranks of an array that is too large to sort: counted, then the few that matter.

Floating numbers in the order of their size are whole numbers in the order of theirs, once the
sign bit is dealt with. So one pass counts values by the first 16 bits of these, and the next looks
only into the bins that the wanted ranks lie in.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
from numpy.typing import NDArray

from siting.kernels.computing import compute, mapped

Floats = NDArray[np.floating[Any]]
Keys = NDArray[np.unsignedinteger[Any]]

MOST_HELD = 4_000_000  # values that are gathered and sorted
_STEP = 16  # bits that one pass tells apart
_BINS = 1 << _STEP


class _Place(NamedTuple):
    """Where a rank lies: first bits of its value, and how many of such values come before."""

    prefix: int
    before: int


def order_statistics(values: da.Array, ranks: Callable[[int], Sequence[int]]) -> tuple[int, Floats]:
    """Number of known values, and those at wanted ranks, in two to five passes.

    Parameters
    ----------
    values : dask.array.Array
        Floating numbers; NaN is not known.
    ranks : callable
        Takes the number of known values and gives ranks from 0.

    Examples
    --------
    >>> order_statistics(da.from_array(np.array([3.0, np.nan, 1.0, 2.0])), lambda n: [0, n - 1])
    (3, array([1., 3.]))
    """
    bits = values.dtype.itemsize * 8
    counts = _counts(values, [0], bits)
    number = int(counts.sum())
    wanted = list(ranks(number)) if number else []
    if not wanted:
        return number, np.empty(0, values.dtype)
    depth, places = _STEP, _narrowed([_Place(0, each) for each in wanted], [0], counts)
    held = counts.ravel()[sorted({each.prefix for each in places})].sum()
    while held > MOST_HELD and depth < bits:
        prefixes = sorted({each.prefix for each in places})
        counts = _counts(values, prefixes, bits - depth)
        places, depth = _narrowed(places, prefixes, counts), depth + _STEP
        held = sum(
            int(counts[prefixes.index(prefix >> _STEP), prefix % _BINS])
            for prefix in {each.prefix for each in places}
        )
    if depth == bits:  # all the bits are known
        keys = np.array([each.prefix for each in places], dtype=f"u{values.dtype.itemsize}")
        return number, _values(keys)
    return number, _gathered(values, places, bits - depth)


def _keys(values: Floats) -> Keys:
    """Whole numbers in the order of the values; both zeros are one."""
    unsigned = np.dtype(f"u{values.dtype.itemsize}")
    found = (values + values.dtype.type(0)).view(unsigned)
    top = unsigned.type(1 << (unsigned.itemsize * 8 - 1))
    return np.where(found & top, ~found, found | top)


def _values(keys: Keys) -> Floats:
    """The values of keys."""
    top = keys.dtype.type(1 << (keys.dtype.itemsize * 8 - 1))
    found: Floats = np.where(keys & top, keys ^ top, ~keys).view(f"f{keys.dtype.itemsize}")
    return found


def _counts(values: da.Array, prefixes: list[int], rest: int) -> NDArray[np.int64]:
    """Known values by prefix and by the bits after it, of shape (prefixes, 65536)."""
    total, lock = np.zeros((len(prefixes), _BINS), dtype=np.int64), Lock()

    def count(block: Floats, block_id: Any) -> NDArray[np.int64]:
        keys = _keys(block[~np.isnan(block)])
        found = np.zeros_like(total)
        for number, prefix in enumerate(prefixes):
            inside = keys if rest == keys.dtype.itemsize * 8 else keys[keys >> rest == prefix]
            bins = (inside >> (rest - _STEP)) & (_BINS - 1)
            found[number] = np.bincount(bins.astype(np.int64), minlength=_BINS)
        return found

    def take(position: Any, found: NDArray[np.int64]) -> None:
        nonlocal total
        with lock:
            total += found

    compute(mapped(count, values), take)
    return total


def _narrowed(places: list[_Place], prefixes: list[int], counts: NDArray[np.int64]) -> list[_Place]:
    """The places with 16 more bits of each."""
    found = []
    for place in places:
        row = counts[prefixes.index(place.prefix)].cumsum()
        bin_ = int(np.searchsorted(row, place.before, side="right"))
        before = place.before - (int(row[bin_ - 1]) if bin_ else 0)
        found.append(_Place((place.prefix << _STEP) + bin_, before))
    return found


def _gathered(values: da.Array, places: list[_Place], rest: int) -> Floats:
    """Values at places, from all values that begin as they do."""
    prefixes = sorted({each.prefix for each in places})
    parts: dict[int, list[Floats]] = {each: [] for each in prefixes}

    def pick(block: Floats, block_id: Any) -> dict[int, Floats]:
        known = block[~np.isnan(block)]
        begins = _keys(known) >> rest
        return {each: known[begins == each] for each in prefixes}

    def take(position: Any, found: dict[int, Floats]) -> None:
        for each, some in found.items():
            parts[each].append(some)

    compute(mapped(pick, values), take)
    ordered = {each: np.sort(np.concatenate(some)) for each, some in parts.items()}
    return np.array([ordered[each.prefix][each.before] for each in places], dtype=values.dtype)
