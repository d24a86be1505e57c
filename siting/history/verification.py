"""Whether published files and stored values are still as they were written."""

from dataclasses import asdict, dataclass
from typing import Any

from siting.errors import StorageError
from siting.history.published import Published
from siting.store import Store, sha256_file


@dataclass(frozen=True)
class Verification:
    """What was looked at, and what of it is not as it was written.

    ``absent`` counts stored values that are not in the store (any more): no damage, they are
    computed anew when they are needed.
    """

    files: int
    objects: int
    absent: int
    damaged: list[dict[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """The result as JSON."""
        return asdict(self)

    def error(self) -> StorageError | None:
        """The error to end with; None where nothing is damaged."""
        if not self.damaged:
            return None
        of_run = any(each["kind"] == "file" for each in self.damaged)
        names = [each["where"] for each in self.damaged]
        shown = "; ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        return StorageError(
            "RUN_DAMAGED" if of_run else "OBJECT_DAMAGED",
            f"{len(names)} of {self.files + self.objects} are not as they were written",
            where=shown,
            found="; ".join(dict.fromkeys(each["found"] for each in self.damaged)),
            fix="run the pipeline again: what is damaged is made anew; then check the disk",
        )


def verify_run(run: Published, store: Store) -> Verification:
    """Every file of a run, and every stored value that it names, read and hashed.

    Parameters
    ----------
    run : Published
        The run.
    store : Store
        A store that verifies.
    """
    outputs = run.manifest["outputs"]
    damaged = [
        {"kind": "file", "where": str(run.folder / name), "found": problem}
        for name, wanted in outputs.items()
        if (problem := _problem(run, name, wanted))
    ]
    keys = sorted({step["key"] for step in run.manifest["steps"].values()})
    of_store = _verified(store, [key for key in keys if store.place(key).exists()])
    there = of_store.objects
    return Verification(len(outputs), there, len(keys) - there, damaged + of_store.damaged)


def _problem(run: Published, name: str, wanted: dict[str, Any]) -> str:
    try:
        found = sha256_file(run.folder / name)
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "" if found == wanted["sha256"] else "changed since it was published"


def verify_store(store: Store) -> Verification:
    """Every value of a store that verifies, read and hashed."""
    return _verified(store, store.stored_keys())


def _verified(store: Store, keys: list[str]) -> Verification:
    damaged = [
        {"kind": "object", "where": str(store.place(key)), "found": "damaged"}
        for key in keys
        if not store.has(key) and store.place(key).exists()
    ]
    return Verification(0, len(keys), 0, damaged)
