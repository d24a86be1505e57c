"""ZIP archives that are refused."""

import zipfile
from pathlib import Path
from typing import Any

from siting.io import raster as rasters
from tests.corpus.harness import raster

from .made import Maker, example
from .rasters import HOME


def archive(*names: str, encrypted: bool = False, **options: Any) -> Maker:
    """Write heat.zip with a raster under each of these names, and read it."""

    def make(folder: Path) -> None:
        raster(folder / "heat.tif")
        content = (folder / "heat.tif").read_bytes()
        with zipfile.ZipFile(folder / "heat.zip", "w") as file:
            for name in names:
                file.writestr(name, content if name.endswith(".tif") else b"see the report")
        if encrypted:
            packed = bytearray((folder / "heat.zip").read_bytes())
            packed[packed.index(b"PK\x01\x02") + 8] |= 1
            packed[6] |= 1
            (folder / "heat.zip").write_bytes(bytes(packed))
        rasters.read_raster(folder / "heat.zip", HOME, kind="continuous", units="1", **options)

    return make


for _code, _make in {
    "ARCHIVE_AMBIGUOUS": archive("heat_2010.tif", "heat_2020.tif"),
    "ARCHIVE_EMPTY": archive("readme.txt"),
    "ARCHIVE_ENCRYPTED": archive("heat.tif", encrypted=True),
    "ARCHIVE_UNSAFE": archive("../../heat.tif"),
    "MEMBER_MISSING": archive("heat_2010.tif", member="heat_2020.tif"),
}.items():
    example(_code)(_make)


@example("ARCHIVE_UNSUPPORTED")
def _(folder: Path) -> None:
    (folder / "heat.tif").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(64))
    rasters.read_raster(folder / "heat.tif", HOME, kind="continuous", units="1")
