"""Cells that were decoded once come from a file without a name; else from the raster."""

import gc
import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest

from siting.io.spool import Spool

CELLS = np.ma.masked_equal(np.arange(300, dtype="int16").reshape(20, 15), 171)  # row 11, column 6
ROWS, COLUMNS = slice(10, 16), slice(5, 9)


class Raster:
    """Reads cells and remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[slice, slice]] = []

    def __call__(self, rows: slice, columns: slice) -> np.ma.MaskedArray:
        self.asked.append((rows, columns))
        return CELLS[rows, columns]


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def filled(raster: Raster, *parts: slice) -> Spool:
    spool = Spool(raster, ROWS, COLUMNS)
    for rows in parts:
        part = CELLS[rows, COLUMNS]
        spool.add(rows, np.ma.getdata(part), np.ma.getmaskarray(part))
    return spool


WHOLE = slice(10, 12), slice(12, 13), slice(13, 16)  # one with a hole, two without


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (ROWS, COLUMNS),
        (slice(11, 14), slice(6, 8)),
        (slice(10, 11), slice(5, 6)),
        (slice(15, 16), slice(8, 9)),
    ],
)
def test_what_was_kept_is_not_read_again(rows, columns) -> None:
    raster = Raster()
    found = filled(raster, *WHOLE).load(rows, columns)
    assert raster.asked == []
    assert found.dtype == np.int16
    assert np.ma.getdata(found).tolist() == np.ma.getdata(CELLS)[rows, columns].tolist()
    assert np.ma.getmaskarray(found).tolist() == np.ma.getmaskarray(CELLS)[rows, columns].tolist()


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(9, 12), COLUMNS),
        (slice(14, 17), COLUMNS),
        (ROWS, slice(4, 8)),
        (ROWS, slice(6, 10)),
    ],
)
def test_what_lies_outside_the_window_is_read(rows, columns) -> None:
    raster = Raster()
    found = filled(raster, *WHOLE).load(rows, columns)
    assert raster.asked == [(rows, columns)]
    assert found.tolist() == CELLS[rows, columns].tolist()


def test_rows_that_were_not_kept_yet_are_read() -> None:
    raster = Raster()
    spool = filled(raster, slice(10, 12))
    assert spool.load(slice(11, 12), COLUMNS).tolist() == [[170, None, 172, 173]]
    assert raster.asked == []
    spool.load(slice(11, 13), COLUMNS)
    assert raster.asked == [(slice(11, 13), COLUMNS)]
    assert filled(raster).load(ROWS, COLUMNS).shape == (6, 4)
    assert raster.asked[1:] == [(ROWS, COLUMNS)]


def test_rows_out_of_their_order_are_not_kept() -> None:
    raster = Raster()
    spool = filled(raster, slice(10, 12), slice(13, 16))
    assert spool.load(slice(13, 16), COLUMNS).tolist() == CELLS[13:16, COLUMNS].tolist()
    assert raster.asked == [(slice(13, 16), COLUMNS)]


def test_values_are_a_copy_of_what_the_file_holds() -> None:
    spool = filled(Raster(), *WHOLE)
    spool.load(ROWS, COLUMNS)[:] = 0
    assert spool.load(ROWS, COLUMNS).tolist() == CELLS[ROWS, COLUMNS].tolist()
    assert type(np.ma.getdata(spool.load(ROWS, COLUMNS))) is np.ndarray  # no memmap


def test_files_lie_in_the_store_and_have_no_names(store, monkeypatch) -> None:
    made, here = [], tempfile.TemporaryFile
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda *, dir: made.append((dir, here(dir=dir))) or made[-1][1]
    )
    spool = filled(Raster(), *WHOLE)
    assert [place for place, _ in made] == [store / "tmp"] * 2
    assert list((store / "tmp").iterdir()) == []
    files = [file for _, file in made]
    assert [file.seek(0, 2) for file in files] == [6 * 4 * 2, 6 * 4]  # int16, and one byte each
    del spool
    gc.collect()
    assert [file.closed for file in files] == [True, True]


def test_a_worker_reads_the_raster() -> None:
    raster = Raster()
    other = pickle.loads(pickle.dumps(filled(raster, *WHOLE)))
    assert other.load(ROWS, COLUMNS).tolist() == CELLS[ROWS, COLUMNS].tolist()
    assert raster.asked == []
    assert other._load.asked == [(ROWS, COLUMNS)]
    other.add(ROWS, np.zeros((6, 4)), np.zeros((6, 4), bool))  # nothing to keep it in
    assert other.load(ROWS, COLUMNS).tolist() == CELLS[ROWS, COLUMNS].tolist()


def test_a_disk_that_is_full_costs_reading_again(monkeypatch) -> None:
    full = Path("/dev/full").open  # closed with its owner
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *, dir: full("r+b"))
    raster = Raster()
    spool = filled(raster, *WHOLE)
    assert spool.load(ROWS, COLUMNS).tolist() == CELLS[ROWS, COLUMNS].tolist()
    assert raster.asked == [(ROWS, COLUMNS)]
    del spool
    gc.collect()  # and nothing is said of what could not be written at the end


def test_a_store_that_cannot_be_written_costs_reading_again(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "file"))
    raster = Raster()
    assert filled(raster, *WHOLE).load(ROWS, COLUMNS).shape == (6, 4)
    assert raster.asked == [(ROWS, COLUMNS)]


def test_a_file_that_cannot_be_mapped_costs_reading_again(monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no memory")

    raster = Raster()
    spool = filled(raster, *WHOLE)
    monkeypatch.setattr(np, "memmap", refuse)
    assert spool.load(ROWS, COLUMNS).tolist() == CELLS[ROWS, COLUMNS].tolist()
    assert raster.asked == [(ROWS, COLUMNS)]
