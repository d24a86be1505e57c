"""From the name of an output to the function that writes it."""

import importlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from siting.outputs.names import CARD, ENDINGS, MAP, MODEL, REPORT, SITES, TABLES
from siting.store import object_key, sha256_file

if TYPE_CHECKING:
    from siting.kinds import Results

Writer = Callable[["Results", Path], None]
_CODE = {".py", ".js", ".css", ".html", ".j2"}


def writer_of(name: str) -> Writer:
    """The function that writes an output; what it needs is imported only now."""
    module = {MAP: "map.page", REPORT: "report.page", SITES: "sites.page"}.get(name)
    module = module or ("models" if name.endswith((MODEL, CARD)) else None)
    module = module or ("tables" if name in TABLES else None)
    module = module or ("features" if name.rpartition(".")[2] in ENDINGS else "cog")
    function: Writer = importlib.import_module(f"siting.outputs.{module}").write
    return function


def write(name: str, results: "Results", path: Path) -> None:
    """Write one output of a run."""
    writer_of(name)(results, path)


def digest() -> str:
    """SHA-256 of all code, scripts and styles of siting: outputs are written anew if any changes.

    Coarser than the keys of values, on purpose: following the writers' imports would load every
    library that they draw with.
    """
    folder = Path(__file__).parents[1]
    files = sorted(each for each in folder.rglob("*") if each.suffix in _CODE)
    rows = {}
    for each in files:
        status = each.stat()
        rows[each.relative_to(folder).as_posix()] = _digest(
            each, status.st_mtime_ns, status.st_size
        )
    return object_key(rows)


@lru_cache(maxsize=4096)
def _digest(path: Path, modified: int, size: int) -> str:
    """SHA-256 of a file; a new time stamp is a new file."""
    return sha256_file(path)
