"""GRIB messages: edition 1 written out by hand as ECMWF packs it, edition 2 by GDAL."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.shutil import copy
from rasterio.transform import from_origin

from tests import hindcast_files as files

SWH, MWP, PP1D = (140, 229), (140, 232), (140, 231)
SSRD = (128, 169)


def _signed(value: float, size: int = 3) -> bytes:
    """Whole thousandths of a degree, the sign in the first bit."""
    number = round(abs(float(value)) * 1000)
    return (number | (1 << (8 * size - 1)) * int(value < 0)).to_bytes(size, "big")


def message(
    values: NDArray[np.float64],
    parameter: tuple[int, int],
    stamp: np.datetime64,
    centre: int = 98,
    steps: tuple[int, int, int] = (0, 0, 0),
    decimals: int = 2,
    west: float = files.LONGITUDES[0],
) -> bytes:
    """One field of edition 1 on the cells of `files`, rows from the north, 16 bits a value."""
    when = stamp.astype("datetime64[s]").item()
    century, year = divmod(when.year - 1, 100)
    product = bytes([0, 0, 28, parameter[0], centre, 145, 255, 128 | 64, parameter[1], 1, 0, 0,
                     year + 1, when.month, when.day, when.hour, when.minute, 1, *steps,
                     0, 0, 0, century + 1, 0])  # fmt: skip
    product += decimals.to_bytes(2, "big")
    rows, columns = values.shape
    north, south = files.LATITUDES[0], files.LATITUDES[-1]
    grid = bytes([0, 0, 32, 0, 255, 0]) + columns.to_bytes(2, "big") + rows.to_bytes(2, "big")
    grid += _signed(north) + _signed(west) + bytes([128]) + _signed(south)
    grid += _signed(west + 0.5 * (columns - 1)) + (500).to_bytes(2, "big") * 2 + bytes(5)
    there = ~np.isnan(values.ravel())
    bits = np.packbits(there).tobytes()
    bits += bytes(len(bits) % 2)
    unused = len(bits) * 8 - there.size
    bitmap = (6 + len(bits)).to_bytes(3, "big") + bytes([unused, 0, 0]) + bits
    packed = np.round(values.ravel()[there] * 10**decimals).astype(">u2").tobytes()
    data = (11 + len(packed)).to_bytes(3, "big") + bytes([0, 0, 0, 0, 0, 0, 0, 16]) + packed
    body = product + grid + bitmap + data + b"7777"
    return b"GRIB" + (8 + len(body)).to_bytes(3, "big") + bytes([1]) + body


def waves(path: Path, count: int = 48, **options: Any) -> Path:
    """Heights and mean periods of `files`, hour by hour, as the Climate Data Store packs them."""
    parts = []
    for hs, te, stamp in zip(
        files.heights(count), files.periods(count), files.hours(count), strict=True
    ):
        parts += [message(hs, SWH, stamp, **options), message(te, MWP, stamp, **options)]
    path.write_bytes(b"".join(parts))
    return path


def edition_2(
    path: Path, fields: list[tuple[NDArray[np.float64], str, np.datetime64]], centre: int = 98
) -> Path:
    """Whole fields of edition 2 by category and number of discipline 10, written by GDAL."""
    rows, columns = fields[0][0].shape
    place = from_origin(files.LONGITUDES[0] - 0.25, files.LATITUDES[0] + 0.25, 0.5, 0.5)
    beside = path.with_suffix(".tif")
    options = {"DATA_ENCODING": "IEEE_FLOATING_POINT", "INPUT_UNIT": "K"}
    with rasterio.open(
        beside, "w", driver="GTiff", width=columns, height=rows, count=len(fields),
        dtype="float32", crs="EPSG:4326", transform=place,
    ) as dataset:  # fmt: skip
        for band, (values, parameter, stamp) in enumerate(fields, 1):
            dataset.write(values.astype("f4"), band)
            options |= {
                f"BAND_{band}_DISCIPLINE": "10",
                f"BAND_{band}_IDS": f"CENTER={centre} SUBCENTER=0 MASTER_TABLE=5 LOCAL_TABLE=0"
                f" SIGNF_REF_TIME=1 REF_TIME={stamp.astype('datetime64[s]')}Z PROD_STATUS=0"
                " TYPE=1",
                f"BAND_{band}_PDS_PDTN": "0",
                f"BAND_{band}_PDS_TEMPLATE_ASSEMBLED_VALUES": f"{parameter} 2 0 153 0 0 1 0 1 0 0"
                " 255 0 0",
            }
    copy(beside, path, driver="GRIB", **options)
    beside.unlink()
    return path
