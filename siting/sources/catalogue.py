"""The catalogue of embedded data: what each file holds, whence it comes, how far to trust it."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from siting.io import yaml
from siting.kinds import LayerKind, Status


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


def data_root() -> Path:
    """Folder of the embedded data: inside the installed package, or beside it in a clone."""
    packaged = Path(__file__).parents[1] / "_data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data"


def pipelines_root() -> Path:
    """Folder of the pipelines that siting brings along."""
    packaged = Path(__file__).parents[1] / "_pipelines"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "pipelines"


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
