"""What features' files say of themselves, before room is made for it."""

from pathlib import Path

import geopandas as gpd
import pytest

from siting.errors import InputError
from siting.io.vector import read_features


def stating(folder: Path, count: int) -> Path:
    """A FlatGeobuf file of 300 features that states another number of them."""
    points = gpd.points_from_xy([k / 10 for k in range(300)], [0.5] * 300)
    frame = gpd.GeoDataFrame({"a": range(300)}, geometry=points, crs=4326)
    frame.to_file(folder / "a.fgb", engine="pyogrio", SPATIAL_INDEX="NO")
    content = (folder / "a.fgb").read_bytes()
    stated = (300).to_bytes(8, "little")
    assert content[:400].count(stated) == 1
    (folder / "a.fgb").write_bytes(content.replace(stated, count.to_bytes(8, "little"), 1))
    return folder / "a.fgb"


def test_as_many_features_as_are_stated(tmp_path) -> None:
    assert len(read_features(stating(tmp_path, 300))) == 300


@pytest.mark.parametrize("more", [0, 1])
def test_more_features_than_bytes_are_refused_before_room_is_made(
    tmp_path, monkeypatch, more
) -> None:
    size = stating(tmp_path, 300).stat().st_size
    path = stating(tmp_path, size + more)
    read = []

    def reading(*arguments, **options) -> gpd.GeoDataFrame:
        read.append(1)
        return gpd.GeoDataFrame(geometry=[], crs=4326)

    monkeypatch.setattr("siting.io.ogr.pyogrio.read_dataframe", reading)
    with pytest.raises(InputError, match="FILE_CORRUPT") as caught:
        read_features(path)
    assert read == ([] if more else [1])
    assert caught.value.wanted == f"{size + more}, as the file states"
    assert caught.value.found == ("too few bytes for them" if more else "0 features")
    assert (caught.value.where, caught.value.fix) == (str(path), "bring or make the file again")
