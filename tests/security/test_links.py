"""Links in folders that others made lead neither reading nor writing out of them."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from siting.check import check_file
from siting.errors import SitingError
from siting.grid import make_grid
from siting.io.raster import read_raster
from siting.io.vector import read_features
from siting.run import run_plan

from .. import small_world
from .readers import attempt

PIPELINE = "\n".join(small_world.PIPELINE.splitlines()[:-2]) + "\noutputs: [score.tif]\n"
GRID = make_grid("EPSG:4326", 0.1, (-120, 38, -116, 41))
OTHERS = "what others have written\n"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that is no part of a run, with a file in it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "file").write_text(OTHERS)
    return folder


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    return check_file(small_world.make(tmp_path / "world", PIPELINE))


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (".lock", "file"),
        ("runs", "."),
        (".staging", "."),
        ("latest", "."),
        ("latest.txt", "file"),
    ],
)
def test_links_in_the_output_folder_lead_no_writing_out_of_it(
    plan, tmp_path: Path, elsewhere: Path, name: str, target: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / name).symlink_to(elsewhere / target)
    try:
        run_plan(plan, out)
    except SitingError as error:
        print(error)  # refused aloud is as good
    assert {path.name for path in elsewhere.rglob("*")} == {"file"}
    assert (elsewhere / "file").read_text() == OTHERS


def test_a_link_out_of_the_folder_is_no_source(tmp_path: Path, elsewhere: Path) -> None:
    path = small_world.make(tmp_path / "world", PIPELINE)
    (elsewhere / "heat.tif").write_bytes((path.parent / "heat.tif").read_bytes())
    (path.parent / "heat.tif").unlink()
    (path.parent / "heat.tif").symlink_to(elsewhere / "heat.tif")
    with pytest.raises(SitingError, match="PATH_OUTSIDE_DATA"):
        check_file(path)


@pytest.mark.parametrize("ending", ["dbf", "shx", "prj", "cpg"])
def test_a_part_of_a_shapefile_that_lies_elsewhere_is_not_read(
    tmp_path: Path, elsewhere: Path, ending: str
) -> None:
    frame = gpd.GeoDataFrame({"label": ["secret"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    frame.to_file(tmp_path / "a.shp", encoding="utf-8")
    part = tmp_path / f"a.{ending}"
    part.rename(elsewhere / part.name)
    part.symlink_to(elsewhere / part.name)
    found, codes = attempt(read_features, tmp_path / "a.shp")
    assert found is None
    assert codes == ["PATH_OUTSIDE_DATA"]


@pytest.mark.parametrize("ending", ["ovr", "msk", "aux.xml"])
def test_a_file_beside_a_raster_that_lies_elsewhere_is_not_read(
    tmp_path: Path, elsewhere: Path, ending: str
) -> None:
    path = tmp_path / "heat.tif"
    small_world.write_raster(path, small_world.heat())
    (tmp_path / f"heat.tif.{ending}").symlink_to(elsewhere / "file")
    with pytest.raises(SitingError, match="PATH_OUTSIDE_DATA"):
        read_raster(path, GRID, kind="continuous", units="mW m-2")


def test_a_shapefile_may_be_linked_as_a_whole(tmp_path: Path, elsewhere: Path) -> None:
    frame = gpd.GeoDataFrame({"label": ["a"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    frame.to_file(elsewhere / "a.shp", encoding="utf-8")
    for part in elsewhere.glob("a.*"):
        (tmp_path / part.name).symlink_to(part)
    assert read_features(tmp_path / "a.shp")["label"].tolist() == ["a"]
