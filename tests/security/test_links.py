"""Links in folders that others made lead neither reading nor writing out of them."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from siting.check import check_file
from siting.errors import SitingError
from siting.io.vector import read_features
from siting.run import run_plan

from .. import small_world
from .readers import attempt

PIPELINE = "\n".join(small_world.PIPELINE.splitlines()[:-2]) + "\noutputs: [score.tif]\n"
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


@pytest.mark.xfail(strict=False, reason="siting.io.ogr follows links of a shapefile's parts")
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
