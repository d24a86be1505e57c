"""Files beside a GeoTIFF that other programs take for part of it: siting does not, and says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

from siting.findings import warn
from siting.io.formats import check_beside
from siting.io.opening import opened
from siting.projection import names_file
from siting.wording import counted

MAX_SIZE = 1 << 20  # bytes of a side file of text
_TOLERANCE = 0.01  # cells
_SCALES = {"Scale": "scales", "Offset": "offsets"}


def crs_hint(path: Path) -> str:
    """What a side file says of the CRS that its raster does not name."""
    if _side_file(path).find("SRS") is not None:
        return f"{path.name}.aux.xml names one, which is not read"
    if path.with_suffix(".prj").is_file():  # which is not opened
        return f"{path.stem}.prj may name one, which is not read"
    return ""


def check_sidecars(path: Path, band: int) -> None:
    """Report side files that would change the place, the values or the mask of a GeoTIFF.

    Parameters
    ----------
    path : Path
        The GeoTIFF.
    band : int
        The band that is read.

    Raises
    ------
    InputError
        PATH_OUTSIDE_DATA where one of them is a link to elsewhere.
    """
    with opened(path) as dataset:
        world = _world_file(path)
        found = {
            f"{path.name}.aux.xml": ", ".join(_differing(_side_file(path), dataset, band)),
            world.name if world else "": _moved(world, dataset.transform) if world else "",
            f"{path.name}.msk": _hidden(path, dataset, band),
        }
    for name, difference in found.items():
        if difference:
            warn(
                "SIDECAR_OVERRIDES",
                "a side file that says otherwise is not used",
                where=str(path.with_name(name)),
                found=difference,
                wanted="the same as in the GeoTIFF itself",
                fix="remove the side file, or write the file again with what it says",
            )


def there(path: Path, part: Path) -> bool:
    """Whether a side file of a raster is there, and no link to elsewhere."""
    if part.is_symlink():
        check_beside(path, part)
    return part.is_file()


def _side_file(path: Path) -> ElementTree.Element:
    """GDAL's side file of a raster; an empty element where there is none that can be read."""
    beside = path.with_name(path.name + ".aux.xml")
    found = there(path, beside)
    try:
        if found and beside.stat().st_size <= MAX_SIZE:
            return ElementTree.fromstring(beside.read_bytes())
    except (OSError, ElementTree.ParseError, ValueError, LookupError):
        pass
    return ElementTree.Element("PAMDataset")


def _differing(side: ElementTree.Element, dataset: Any, band: int) -> Iterator[str]:
    """Names of what a side file says otherwise than its raster."""
    if (text := side.findtext("SRS")) and not _same_crs(text, dataset.crs):
        yield "SRS"
    if (text := side.findtext("GeoTransform")) and _apart(
        Affine.from_gdal(*_numbers(text, 6)), dataset.transform
    ):
        yield "GeoTransform"
    if side.find("GCPList") is not None:
        yield "GCPList"
    for each in side.iterfind("PAMRasterBand"):
        if each.get("band") == str(band):
            yield from _differing_band(each, dataset, band)


def _differing_band(side: ElementTree.Element, dataset: Any, band: int) -> Iterator[str]:
    nodata = dataset.nodatavals[band - 1]
    if text := side.findtext("NoDataValue"):
        (said,) = _numbers(text, 1)
        if nodata is None or not (said == nodata or (said != said and nodata != nodata)):
            yield "NoDataValue"
    for name, attribute in _SCALES.items():
        if (text := side.findtext(name)) and not np.isclose(
            _numbers(text, 1)[0], getattr(dataset, attribute)[band - 1]
        ):
            yield name
    units = side.findtext("UnitType")
    if units and units != (dataset.units[band - 1] or ""):
        yield "UnitType"


def _numbers(text: str, count: int) -> list[float]:
    """So many numbers of a text; NaN for what are none."""
    parts = text.replace(",", " ").split()[:count]
    try:
        return [float(part) for part in parts] + [np.nan] * (count - len(parts))
    except ValueError:
        return [np.nan] * count


def _same_crs(text: str, crs: Any) -> bool:
    try:
        return (
            crs is not None
            and not names_file(text)
            and bool(
                CRS.from_user_input(text).equals(CRS.from_wkt(crs.to_wkt()), ignore_axis_order=True)
            )
        )
    except CRSError:
        return False


def _apart(one: Affine, other: Affine) -> bool:
    """Whether two geotransforms put cells at other places; NaN says nothing."""
    cell = max(abs(other.a), abs(other.b), abs(other.d), abs(other.e))
    if not cell or not np.isfinite(one[:6]).all():
        return False
    corners = [np.subtract(one * corner, other * corner) for corner in ((0, 0), (1, 0), (0, 1))]
    return bool(np.abs(corners).max() > _TOLERANCE * cell)


def _world_file(path: Path) -> Path | None:
    names = (path.with_suffix(suffix) for suffix in (".tfw", ".TFW", ".tifw", ".wld"))
    return next((each for each in names if there(path, each)), None)


def _moved(world: Path, affine: Affine) -> str:
    """What a world file says, where it is another place; it counts from the centre of a cell."""
    if world.stat().st_size > MAX_SIZE:
        return ""
    a, d, b, e, x, y = _numbers(world.read_text("latin-1"), 6)
    said = Affine(a, b, x - a / 2 - b / 2, d, e, y - d / 2 - e / 2)
    return f"a corner at {said.c:.9g} {said.f:.9g}" if _apart(said, affine) else ""


def _hidden(path: Path, dataset: Any, band: int) -> str:
    """How a mask beside a raster hides what the raster itself does not."""
    mask = path.with_name(path.name + ".msk")
    if not there(path, mask):
        return ""
    with opened(mask) as hiding:
        if hiding.shape != dataset.shape:
            return f"{counted(hiding.height, 'row')} and {counted(hiding.width, 'column')}"
        height = max(1, min(hiding.height, (1 << 22) // hiding.width))
        for start in range(0, hiding.height, height):
            window = ((start, min(start + height, hiding.height)), (0, hiding.width))
            hides = hiding.read(min(band, hiding.count), window=window) == 0
            if (hides & (dataset.read_masks(band, window=window) != 0)).any():
                return f"cells that it hides, from row {start + 1} on"
    return ""
