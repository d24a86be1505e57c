"""The store: every named value of a run is one object, whole or not there, under its recipe's key.

::

    objects/<first two of the key>/<key>/
        manifest.json       written last: recipe, parts, SHA-256 of every file
        <part>.zarr/        a layer: Zarr v3 in tiles
        <part>.parquet      features or a table
        <part>.json         a record
        <part>.model        bytes of a model
    tmp/                    objects on their way
    seen/                   digests of files, for as long as the files stay as they were
"""

import os
import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, cast

import pandas as pd
import xarray as xr

from siting.errors import StorageError
from siting.store import manifest
from siting.store.digest import object_key
from siting.store.files import default_root, rename, storing, write_durably
from siting.store.memory import within_memory
from siting.store.parts import Description, Part, read_part, write_parts
from siting.store.raster import Progress
from siting.store.seen import SETTLING, Seen, input_digest
from siting.store.unfinished import TILES, Unfinished, claim, own_folder, set_aside, sweep

_KEY = re.compile(r"[0-9a-f]{64}")
_DAY = 86_400  # [s]
_ONLY = "value"  # name of the part of an object that has one


class Store:
    """Results by the key of their recipe; several runs may use one store at the same time.

    Parameters
    ----------
    root : Path, optional
        Folder of the store; `default_root` where it is not given.
    verify : bool
        Read every file again before its object is used, whatever the file system says.
    workers : int, optional
        Threads that compute tiles; as many as there are processors, at least two.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> recipe = {"function": "skill.screening", "folds": 5}
    >>> key = store.key(recipe)
    >>> store.write_record(key, {"auc": 0.75}, recipe)
    >>> store.has(key), store.read_record(key)
    (True, {'auc': 0.75})
    """

    def __init__(
        self, root: Path | None = None, *, verify: bool = False, workers: int | None = None
    ) -> None:
        self.root = default_root() if root is None else Path(root).absolute()
        self._verify = verify
        self._workers = workers
        self._verified: set[str] = set()
        self._seen = Seen(self.root / "seen", self.root / "tmp")
        self._tmp = self.root / "tmp"
        with storing(self.root):
            sweep(self._tmp)

    @staticmethod
    def key(recipe: Mapping[str, Any]) -> str:
        """Key of a recipe; see `object_key`."""
        return object_key(recipe)

    def place(self, key: str) -> Path:
        """Folder of an object, which need not be there."""
        if not _KEY.fullmatch(key):
            raise StorageError(
                "KEY_INVALID", "this is no key of an object", found=key, wanted="64 hex digits"
            )
        return self.root / "objects" / key[:2] / key

    def stored_keys(self) -> list[str]:
        """Keys of all objects, sorted, those of damaged ones too."""
        found = (path.name for path in (self.root / "objects").glob("??/*"))
        return sorted(filter(_KEY.fullmatch, found))

    def has(self, key: str) -> bool:
        """Whether the object is there and whole.

        A file counts as whole while the file system says that nothing touched it since its
        SHA-256 was last taken. A store that verifies takes it once more.
        """
        return self._whole(key) is not None

    def manifest(self, key: str) -> dict[str, Any]:
        """What is known of an object: its recipe, parts and files.

        Raises
        ------
        StorageError
            Where the object is missing or damaged.
        """
        content = self._whole(key)
        if content is None:
            raise StorageError(
                "OBJECT_MISSING", "a stored result is missing or damaged",
                where=str(self.place(key)), fix="run again: it is then computed anew",
            )  # fmt: skip
        return content

    def parts(self, key: str) -> dict[str, str]:
        """Forms of an object's parts by name, in order: layer, frame, record or model."""
        return {part["name"]: part["form"] for part in self.manifest(key)["parts"]}

    def contents(self, key: str) -> str:
        """Digest of an object's tiles: the same for layers with the same cells."""
        rows = manifest.rows(self.manifest(key))
        return object_key({name: row[1] for name, row in rows.items() if TILES in name})

    def discard(self, key: str) -> None:
        """Remove an object, if it is there."""
        with storing(self.root):
            set_aside(self._tmp, self.place(key))
        self._seen.forget(key)
        self._verified.discard(key)

    def file_digest(self, path: Path, *, verify: bool = False) -> str:
        """SHA-256 of an input: of a file, or of all files of a folder or shapefile together.

        It is remembered by device, inode, size, mtime and ctime of each file, so that an
        unchanged input is not read again; ``verify``, here or of the store, reads it.

        Raises
        ------
        InputError
            Where the input is missing, or changes while it is read.
        """
        again = verify or self._verify
        return input_digest(self._seen, path, verify=again, settling=SETTLING)

    def own_folder(self) -> AbstractContextManager[Path]:
        """A folder in the store for what a run needs while it lasts."""
        return own_folder(self._tmp)

    def write(
        self,
        key: str,
        parts: Mapping[str, Part],
        recipe: Mapping[str, Any],
        progress: Progress | None = None,
    ) -> None:
        """Store values as the parts of one object, unless it is there already.

        Parameters
        ----------
        key : str
            Key of the recipe.
        parts : mapping of str to DataArray, DataFrame, mapping or bytes
            Layers, frames, records and models by name. Layers are computed tile by tile. The
            first part is the one that a reader gets who names none.
        recipe : mapping
            What decides the values; kept in the manifest.
        progress : callable, optional
            Called with the number of tiles done and of all tiles, from any thread.

        Raises
        ------
        StorageError
            Where the disk is full or cannot be written to; finished tiles are kept.

        Notes
        -----
        Tiles that an earlier run finished, or that are whole in a damaged object, are not
        computed again. Writers do not wait for each other: same key, same bytes.
        """
        if key != object_key(recipe):
            raise StorageError("KEY_INVALID", "the key is not that of the recipe", found=key)
        if self.has(key):
            return
        with claim(self._tmp, key) as unfinished:
            if self.has(key):  # another writer finished it before we had the claim
                return
            with storing(self.root):
                self._take_over(key, unfinished)
            with within_memory(str(self.place(key))):
                described = write_parts(unfinished, parts, self._workers, progress)
            with storing(self.root):
                self._commit(key, recipe, described, unfinished)
        if self._whole(key, again=True) is None:
            raise StorageError(
                "STORAGE_FAILED", "a result does not read back as it was written",
                where=str(self.place(key)), fix="check the disk, or set SITING_STORE to another",
            )  # fmt: skip

    def write_layer(
        self,
        key: str,
        layer: xr.DataArray,
        recipe: Mapping[str, Any],
        progress: Progress | None = None,
    ) -> None:
        """Store one layer; see `write`."""
        self.write(key, {_ONLY: layer}, recipe, progress)

    def write_layers(
        self,
        key: str,
        layers: Mapping[str, xr.DataArray],
        recipe: Mapping[str, Any],
        progress: Progress | None = None,
    ) -> None:
        """Store layers of one grid as the parts of one object; see `write`."""
        self.write(key, layers, recipe, progress)

    def write_frame(self, key: str, frame: pd.DataFrame, recipe: Mapping[str, Any]) -> None:
        """Store a DataFrame or GeoDataFrame with its attributes; see `write`."""
        self.write(key, {_ONLY: frame}, recipe)

    def write_record(self, key: str, record: Mapping[str, Any], recipe: Mapping[str, Any]) -> None:
        """Store figures that JSON can hold; see `write`."""
        self.write(key, {_ONLY: record}, recipe)

    def write_model(self, key: str, model: bytes, recipe: Mapping[str, Any]) -> None:
        """Store the bytes of a model; see `write`."""
        self.write(key, {_ONLY: model}, recipe)

    def read(self, key: str, part: str | None = None, form: str | None = None) -> Any:
        """The value of a part, of the first where none is named; layers are lazy.

        Raises
        ------
        StorageError
            Where the object is missing or damaged, or has no such part; when a layer is
            computed, where a tile is damaged.
        """
        content = self.manifest(key)
        parts = content["parts"]
        fitting = [each for each in parts if part in (None, each["name"])]
        if not fitting or form not in (None, fitting[0]["form"]):
            raise StorageError(
                "PART_MISSING", "a stored result has no such part", where=str(self.place(key)),
                found=", ".join(f"{each['name']} ({each['form']})" for each in parts),
                wanted=f"{part or 'the first'} ({form})",
            )  # fmt: skip
        with storing(self.place(key)):
            return read_part(self.place(key), fitting[0], manifest.rows(content))

    def read_layer(self, key: str, part: str | None = None) -> xr.DataArray:
        """Lazy layer on its grid, with its attributes; see `read`."""
        return cast(xr.DataArray, self.read(key, part, "layer"))

    def read_frame(self, key: str, part: str | None = None) -> pd.DataFrame:
        """The DataFrame or GeoDataFrame, with its attributes; see `read`."""
        return cast(pd.DataFrame, self.read(key, part, "frame"))

    def read_record(self, key: str, part: str | None = None) -> dict[str, Any]:
        """The figures; see `read`."""
        return cast(dict[str, Any], self.read(key, part, "record"))

    def read_model(self, key: str, part: str | None = None) -> bytes:
        """The bytes of the model; see `read`."""
        return cast(bytes, self.read(key, part, "model"))

    def _whole(self, key: str, *, again: bool = False) -> dict[str, Any] | None:
        """The manifest of an object if all its files are as it says; ``again`` reads them all."""
        place = self.place(key)
        content = manifest.load(place)
        if content is None or content["key"] != key:
            return None
        wanted = {name: digest for name, (_, digest) in manifest.rows(content).items()}
        verify = again or (self._verify and key not in self._verified)
        try:
            files = {name: place / name for name in wanted}
            if self._seen.digests(key, files, verify=verify) != wanted:
                return None
            self._mark_used(place)
        except OSError:  # a file is missing or unreadable
            return None
        self._verified.add(key)
        return content

    @staticmethod
    def _mark_used(place: Path) -> None:
        """Let the folder's time stamp say, to the day, when the object was last used."""
        if time.time() - place.stat().st_mtime > _DAY:
            with suppress(OSError):  # a store that may only be read
                os.utime(place)

    def _take_over(self, key: str, unfinished: Unfinished) -> None:
        """Go on from what an earlier run or a damaged object left, where its tiles are whole."""
        place = self.place(key)
        if place.exists():
            if unfinished.private or any(unfinished.folder.iterdir()):
                set_aside(self._tmp, place)
            else:
                rename(place, unfinished.folder)
        unfinished.resume(manifest.rows(manifest.load(unfinished.folder)))

    def _commit(
        self,
        key: str,
        recipe: Mapping[str, Any],
        described: list[Description],
        unfinished: Unfinished,
    ) -> None:
        content = {
            "format": manifest.FORMAT,
            "key": key,
            "recipe": recipe,
            "parts": described,
            "files": unfinished.files,
        }
        write_durably(unfinished.folder / manifest.NAME, manifest.encode(content))
        while not unfinished.finish(self.place(key)):
            if self._whole(key, again=True) is not None:  # another writer was first
                unfinished.give_up()
                return
            set_aside(self._tmp, self.place(key))
