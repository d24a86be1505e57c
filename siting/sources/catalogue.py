"""The catalogue: what each known file holds, whence it comes, how far to trust it.

Most files are embedded. Others are known by their checksum, and lie in a folder of the user's.
"""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from siting.io import yaml
from siting.kinds import LayerKind, Status
from siting.sources.folders import cache_root, data_root


class SeriesText(BaseModel):
    """Of which place a series is, and which column holds what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str
    longitude: float
    latitude: float
    quantities: dict[str, str]


class Entry(BaseModel):
    """One embedded file, as ``data/catalogue.yaml`` describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    title: str
    description: str
    format: Literal["raster", "vector", "table", "series", "costs", "device"]
    kind: LayerKind | Literal["points", "lines", "polygons", "table", "series", "device"]
    units: str = "1"
    quantity: str | None = None
    band: int | None = None
    bands: Literal["month"] | None = None
    series: SeriesText | None = None
    dollar_year: int | None = None
    uncertainty: str | None = None
    positive: str | None = None
    categories: dict[int, str] | None = None
    columns: dict[str, dict[str, Any]] | None = None
    status: Status
    vintage: str
    label_leak: bool = False
    resolution: str | None = None
    valid_range: tuple[float, float] | None = None
    checks: list[dict[str, Any]] | None = None
    licence: str
    citation: str
    origin: Any = None
    build: str | None = None
    sha256: str
    bytes: int
    note: str | None = None

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return data_root() / self.file


class Elsewhere(Entry):
    """One file that is not embedded, as ``data/elsewhere.yaml`` describes it."""

    obtain: str
    parts: dict[str, str] = {}  # SHA-256 by name of further files beside it
    read: dict[str, Any] = {}  # what the file itself does not say, as of a user's file

    @property
    def path(self) -> Path:
        """Where the file is to lie."""
        return cache_root() / self.file

    @property
    def is_here(self) -> bool:
        """Whether the file and its parts lie there; their content is compared when read."""
        return all(path.is_file() for path in self.files.values())

    @property
    def files(self) -> dict[str, Path]:
        """The file and its parts by name."""
        return {name: self.path.parent / name for name in self.checksums}

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the file and its parts by name."""
        return {self.path.name: self.sha256, **self.parts}


@cache
def catalogue() -> dict[str, Entry]:
    """Every embedded source, by the name that a pipeline file writes.

    Examples
    --------
    >>> catalogue()["elevation"].units
    'm'
    """
    document = yaml.read(data_root() / "catalogue.yaml")
    return {name: Entry.model_validate(entry) for name, entry in sorted(document.data.items())}


@cache
def elsewhere() -> dict[str, Elsewhere]:
    """Every known source that is not embedded, by the name that a pipeline file writes.

    Examples
    --------
    >>> elsewhere()["great_basin_cells"].kind
    'points'
    """
    document = yaml.read(data_root() / "elsewhere.yaml")
    return {name: Elsewhere.model_validate(each) for name, each in sorted(document.data.items())}


def known_sources() -> dict[str, Entry]:
    """Embedded sources and those that are not, by name."""
    return dict(sorted({**catalogue(), **elsewhere()}.items()))
