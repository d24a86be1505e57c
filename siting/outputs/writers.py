"""From the name of an output to the function that writes it."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siting.kinds import Results
from siting.outputs.names import MAP, REPORT, TABLES
from siting.store import code_digest, sha256_file

Writer = Callable[[Results, Path], None]
_ASSETS = {".js", ".css", ".html", ".j2"}


def writer_of(name: str) -> Writer:
    """The function that writes an output; what it needs is imported only now."""
    module = {MAP: "map.page", REPORT: "report.page"}.get(name)
    module = module or ("tables" if name in TABLES else "cog")
    function: Writer = importlib.import_module(f"siting.outputs.{module}").write
    return function


def write(name: str, results: Results, path: Path) -> None:
    """Write one output of a run."""
    writer_of(name)(results, path)


def digests(names: tuple[str, ...]) -> dict[str, Any]:
    """Digests of the code, scripts and styles that write the outputs."""
    found: dict[str, Any] = {name: code_digest(writer_of(name)) for name in names}
    folder = Path(__file__).parent
    assets = sorted(each for each in folder.rglob("*") if each.suffix in _ASSETS)
    return found | {each.relative_to(folder).as_posix(): sha256_file(each) for each in assets}
