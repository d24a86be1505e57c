"""Room on the disk: the objects that have not been used for longest go first."""

import time
from collections.abc import Iterator

from siting.errors import LockedError
from siting.store.files import files_below, lock_file, make_folder, storing
from siting.store.objects import Store
from siting.store.unfinished import abandon

_DAY = 86_400  # [s]
_SAFE = 2.0  # [day] the store notes use to the day, and a run may last another


def gc(store: Store, *, keep_bytes: int | None = None, days: float | None = None) -> list[str]:
    """Keys of the objects removed: the least recently used beyond a size or an age.

    Parameters
    ----------
    store : Store
        The store.
    keep_bytes : int, optional
        Remove until the objects take no more than this.
    days : float, optional
        Remove what has not been used for so many days, unfinished objects too.

    Raises
    ------
    LockedError
        Where another process is at it.

    Notes
    -----
    What was used within the last two days stays in any case, since a run may be reading it.
    """
    with storing(store.root):
        make_folder(store.root)
        lock = lock_file(store.root / ".gc.lock")
    if lock is None:
        raise LockedError(
            "STORE_LOCKED", "another process is clearing the store", where=str(store.root),
            fix="wait until it is done",
        )  # fmt: skip
    with lock:
        now = time.time()
        if days is not None:
            abandon(store.root / "tmp", before=now - max(days, _SAFE) * _DAY)
        removed = list(least_used(store, now, keep_bytes, days))
        for key in removed:
            store.discard(key)
    return removed


def least_used(
    store: Store, now: float, keep_bytes: int | None, days: float | None
) -> Iterator[str]:
    """Keys of the objects that :func:`gc` removes: those beyond a size or an age at a time."""
    used = {key: store.place(key).stat().st_mtime for key in store.stored_keys()}
    kept = 0
    for key in sorted(used, key=lambda key: (-used[key], key)):
        size = sum(path.stat().st_size for path in files_below(store.place(key)).values())
        age = (now - used[key]) / _DAY
        too_old = days is not None and age > days
        too_much = keep_bytes is not None and kept + size > keep_bytes
        if age > _SAFE and (too_old or too_much):
            yield key
        else:
            kept += size
