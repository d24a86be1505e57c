"""Files beside a raster that say otherwise than the raster: what differs, and where."""

import numpy as np
import pytest

from siting.findings import collect
from siting.io.raster import read_raster


def told(path, home) -> list[str]:
    with collect() as findings:
        read_raster(path, home, kind="continuous")
    return [f"{each.code}: {each.found}" for each in findings]


def mask(tif, hidden: np.ndarray) -> None:
    tif(np.where(hidden, 0, 255).astype("uint8"), name="a.tif.msk", crs=None)


def test_a_mask_that_hides_cells_is_told_and_one_that_hides_none_is_not(tif, field, home) -> None:
    path, hidden = tif(field), np.zeros((20, 20), dtype=bool)
    mask(tif, hidden)
    assert told(path, home) == []
    hidden[7, 3] = True
    mask(tif, hidden)
    (text,) = told(path, home)
    assert text.startswith("SIDECAR_OVERRIDES")
    assert "cells that it hides, from row 1 on" in text


def test_a_mask_may_hide_what_is_no_data_already(tif, field, home) -> None:
    field[7, 3] = -9999
    path, hidden = tif(field, nodata=-9999), np.zeros((20, 20), dtype=bool)
    hidden[7, 3] = True
    mask(tif, hidden)
    assert told(path, home) == []
    hidden[7, 4] = True
    mask(tif, hidden)
    assert len(told(path, home)) == 1


def test_a_mask_of_another_size_is_told_with_its_size(tif, field, home) -> None:
    path = tif(field)
    mask(tif, np.zeros((1, 20), dtype=bool))
    (text,) = told(path, home)
    assert "1 row and 20 columns" in text


# Cells of .1 degree from 120 W, 40 N: a world file counts from the centre of the first.
RIGHT = (0.1, 0.0, 0.0, -0.1, -119.95, 39.95)


@pytest.mark.parametrize(
    ("number", "change", "corner"),
    [
        (4, 0.05, "-119.95 40"),
        (5, -0.05, "-120 39.95"),
        (0, 0.01, "-120.005 40"),
        (3, 0.01, "-120 39.995"),
        (None, 0, ""),
    ],
)
def test_a_world_file_that_names_another_place(tif, field, home, number, change, corner) -> None:
    path, numbers = tif(field), list(RIGHT)
    if number is not None:
        numbers[number] += change
    path.with_suffix(".tfw").write_text("\n".join(map(str, numbers)))
    found = told(path, home)
    assert len(found) == bool(corner)
    assert all(f"a corner at {corner}" in each for each in found)


BAND = '<PAMRasterBand band="{band}">{part}</PAMRasterBand>'
WGS84, NAD27 = "EPSG:4326", "EPSG:4267"


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (f"<SRS>{NAD27}</SRS>", "SRS"),
        (f"<SRS>{WGS84}</SRS>", ""),
        ("<SRS>nonsense</SRS>", "SRS"),
        ("<GeoTransform>-120, .1, 0, 40, 0, -.1</GeoTransform>", ""),
        ("<GeoTransform>-119, .1, 0, 40, 0, -.1</GeoTransform>", "GeoTransform"),
        ("<GeoTransform>-119, .1, 0, 40</GeoTransform>", ""),  # says nothing
        ("<GCPList/>", "GCPList"),
        (BAND.format(band=1, part="<NoDataValue>-1</NoDataValue>"), "NoDataValue"),
        (BAND.format(band=1, part="<NoDataValue>-9999</NoDataValue>"), ""),
        (BAND.format(band=2, part="<NoDataValue>-1</NoDataValue>"), ""),
        (BAND.format(band=1, part="<Scale>0.1</Scale>"), "Scale"),
        (BAND.format(band=1, part="<Scale>1</Scale>"), ""),
        (BAND.format(band=1, part="<Offset>5</Offset>"), "Offset"),
        (BAND.format(band=1, part="<UnitType>ft</UnitType>"), "UnitType"),
        (BAND.format(band=1, part="<UnitType>m</UnitType>"), ""),
    ],
)
def test_a_side_file_that_says_otherwise(tif, field, home, part: str, name: str) -> None:
    path = tif(field, nodata=-9999, units="m")
    path.with_name("a.tif.aux.xml").write_text(f"<PAMDataset>{part}</PAMDataset>")
    found = told(path, home)
    assert len(found) == bool(name)
    assert all(each.startswith("SIDECAR_OVERRIDES") and name in each for each in found)
