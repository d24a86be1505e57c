"""Mutated data files, with and without the SHA-256 that the pipeline or SHA256SUMS states."""

import hashlib
import random
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from siting import findings
from siting.errors import SitingError
from siting.sources.reading import read_source

from .damage import damaged_files
from .originals import GRID, Original, originals
from .worker import Attempt

KEPT = ("none", "sha256", "sums")  # how the digest of a file is kept, if at all


class DataFiles:
    """Attempts with files of one format; see :class:`tests.fuzz.worker.Fuzzer`."""

    slow = 5.0
    memory = 1 << 30
    address_space = 4 << 30

    def __init__(self, seed: int, form: str, kept: str = "") -> None:
        self.seed = seed
        self.form = form
        self.kept = kept
        self.originals = originals(form)
        self.values: list[Any] = []
        self.folder = Path()

    def prepare(self, folder: Path) -> None:
        self.folder = folder / "data"
        for original in self.originals:
            _write(self.folder, original.files)
            with findings.collect():
                self.values.append(_read(original, self.folder, {}))

    def files(self, index: int) -> dict[str, bytes]:
        rng = random.Random(f"{self.seed}/{self.form}/{index}")
        number = rng.randrange(len(self.originals))
        original = self.originals[number]
        kept = self.kept or KEPT[index % 3]
        # What happened to the file stands in files of its own, which the reader never sees.
        notes = {"original.number": str(number).encode(), "digest.kept": kept.encode()}
        return {**damaged_files(rng, original.files, original.name), **notes}

    def attempt(self, files: dict[str, bytes]) -> Attempt:
        data = dict(files)
        number, kept = int(data.pop("original.number")), data.pop("digest.kept").decode()
        original = self.originals[number]
        _write(self.folder, {**data, **_sums(original, kept)})
        more = {"sha256": _digest(original)} if kept == "sha256" else {}
        manifest = "manifest" if kept != "none" else "no manifest"
        try:
            with findings.collect() as noticed:
                found = _read(original, self.folder, more)
        except SitingError as error:
            return Attempt((f"{manifest}: refused", f"{manifest}: {error.code}"), *_told(error))
        codes = sorted({each.code for each in noticed})
        if alike(found, self.values[number]):
            return Attempt((f"{manifest}: equal",))
        if codes:
            return Attempt((f"{manifest}: changed and told", *codes))
        if kept == "none":
            return Attempt((f"{manifest}: CHANGED SILENTLY",))
        changed = [name for name in original.files if data.get(name) != original.files[name]]
        return Attempt((f"{manifest}: SILENT",), "silent change", f"{kept}: {', '.join(changed)}")


def _told(error: SitingError) -> tuple[str, str]:
    """What is wrong with an error's words, if anything."""
    try:
        str(error).encode("utf-8")
    except UnicodeEncodeError:
        return "message", f"{error.code}: half a character"
    long = len(str(error)) > 5000
    return ("message", f"{error.code}: {len(str(error))} characters") if long else ("", "")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _digest(original: Original) -> str:
    """SHA-256 of the original; of a folder none can be stated but that of its parts."""
    return hashlib.sha256(original.files.get(original.name, b"")).hexdigest()


def _sums(original: Original, kept: str) -> dict[str, bytes]:
    if kept != "sums":
        return {}
    pairs = ((hashlib.sha256(each).hexdigest(), name) for name, each in original.files.items())
    return {"SHA256SUMS": "".join(f"{digest}  {name}\n" for digest, name in pairs).encode()}


def _read(original: Original, folder: Path, more: dict[str, str]) -> Any:
    """The value of the file, all of it computed."""
    value = read_source("x", original.source(**more), folder / original.name, GRID)
    return value.compute() if isinstance(value, xr.DataArray) else value


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same to the last bit."""
    if isinstance(one, xr.DataArray):
        same: bool = np.array_equal(one.values, other.values, equal_nan=True)
        return same and one.attrs["units"] == other.attrs["units"]
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return False
    if isinstance(one, gpd.GeoDataFrame):
        if one.geometry.to_wkb().tolist() != other.geometry.to_wkb().tolist():
            return False
        one, other = one.drop(columns=one.geometry.name), other.drop(columns=other.geometry.name)
    return bool(pd.DataFrame(one).equals(pd.DataFrame(other)))
