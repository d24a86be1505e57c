"""Under a list of checksums no change of any file of a source goes unnoticed."""

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import zarr

from siting.errors import InputError
from siting.findings import collect
from siting.sources.declared import UserFile
from siting.sources.integrity import check_integrity


def listed(folder: Path, *names: str) -> None:
    rows = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names)
    (folder / "SHA256SUMS").write_text("\n".join(rows) + "\n")


def check(path: Path, **more: str) -> list[str]:
    with collect() as found:
        check_integrity("a", UserFile(file=path.name, **more), path)
    return [each.code for each in found]


@pytest.fixture
def shapefile(tmp_path):
    points = gpd.GeoDataFrame({"n": [1, 2]}, geometry=shapely.points([[0, 0], [1, 1]]), crs=4326)
    points.to_file(tmp_path / "a.shp")
    return tmp_path / "a.shp"


@pytest.fixture
def zarr_folder(tmp_path):
    array = zarr.create_array(tmp_path / "a.zarr", shape=(4, 4), chunks=(2, 2), dtype="f4")
    array[:] = np.arange(16).reshape(4, 4)
    return tmp_path / "a.zarr"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def parts(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.glob("a.*"))


def test_nothing_is_asked_where_nobody_vouches(shapefile):
    assert check(shapefile) == []


@pytest.mark.parametrize("ending", [".shp", ".dbf", ".shx", ".prj", ".cpg"])
def test_every_part_of_a_shapefile_is_compared(shapefile, ending):
    listed(shapefile.parent, *parts(shapefile))
    assert check(shapefile) == []
    flip(shapefile.with_suffix(ending))
    with pytest.raises(InputError, match=f"CHECKSUM_MISMATCH(.|\n)*a{ending}"):
        check(shapefile)


def test_a_missing_part_of_a_shapefile_is_noticed(shapefile):
    listed(shapefile.parent, *parts(shapefile))
    shapefile.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match=r"CHECKSUM_MISMATCH(.|\n)*no file a\.prj"):
        check(shapefile)


def test_parts_that_nobody_vouches_for_are_told(shapefile):
    digest = hashlib.sha256(shapefile.read_bytes()).hexdigest()
    assert check(shapefile, sha256=digest) == ["CHECKSUM_PARTIAL"]


def files_of(path: Path) -> list[str]:
    found = (each for each in path.rglob("*") if each.is_file())
    return sorted(each.relative_to(path.parent).as_posix() for each in found)


def test_every_file_of_a_zarr_folder_is_compared(zarr_folder):
    listed(zarr_folder.parent, *files_of(zarr_folder))
    assert check(zarr_folder) == []
    for name in files_of(zarr_folder):
        before = (zarr_folder.parent / name).read_bytes()
        flip(zarr_folder.parent / name)
        with pytest.raises(InputError, match="CHECKSUM_MISMATCH"):
            check(zarr_folder)
        (zarr_folder.parent / name).write_bytes(before)


def test_a_file_too_few_or_too_many_in_a_zarr_folder_is_noticed(zarr_folder):
    listed(zarr_folder.parent, *files_of(zarr_folder))
    (zarr_folder / "c" / "9").write_bytes(b"x")
    with pytest.raises(InputError, match=r"CHECKSUM_MISMATCH(.|\n)*not listed"):
        check(zarr_folder)
    (zarr_folder / "c" / "9").unlink()
    (zarr_folder / "c" / "0" / "0").unlink()
    with pytest.raises(InputError, match=r"CHECKSUM_MISMATCH(.|\n)*no file"):
        check(zarr_folder)


def test_one_checksum_cannot_vouch_for_a_folder(zarr_folder):
    with pytest.raises(InputError, match="CHECKSUM_MISMATCH: one checksum cannot"):
        check(zarr_folder, sha256="0" * 64)


def test_the_checksum_of_the_pipeline_counts_before_the_list(shapefile):
    listed(shapefile.parent, *parts(shapefile))
    with pytest.raises(InputError, match="CHECKSUM_MISMATCH"):
        check(shapefile, sha256="0" * 64)
