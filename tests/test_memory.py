"""Memory of what goes over whole grids: it does not grow with the cells, and a limit is kept."""

import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_origin

from siting import reduce
from siting.errors import PipelineError, StorageError
from siting.estimate import _area_text
from siting.grid import from_function, make_grid
from siting.io import plausible
from siting.io.raster import read_raster
from siting.io.write import cog
from siting.kernels import memory_budget
from siting.kernels.topk import best_cells
from siting.outputs.map.encode import encode
from siting.outputs.report.samples import take

from . import small_world

TALL = 1024, 4096  # rows of two grids, of which one is four times as large as the other
WIDTH = 1536


def layer_of(height: int) -> xr.DataArray:
    """A lazy layer of slow waves, made tile by tile."""
    grid = make_grid("EPSG:6933", 100.0, (0, 0, WIDTH * 100.0, height * 100.0))

    def waves(rows, columns, longitude, latitude):
        down = np.sin(np.arange(rows.start, rows.stop) / 97)[:, None]
        return down * np.cos(np.arange(columns.start, columns.stop) / 131)

    return from_function(grid, waves, "f4").rename("waves").assign_attrs(units="1")


def peak(work: Callable[[], object]) -> int:
    """Largest memory that Python's allocators, numpy's among them, held during the work."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def grids_grow(work: Callable[[xr.DataArray], object]) -> float:
    """Peak on the large grid over that on the small one.

    Each is the least of three: threads that wait for a busy processor hold tiles for longer.
    """
    work(layer_of(64))  # what is imported and compiled first
    small, large = (min(peak(partial(work, layer_of(height))) for _ in range(3)) for height in TALL)
    return large / small


def test_a_raster_is_written_in_the_memory_of_a_few_tiles(tmp_path):
    assert grids_grow(lambda layer: cog(tmp_path / "waves.tif", layer)) < 2.5


def test_a_map_is_coded_in_the_memory_of_what_it_shows():
    assert grids_grow(lambda layer: encode(layer, None, layer.sizes["y"] // 64)) < 1.7


def test_samples_of_the_report_do_not_keep_their_tiles():
    nowhere = np.empty(0, np.int64), np.empty(0, np.int64)

    def work(layer: xr.DataArray) -> object:
        return take({"a": layer}, None, layer.odc.geobox, nowhere, most=4000)

    assert grids_grow(work) < 1.7


def test_quantiles_gather_only_what_lies_around_them(monkeypatch):
    monkeypatch.setattr("siting.kernels.order_statistics.MOST_HELD", 100_000)
    # 1.5 for the tiles that two threads hold at once; numpy on the whole grid takes 3.4.
    assert grids_grow(lambda layer: reduce.quantile(layer, [0.25, 0.5])) < 2.2


def test_candidates_are_found_in_the_memory_of_the_best_cells():
    def work(layer: xr.DataArray) -> object:
        return best_cells(layer.data, lambda i, j: (j / 1e3, i / 1e3), 50, 1000.0)

    assert grids_grow(work) < 2.2


def test_the_estimate_makes_no_cells():
    class Plan:
        def __init__(self, layer: xr.DataArray) -> None:
            self.grid = layer.odc.geobox

    assert grids_grow(lambda layer: _area_text(Plan(layer))) < 1.7


def raster_file(path: Path, height: int, **options: object) -> Path:
    rng = np.random.default_rng(height)
    values = np.repeat(rng.random((height, WIDTH // 64), dtype=np.float32), 64, axis=1)
    values[0, 0] = np.nan
    profile = {
        "driver": "GTiff", "width": WIDTH, "height": height, "count": 1, "dtype": "float32",
        "crs": "EPSG:6933", "transform": from_origin(0, height * 100, 100, 100), "nodata": np.nan,
        "compress": "lzw", **options,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(values, 1)
    return path


@pytest.mark.parametrize("options", [{}, {"tiled": True}], ids=["strips", "blocks"])
def test_each_cell_of_a_raster_is_decoded_once(tmp_path, monkeypatch, options):
    """Looked at first, then put onto the grid tile by tile: but for samples that are compared."""
    from siting.io import geotiff

    decoded: list[int] = []
    load = geotiff._load

    def counted(path, band, rows, columns):
        decoded.append((rows.stop - rows.start) * (columns.stop - columns.start))
        return load(path, band, rows, columns)

    monkeypatch.setattr(geotiff, "_load", counted)
    path, grid = raster_file(tmp_path / "a.tif", 2048, **options), layer_of(2048).odc.geobox
    layer = read_raster(path, grid, kind="continuous", units="1").compute()
    assert np.isnan(layer[0, 0])
    assert sum(decoded) == 2048 * WIDTH
    with rasterio.open(path) as dataset:
        np.testing.assert_array_equal(layer.values, dataset.read(1))


def test_a_raster_whose_cells_cannot_be_kept_is_read_again(tmp_path, monkeypatch):
    grid = layer_of(300).odc.geobox
    path = raster_file(tmp_path / "a.tif", 300)
    wanted = read_raster(path, grid, kind="continuous", units="1").compute()
    (tmp_path / "in the way").write_text("")
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "in the way" / "store"))
    found = read_raster(path, grid, kind="continuous", units="1").compute()
    np.testing.assert_array_equal(found, wanted)


def test_a_large_raster_is_looked_at_in_parts_and_read_tile_by_tile(tmp_path, monkeypatch):
    grid = layer_of(300).odc.geobox
    path = raster_file(tmp_path / "a.tif", 300)
    wanted = read_raster(path, grid, kind="continuous", units="1").compute()
    monkeypatch.setattr(plausible, "MAX_LOOK", 10_000)
    monkeypatch.setattr(plausible, "_STRIP", 10_000)
    found = read_raster(path, grid, kind="continuous", units="1").compute()
    np.testing.assert_array_equal(found, wanted)


# --- a limit ------------------------------------------------------------------------------------


@pytest.fixture
def _no_limit():
    yield
    memory_budget._limit = None


@pytest.mark.parametrize("text", ["banana", "-1 GB", "", "2 XB", "1e9", "nan GB"])
def test_a_limit_that_is_no_size_is_refused(text):
    with pytest.raises(PipelineError, match="OPTION_INVALID"):
        memory_budget.size_of(text, "--max-memory")


@pytest.mark.parametrize("text", ["0", "1 B", "300 MB"])
def test_a_limit_below_the_libraries_is_refused(text):
    with pytest.raises(StorageError, match=r"MEMORY_LOW(.|\n)*at least 0\.70 GB"):
        memory_budget.keep_within(memory_budget.size_of(text, "--max-memory"))
    assert memory_budget.limit() is None


@pytest.mark.usefixtures("_no_limit")
def test_fewer_tiles_are_under_way_where_more_do_not_fit(monkeypatch):
    monkeypatch.setattr(memory_budget, "_processors", lambda: 16)
    assert memory_budget.tiles_at_once(10**9) == 16
    memory_budget._limit = 2_000_000_000
    assert memory_budget.tiles_at_once(10**6) == 16
    assert memory_budget.tiles_at_once(400_000_000) == 3
    with pytest.raises(StorageError, match=r"MEMORY_LOW(.|\n)*single tile"):
        memory_budget.tiles_at_once(1_600_000_000)


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "siting.cli", "run", *map(str, words), "--out", folder / "out"],
        env={**os.environ, "SITING_STORE": str(folder / "store")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_run_keeps_to_its_limit(tmp_path):
    world = small_world.make(tmp_path / "world")
    ended = run(tmp_path, world, "--json", "--max-memory", "1.5 GB")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["peak_memory"] < 1_500_000_000


def test_a_run_that_takes_more_than_its_limit_is_ended(tmp_path):
    world = small_world.make(tmp_path / "world")
    greedy = (
        "import sys, numpy as np\n"
        "from siting import cli\n"
        "from siting.run import execution\n"
        "execution.require_room = lambda *needs: globals().update(held=np.ones(150_000_000))\n"
        f"sys.argv = ['siting', 'run', {str(world)!r}, '--max-memory', '1 GB', "
        f"'--out', {str(tmp_path / 'out')!r}]\n"
        "cli.main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", greedy],
        env={**os.environ, "SITING_STORE": str(tmp_path / "store")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 4, ended.stderr
    assert "MEMORY_FULL: the run took more memory than it may" in ended.stderr
    assert "wanted: at most 1.00 GB" in ended.stderr


def test_a_run_that_would_not_fit_is_refused_before_it_begins(tmp_path):
    ended = run(tmp_path, "geothermal", "--resolution", "2 km", "--max-memory", "800 MB")
    assert ended.returncode == 4
    assert "MEMORY_LOW: the memory has no room for the run" in ended.stderr
    assert "--max-memory" in ended.stderr
    assert not (tmp_path / "out" / "runs").exists()
