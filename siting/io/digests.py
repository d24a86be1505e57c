"""Checksums that lie beside a file: SHA256SUMS, MD5SUMS, NAME.sha256 and the like."""

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from siting.errors import InputError

MAX_LISTING = 4 << 20  # bytes; a longer list of checksums is not looked at

_NAME = r"(?:md5|sha1|sha224|sha256|sha384|sha512)"
_LISTING = re.compile(rf"(?:.*[._-])?(?:{_NAME}|checksum)(?:sums?|s)?(?:\.(?:txt|asc))?", re.I)
_GNU = re.compile(r"\\?([0-9a-fA-F]{32,128})\s[ *]?(?:\./)?(.+)")
_BSD = re.compile(r"[A-Za-z0-9-]+ ?\((?:\./)?(.+)\) ?= ?([0-9a-fA-F]{32,128})")
_BARE = re.compile(r"[0-9a-fA-F]{32,128}")
_BY_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}


def recorded(path: Path) -> dict[str, str]:
    """Checksums of a file that lie beside it, by algorithm.

    Parameters
    ----------
    path : Path
        The file.

    Notes
    -----
    Lists in the forms of ``sha256sum`` and of ``shasum --tag``, in any encoding; a bare checksum
    where the list is named after the file.
    """
    found: dict[str, str] = {}
    for listing in _listings(path):
        alone = listing.name.lower().startswith(path.name.lower() + ".")
        for line in _text(listing.read_bytes()).splitlines():
            digest = _digest(line.strip(), path.name, alone)
            if len(digest) in _BY_LENGTH:
                found.setdefault(_BY_LENGTH[len(digest)], digest.lower())
    return found


def beside(path: Path) -> list[Path]:
    """Files beside a file that are looked at with it: side files of its name, lists of checksums.

    What they say is found each time, since they may change while the file itself does not.
    """
    try:
        names = sorted(path.parent.iterdir())
    except OSError:
        return []
    whole, stem = path.name.lower() + ".", path.stem.lower() + "."
    return [
        each
        for each in names
        if each != path
        and each.is_file()
        and (each.name.lower().startswith((whole, stem)) or _LISTING.fullmatch(each.name))
    ]


def _listings(path: Path) -> Iterator[Path]:
    try:
        beside = sorted(path.parent.iterdir())
    except OSError:
        return
    for each in beside:
        named = each != path and _LISTING.fullmatch(each.name) and not each.is_symlink()
        if named and each.is_file() and each.stat().st_size <= MAX_LISTING:
            yield each


def _text(content: bytes) -> str:
    """Text of a listing: names of files may be in any encoding, checksums are ASCII."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _digest(line: str, name: str, alone: bool) -> str:
    """The checksum that a line gives for a name; empty for lines of other files."""
    if pair := _BSD.fullmatch(line):
        return pair[2] if pair[1] == name else ""
    if pair := _GNU.fullmatch(line):
        return pair[1] if pair[2] == name else ""
    return line if alone and _BARE.fullmatch(line) else ""


def check_recorded(path: Path) -> None:
    """Refuse a file that is not what the checksums beside it say.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        CHECKSUM_MISMATCH.
    """
    if not path.is_file():
        return
    for algorithm, wanted in sorted(recorded(path).items()):
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, partial(_hasher, algorithm)).hexdigest()
        if found != wanted:
            raise InputError(
                "CHECKSUM_MISMATCH",
                "the file is not the one that the checksum beside it is of",
                where=str(path),
                found=f"{algorithm} {found}",
                wanted=wanted,
                fix="bring the right file, or correct the list of checksums",
            )


def _hasher(algorithm: str) -> "hashlib._Hash":
    return hashlib.new(algorithm, usedforsecurity=False)


def listed(path: Path) -> dict[str, str]:
    """SHA-256 of files beside or below a file or folder, as lists beside it record them.

    Names are relative to the folder that holds `path`, with ``/`` between their parts.
    """
    found: dict[str, str] = {}
    for listing in _listings(path):
        for line in map(str.strip, _text(listing.read_bytes()).splitlines()):
            if pair := _GNU.fullmatch(line):
                name, digest = pair[2], pair[1]
            elif pair := _BSD.fullmatch(line):
                name, digest = pair[1], pair[2]
            else:
                continue
            if len(digest) == 64:
                found.setdefault(name.replace("\\", "/"), digest.lower())
    return found
