"""Digests of modules, remembered by the bytes of their source: parsing them takes seconds."""

import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from siting.store import sealed
from siting.store.files import PRIVATE, default_root, make_folder

Row = tuple[str, tuple[str, ...]]  # digest of a module, and the names it may import
_BESIDE = Path(__file__).parent / "__pycache__"
_VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"  # a syntax tree is its Python's


class Remembered:
    """Rows by the SHA-256 of a module's source and its name, in one file.

    Parameters
    ----------
    path : Path
        The file; losing it costs parsing, nothing else.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "code.json")
    >>> found = Remembered(path)
    >>> found.put("siting.grid", "ab12", ("digest", ("numpy",)))
    >>> found.save()
    >>> Remembered(path).get("siting.grid", "ab12")
    ('digest', ('numpy',))
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, list[object]] = {}
        self._changed = False
        with suppress(OSError):
            self._rows = sealed.decode(path.read_bytes()) or {}

    def get(self, module: str, source: str) -> Row | None:
        """The row of a module of that source; None where it was not seen."""
        row = self._rows.get(f"{_VERSION} {module}")
        if not isinstance(row, list) or len(row) != 3 or row[0] != source:
            return None
        imports = row[2] if isinstance(row[2], list) else []
        return str(row[1]), tuple(str(each) for each in imports)

    def put(self, module: str, source: str, row: Row) -> None:
        """Know the row of a module of that source, from now on."""
        self._rows[f"{_VERSION} {module}"] = [source, row[0], list(row[1])]
        self._changed = True

    def save(self) -> None:
        """Write what is new to the file."""
        if not self._changed:
            return
        self._changed = False
        with suppress(OSError):  # costs parsing next time
            make_folder(self._path.parent)
            unfinished = self._path.with_name(f"{PRIVATE}{uuid4().hex}")
            try:
                unfinished.write_bytes(sealed.encode(self._rows))
                unfinished.replace(self._path)
            finally:
                unfinished.unlink(missing_ok=True)


def remembered() -> Remembered:
    """What is remembered of modules: beside Python's own bytecode, else in the store.

    It follows from siting's source as bytecode does, and serves all stores.
    """
    beside = not sys.dont_write_bytecode and os.access(_BESIDE, os.W_OK)
    return _at(_BESIDE if beside else default_root())


@lru_cache(maxsize=4)
def _at(folder: Path) -> Remembered:
    return Remembered(folder / "code.json")
