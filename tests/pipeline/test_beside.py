"""What lies beside a file is looked at each time, also when the file itself is in the store."""

import numpy as np
import pytest

from siting.check import check_file
from siting.errors import InputError
from siting.run import run_plan

from ..corpus.harness import pipeline, raster

TEXT = pipeline(sources="a: {file: a.tif, units: '1'}", outputs="[a.tif]")


def world_file(folder):
    (folder / "a.tfw").write_text("0.1\n0\n0\n-0.1\n-100.0\n30.0\n")


def side_file(folder):
    crs = "<PAMDataset><SRS>EPSG:3857</SRS></PAMDataset>"
    (folder / "a.tif.aux.xml").write_text(crs)


def overviews(folder):
    raster(folder / "b.tif", np.full((32, 32), 999, "float32"))
    (folder / "b.tif").rename(folder / "a.tif.ovr")


def checksums(folder):
    (folder / "SHA256SUMS").write_text("0" * 64 + "  a.tif\n")


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Runs a pipeline on the same raster with one store, in folders clean or not."""
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    numbers = iter(range(10))

    def run(beside=None):
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        rows, columns = np.mgrid[0:64, 0:64]
        raster(folder / "a.tif", (40 + 2.0 * columns + rows).astype("float32"), nodata=-9999)
        if beside:
            beside(folder)
        (folder / "p.yaml").write_text(TEXT)
        outcome = run_plan(check_file(folder / "p.yaml"), folder / "out")
        return {each.code for each in outcome.findings if each.severity == "warning"}

    return run


@pytest.mark.parametrize("beside", [world_file, side_file])
@pytest.mark.parametrize("clean_first", [True, False])
def test_a_warning_follows_the_folder_and_not_the_store(runs, beside, clean_first):
    found = [runs(None if clean else beside) for clean in (clean_first, not clean_first)]
    clean, other = found if clean_first else reversed(found)
    assert clean == set()
    assert other == {"SIDECAR_OVERRIDES"}


@pytest.mark.parametrize(
    ("beside", "code"), [(overviews, "OVERVIEW_STALE"), (checksums, "CHECKSUM_MISMATCH")]
)
def test_an_error_follows_the_folder_and_not_the_store(runs, beside, code):
    assert runs() == set()
    with pytest.raises(InputError, match=code):
        runs(beside)
    assert runs() == set()
