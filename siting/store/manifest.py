"""The manifest of an object: what it is, and the SHA-256 of all its files and of itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siting.store import sealed
from siting.store.unfinished import Rows

NAME = "manifest.json"
FORMAT = 1


def encode(content: Mapping[str, Any]) -> bytes:
    """JSON of a manifest, of the same bytes for the same content."""
    return sealed.encode(content)


def load(folder: Path) -> dict[str, Any] | None:
    """Content of the manifest in a folder; None where it is missing, damaged or of another age."""
    try:
        content: dict[str, Any] | None = sealed.decode((folder / NAME).read_bytes())
    except OSError:
        return None
    return content if content is not None and content["format"] == FORMAT else None


def rows(content: Mapping[str, Any] | None) -> Rows:
    """Sizes and digests of the files that a manifest lists."""
    files = {} if content is None else content["files"]
    return {name: (size, digest) for name, (size, digest) in files.items()}
