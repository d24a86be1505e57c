"""Command ``python -m data.build``: rebuilds embedded layers, or checks the committed ones."""

import argparse
import hashlib
import importlib
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from data.build.fetch import FetchError

DATA = Path(__file__).resolve().parents[1]
SAME, DIFFERENT, CANNOT_TELL = 0, 1, 2  # exit codes


def main() -> int:
    layers = {name: entry for name, entry in _catalogue().items() if _script(entry)}
    arguments = _arguments(layers)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch) if arguments.check else arguments.out
            folder.mkdir(parents=True, exist_ok=True)
            same = [
                _build(name, layers[name], arguments.cache, folder, arguments.check)
                for name in arguments.names or layers
            ]
    except (FetchError, ImportError) as error:
        print(error, file=sys.stderr)
        return CANNOT_TELL
    if all(same) or not arguments.check:
        return SAME
    if differences := _library_differences():
        print("other libraries may write other bytes:", "; ".join(differences), file=sys.stderr)
        return CANNOT_TELL
    return DIFFERENT


def _arguments(layers: dict[str, Any]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m data.build", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="layers; none means all")
    parser.add_argument("--cache", type=Path, required=True, help="folder for source packages")
    parser.add_argument("--out", type=Path, default=DATA, help="folder for results [data/]")
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(layers):
        parser.error(f"no such layer: {', '.join(sorted(unknown))}; there are {', '.join(layers)}")
    return arguments


def _catalogue() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((DATA / "catalogue.yaml").read_text(encoding="utf-8"))


def _script(entry: dict[str, Any]) -> Path | None:
    """Script that makes an entry; tables compiled by hand have none."""
    path = Path(entry.get("build", ""))
    return path if path.suffix == ".py" else None


def _build(name: str, entry: dict[str, Any], cache: Path, folder: Path, check: bool) -> bool:
    """Build one layer, report its digest, and say whether it is the one in the catalogue."""
    module = importlib.import_module(".".join(_script(entry).with_suffix("").parts))
    function: Callable[[Path, Path], None] = getattr(module, name)
    path = folder / entry["file"]
    function(cache.resolve(), path)
    made = path.read_bytes()
    digest = hashlib.sha256(made).hexdigest()
    same = digest == entry["sha256"]
    if check:
        same = same and made == (DATA / entry["file"]).read_bytes()
    verdict = "as catalogued" if same else "NOT as catalogued"
    print(f"{entry['file']}: {len(made)} bytes, sha256 {digest}, {verdict}", flush=True)
    return same


def _library_differences() -> list[str]:
    """Installed libraries that are not the pinned ones."""
    lines = (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    found = {name: _installed(name) for name, _ in pins}
    return [f"{name} {found[name]}, not {pin}" for name, pin in pins if found[name] != pin]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "is missing"


if __name__ == "__main__":
    sys.exit(main())
