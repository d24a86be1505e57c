from pathlib import Path

import dask.array as da
import numpy as np
import pytest
import xarray as xr

from siting import grid
from siting.store import Store, object_key

RECIPE = {"function": "field", "offset": 0.0}
KEY = object_key(RECIPE)
TILES = 3 * 4  # 20 x 30 cells in tiles of 8 x 8


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", workers=2)


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles of 8 x 8 cells, so that a small grid has several."""
    monkeypatch.setattr(grid.tiling, "TILE", 8)


class Field:
    """A lazy layer of 20 x 30 cells that counts which tiles are computed, and may fail at one."""

    def __init__(self, offset: float = 0.0, dtype: str = "float32") -> None:
        self.grid = grid.make_grid("EPSG:6933", 1000.0, (0.0, 0.0, 30_000.0, 20_000.0))
        cells = np.arange(600, dtype="float64").reshape(20, 30) + offset
        cells[3:5, 7:20] = np.nan
        self.cells = (cells > 100) if dtype == "bool" else cells.astype(dtype)
        self.computed: list[tuple[int, int]] = []
        self.fails_after: int | None = None

    def layer(self, **attrs: object) -> xr.DataArray:
        source = da.from_array(self.cells, chunks=grid.chunks(self.grid))
        lazy = source.map_blocks(self._block, dtype=self.cells.dtype, meta=source._meta)
        marks = {"units": "m", "kind": "continuous", "long_name": "A field", "label_leak": False}
        return grid.as_layer(lazy, self.grid, **{**marks, **attrs})

    def _block(self, block: np.ndarray, block_id: tuple[int, int]) -> np.ndarray:
        if self.fails_after is not None and len(self.computed) >= self.fails_after:
            raise RuntimeError("stopped in the middle")
        self.computed.append(block_id)
        return block + 0 if block.dtype != bool else block.copy()


@pytest.fixture
def field(small_tiles: None) -> Field:
    return Field()


def tree(folder: Path) -> dict[str, bytes]:
    """All files of a folder with their bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def tiles_of(store: Store, key: str = KEY) -> list[Path]:
    return sorted(path for path in store.place(key).rglob("c/*/*") if path.is_file())


def kept_tiles(store: Store, key: str = KEY) -> list[Path]:
    """Finished tiles of an object that is not finished; no names of files under way."""
    found = (store.root / "tmp" / key).rglob("c/*/*")
    return sorted(path for path in found if path.name.isdecimal())


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)
