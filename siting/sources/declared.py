"""Sources as a pipeline file declares them: a name in the catalogue, or a file of the user's."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from siting.errors import InputError
from siting.io.fetching import without_secrets
from siting.io.quantities import known_name
from siting.io.source import OverTime
from siting.kinds import LayerKind, Status

Format = Literal["raster", "features", "points", "table", "series", "hindcast", "costs", "device"]

FORMATS: dict[str, Format] = {
    ".tif": "raster",
    ".tiff": "raster",
    ".nc": "raster",
    ".nc4": "raster",
    ".zarr": "raster",
    ".vrt": "raster",  # refused by its content, with the reason
    ".gpkg": "features",
    ".shp": "features",
    ".geojson": "features",
    ".json": "features",
    ".fgb": "features",
    ".parquet": "features",
    ".csv": "points",
    ".zip": "raster",  # its one raster, or the `member` that is named
}
_EVERY = frozenset({"file", "format", "status", "vintage", "label_leak", "sha256"})
# What may be said of a file, by how it is read: a key that nothing reads would be lost in silence.
KEYS: dict[Format, frozenset[str]] = {
    "raster": _EVERY
    | {"kind", "units", "crs", "nodata", "band", "variable", "over_time", "time_range"}
    | {"quantity", "valid_range", "member", "bands"},
    "features": _EVERY | {"crs", "layer", "columns"},
    "points": _EVERY | {"crs", "layer", "columns", "longitude", "latitude"},
    "table": _EVERY | {"columns"},
    "series": _EVERY | {"columns", "quantities", "site", "position", "time_zone"},
    "hindcast": _EVERY | {"quantities", "time_range"},
    "costs": _EVERY | {"dollar_year"},
    "device": _EVERY,
}


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] >= limits[1]:
        raise PydanticCustomError("range", "must be [lowest, highest]")
    return limits


class Embedded(BaseModel):
    """``{source: NAME}``: a source of the catalogue; ``band`` chooses a month of a monthly one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    source: str
    band: int | None = Field(None, ge=1)


class SavedModel(BaseModel):
    """``{model: PATH}``: a fitted model of another run, or a linear one as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    model: str
    status: Status = "assumed"
    vintage: str = "not stated"
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")


class UserFile(BaseModel):
    """``{file: PATH, …}``: a file of the user's, with what the file itself does not say."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    file: str
    format: Format | None = None
    kind: LayerKind = "continuous"
    units: str | None = None
    crs: str | None = None
    nodata: float | None = None
    band: int | None = Field(None, ge=1)
    bands: Literal["month"] | None = None
    variable: str | None = None
    over_time: OverTime | None = None
    time_range: tuple[str, str] | None = None
    quantity: Annotated[str, AfterValidator(known_name)] | None = None
    member: str | None = None
    quantities: dict[Annotated[str, AfterValidator(known_name)], str] | None = None
    site: str | None = None
    position: tuple[float, float] | None = None
    time_zone: str | None = None
    dollar_year: int | None = Field(None, ge=1900, le=2100)
    layer: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    columns: dict[str, str] = {}
    valid_range: Annotated[tuple[float, float], AfterValidator(_rising)] | None = None
    status: Status = "assumed"
    vintage: str = "not stated"
    label_leak: bool = False
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")

    def resolved_format(self) -> Format | None:
        """How the file is read: as declared, else by its ending."""
        return self.format or FORMATS.get(Path(self.member or self.file).suffix.lower())


def resolve_path(file: str, folder: Path, roots: tuple[Path, ...], where: str) -> Path:
    """The file's path, inside the pipeline's folder or a data root that the pipeline names.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA where it (or what a link points to) lies elsewhere, FILE_MISSING where
        there is none.
    """
    if "://" in file or file.startswith("/vsi"):
        raise InputError(
            "REMOTE_NOT_ALLOWED",
            "models and virtual file systems are not read from the network",
            where=where,
            found=without_secrets(file),
            fix="bring the file to this machine first",
        )
    if file.startswith("~") or "$" in file or "\0" in file:
        raise InputError(
            "CONFIG_VALUE",
            "variables and ~ are not expanded, and a path has no NUL character",
            where=where,
            found=file,
            wanted="a path, relative to the pipeline file's folder",
            fix="write the path out",
        )
    allowed = [each.resolve() for each in (folder, *roots)]
    try:
        path = (folder / file).resolve()
    except (OSError, RuntimeError) as error:
        raise InputError(
            "FILE_MISSING", "links that point to one another", where=where, found=file
        ) from error
    if not any(path.is_relative_to(each) for each in allowed):
        raise InputError(
            "PATH_OUTSIDE_DATA",
            "the file lies outside the folders that this pipeline may read",
            where=where,
            found=str(path),
            wanted=", ".join(map(str, allowed)),
            fix="move the file, or name its folder under `data_roots:`",
        )
    if not _exists(path):
        raise InputError(
            "FILE_MISSING",
            "there is no such file",
            where=where,
            found=str(path),
            fix="check the name; it is relative to the pipeline file's folder",
        )
    return path


def _exists(path: Path) -> bool:
    """Whether something is there; a name that is too long for a file is not."""
    try:
        return path.exists()
    except OSError:
        return False
