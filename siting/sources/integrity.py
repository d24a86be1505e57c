"""Whether the files of a source are the ones that somebody vouched for."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from siting.errors import InputError
from siting.findings import warn
from siting.io.digests import listed
from siting.sources.addresses import is_remote
from siting.sources.catalogue import Elsewhere
from siting.sources.declared import SavedModel, UserFile
from siting.store import sha256_file
from siting.store.seen import members
from siting.wording import counted


def check_integrity(name: str, declared: UserFile | SavedModel, path: Path) -> None:
    """Refuse files that are not the ones which the pipeline, or a list beside them, names.

    Parameters
    ----------
    name : str
        Name of the source, for messages.
    declared : UserFile or SavedModel
        What the pipeline file says of it; its ``sha256`` is that of the file it names.
    path : Path
        The file or folder. A shapefile is all its parts, a Zarr folder all its files.

    Raises
    ------
    InputError
        CHECKSUM_MISMATCH where a file differs, is missing or is not listed.
    """
    where = f"sources.{name}.{'file' if isinstance(declared, UserFile) else 'model'}"
    if isinstance(declared, UserFile) and is_remote(declared.file):
        _check_copy(declared, path, where)
        return
    wanted = _wanted(declared, path, where)
    if not wanted:
        return
    files = {_relative(each, path): each for each in members(path).values()}
    for each in sorted(wanted.keys() - files.keys()):
        raise _mismatch(where, f"no file {each}", f"{wanted[each]}  {each}")
    for each in sorted(wanted):
        found = sha256_file(files[each])
        if found != wanted[each]:
            raise _mismatch(where, f"{found}  {each}", f"{wanted[each]}  {each}")
    _check_rest(sorted(files.keys() - wanted.keys()), path, where)


def check_pinned(name: str, entry: Elsewhere) -> None:
    """Refuse a file that is not the one which the catalogue knows.

    Parameters
    ----------
    name : str
        Name of the source, for messages.
    entry : Elsewhere
        What the catalogue says of the file; of a shapefile every part has a checksum.

    Raises
    ------
    InputError
        CHECKSUM_MISMATCH, and SOURCE_ABSENT where it is gone.
    """
    refuse_absent(entry, f"sources.{name}")
    strange = sorted(members(entry.path).keys() - entry.checksums.keys())
    if strange:
        raise _mismatch(f"sources.{name}", f"a part that is not known: {strange[0]}", "none")
    for each, path in entry.files.items():
        found, wanted = sha256_file(path), entry.checksums[each]
        if found != wanted:
            raise _mismatch(f"sources.{name}", f"{found}  {path}", f"{wanted}  {each}")


def content_digest(digests: Mapping[str, str], *, folder: bool) -> str:
    """SHA-256 of a file, or of the list of a folder's files as ``sha256sum`` writes it.

    Parameters
    ----------
    digests : mapping of str to str
        SHA-256 of each file by its name in the folder, with ``/``.
    folder : bool
        Whether it is a folder, even one of a single file.
    """
    if not folder:
        (only,) = digests.values()
        return only
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


def _check_copy(declared: UserFile, path: Path, where: str) -> None:
    """Refuse a copy from the network that is not as named; tell its digest where none is named."""
    digests = {each: sha256_file(file) for each, file in members(path).items()}
    found = content_digest(digests, folder=path.is_dir())
    if declared.sha256 is None:
        warn(
            "REMOTE_UNPINNED",
            "the file lies on the network, and no checksum says which one is meant",
            where=where,
            found=f"SHA-256 {found}",
            wanted="the same file tomorrow",
            fix=f"sha256: {found}",
            severity="note",
        )
    elif found != declared.sha256:
        raise _mismatch(where, f"{found}  {path.name}", f"{declared.sha256}  {path.name}")


def refuse_absent(entry: Elsewhere, where: str) -> None:
    """Refuse a known source whose file is not here, with how to get it and where to put it.

    Raises
    ------
    InputError
        SOURCE_ABSENT.
    """
    missing = [str(path) for path in entry.files.values() if not path.is_file()]
    if missing:
        raise InputError(
            "SOURCE_ABSENT",
            "siting knows this source, and its file is not here",
            where=where,
            found=f"no {', '.join(missing)}",
            wanted=f"SHA-256 {entry.sha256}",
            fix=f"{entry.obtain}. Put it there, or set SITING_CACHE to the folder that holds "
            f"{entry.file}",
        )


def _wanted(declared: UserFile | SavedModel, path: Path, where: str) -> dict[str, str]:
    """SHA-256 by name of the files that somebody vouches for."""
    if declared.sha256 and path.is_dir():
        raise InputError(
            "CHECKSUM_MISMATCH",
            "one checksum cannot vouch for a folder",
            where=where,
            found=f"sha256: {declared.sha256}",
            wanted=f"a file SHA256SUMS beside {path.name} that lists its files",
            fix=f"sha256sum $(find {path.name} -type f) > SHA256SUMS, and leave out `sha256:`",
        )
    below = f"{path.name}/"
    stem = f"{path.stem}."
    shapefile = path.suffix.lower() == ".shp"
    found = {
        name: digest
        for name, digest in listed(path).items()
        if name == path.name
        or (path.is_dir() and name.startswith(below))
        or (shapefile and "/" not in name and name.startswith(stem))
    }
    parts = {each.name for each in members(path).values()} if shapefile else set()
    # Of a shapefile's neighbours only its parts are read; a listed part that is gone counts.
    found = {
        name: digest
        for name, digest in found.items()
        if not shapefile or name in parts or Path(name).suffix.lower() in {".dbf", ".shx", ".prj"}
    }
    return {**found, path.name: declared.sha256} if declared.sha256 else found


def _relative(file: Path, path: Path) -> str:
    return file.relative_to(path.parent).as_posix()


def _check_rest(unlisted: list[str], path: Path, where: str) -> None:
    """Files that nobody vouches for: part of a folder's data, or beside a shapefile."""
    if not unlisted:
        return
    if path.is_dir():
        raise _mismatch(where, f"{counted(len(unlisted), 'file')} not listed: {unlisted[0]}", "")
    warn(
        "CHECKSUM_PARTIAL",
        "the checksum vouches for part of a shapefile alone",
        where=where,
        found=f"no checksum of {', '.join(unlisted)}",
        fix=f"list all parts: sha256sum {path.stem}.* > SHA256SUMS",
    )


def _mismatch(where: str, found: str, wanted: str) -> InputError:
    return InputError(
        "CHECKSUM_MISMATCH",
        "the file is not the one that is named",
        where=where,
        found=found,
        wanted=wanted,
        fix="bring the right file, or correct the checksum",
    )
