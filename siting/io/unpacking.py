"""Files out of ZIP archives: looked through before a byte is unpacked, gone when they are read."""

import re
import shutil
import stat
import struct
import tempfile
import unicodedata
import weakref
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from siting import findings
from siting.errors import InputError, SitingError
from siting.io.formats import reading
from siting.store.space import require_space
from siting.wording import counted

MAX_MEMBERS = 10_000
MAX_UNPACKED = 16 << 30  # bytes of what is unpacked
BOMB_SIZE = 10_000_000  # bytes, from which ...
BOMB_RATIO = 200  # ... no member may be so many times larger than it is packed
RASTERS = frozenset({".tif", ".tiff", ".nc", ".nc4"})

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_LOCAL_HEADER = 30  # bytes before the name of a member
_UNICODE_NAME = 0x7075  # extra field that gives a member another name for some programs
# Drive letters and backslashes of Windows; characters that hide, reverse or break a name.
_UNSAFE = re.compile(r"^[A-Za-z]:|\\|[\0-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")


class Unpacked:
    """One file of an archive, in a folder that is removed with this object.

    Parameters
    ----------
    archive : Path
        The archive.
    member : str
        Name of the file in it.

    Attributes
    ----------
    path : Path
        Where the file lies for now.
    label : Path
        What to call it: the archive and the name in it.
    """

    def __init__(self, archive: Path, member: str) -> None:
        folder = tempfile.mkdtemp(prefix="siting-")
        self._remove = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.folder = Path(folder)
        self.path = self.folder / PurePosixPath(member).name
        self.label = archive / member

    def keeping(self, load: Callable[..., Any]) -> Callable[..., Any]:
        """The function, which keeps the file there for as long as it may be called."""
        return partial(_held, self, load)

    def close(self) -> None:
        """Remove the file now."""
        self._remove()

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Errors and findings made inside name the archive, not the temporary folder."""
        with findings.collect() as noticed:
            try:
                yield
            except SitingError as error:
                raise _renamed(error, self.renamed) from error
        for each in noticed:
            texts = {name: self.renamed(text) for name, text in each.as_dict().items()}
            findings.report(replace(each, where=texts["where"], found=texts["found"]))

    def renamed(self, text: str) -> str:
        """A text with the archive in the place of the temporary folder."""
        return text.replace(str(self.path), str(self.label)).replace(
            str(self.folder), str(self.label.parent)
        )


def _held(unpacked: Unpacked, load: Callable[..., Any], *args: Any) -> Any:
    try:
        return load(*args)
    except SitingError as error:
        raise _renamed(error, unpacked.renamed) from error


def _renamed(error: SitingError, rename: Callable[[str], str]) -> SitingError:
    texts = {name: rename(text) for name, text in error.as_dict().items()}
    return type(error)(texts.pop("code"), texts.pop("message"), **texts)


def unpack(archive: Path, member: str | None, endings: frozenset[str]) -> Unpacked:
    """One data file of a ZIP archive, with what belongs to it, in a temporary folder.

    Parameters
    ----------
    archive : Path
        The archive.
    member : str or None
        Name of the file; None where there is only one with one of the endings.
    endings : frozenset of str
        Endings of data files, such as ``.tif``.

    Raises
    ------
    InputError
        ARCHIVE_UNSAFE, ARCHIVE_AMBIGUOUS, ARCHIVE_ENCRYPTED, ARCHIVE_UNSUPPORTED, ARCHIVE_EMPTY,
        MEMBER_MISSING, TOO_LARGE, FILE_CORRUPT.
    StorageError
        DISK_SPACE_LOW.

    Notes
    -----
    All members are looked at, whichever is wanted. Those of the same name but for the ending (the
    parts of a shapefile) are unpacked along.
    """
    with reading(archive), zipfile.ZipFile(archive) as packed:
        members = packed.infolist()
        _check_members(members, archive)
        chosen = _chosen(members, member, endings, archive)
        stem = str(PurePosixPath(chosen.filename).with_suffix(""))
        wanted = [
            each
            for each in members
            if str(PurePosixPath(each.filename).with_suffix("")) == stem and not each.is_dir()
        ]
        size = sum(each.file_size for each in wanted)
        _check_size(size, archive)
        require_space(Path(tempfile.gettempdir()), size)
        found = Unpacked(archive, chosen.filename)
        for each in wanted:
            _write(packed, each, found.folder / PurePosixPath(each.filename).name)
    return found


def _write(packed: zipfile.ZipFile, member: zipfile.ZipInfo, place: Path) -> None:
    """Unpack a member; zipfile gives no byte beyond its stated size, and compares its CRC."""
    with packed.open(member) as source, place.open("xb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
        if target.tell() != member.file_size:
            raise ValueError(f"{target.tell():,} bytes, of {member.file_size:,} that it says")


def _refused(code: str, message: str, archive: Path, found: str, fix: str = "") -> InputError:
    fix = fix or "unpack it with care, look at what is in it, and name the file itself"
    return InputError(code, message, where=str(archive), found=found, fix=fix)


def _check_members(members: list[zipfile.ZipInfo], archive: Path) -> None:
    """Refuse archives made to write elsewhere, to fill the disk, or to be read two ways."""
    if len(members) > MAX_MEMBERS:
        raise _refused("TOO_LARGE", "the archive holds too many files", archive,
                       f"{len(members):,} files")  # fmt: skip
    for each in members:
        if problem := _problem(each):
            raise _refused(
                "ARCHIVE_UNSAFE", "the archive holds a name made to mislead", archive,
                f"{each.orig_filename[:100]!r}: {problem}",
            )  # fmt: skip
        if each.flag_bits & _ENCRYPTED:
            raise _refused("ARCHIVE_ENCRYPTED", "the archive is encrypted", archive,
                           each.filename, "decrypt it first")  # fmt: skip
        if each.compress_type not in _METHODS:
            raise _refused(
                "ARCHIVE_UNSUPPORTED", "the archive is packed in a way that is not read", archive,
                f"{each.filename}: method {each.compress_type}", "pack it with deflate",
            )  # fmt: skip
        if each.file_size > BOMB_SIZE and each.file_size > BOMB_RATIO * each.compress_size:
            raise _refused(
                "TOO_LARGE", "the archive unpacks to far more than data would", archive,
                f"{each.filename}: {each.file_size:,} bytes from {each.compress_size:,}",
            )  # fmt: skip
    _check_names(members, archive)
    _check_overlaps(members, archive)


def _problem(member: zipfile.ZipInfo) -> str:
    """What is wrong with the name or the type of a member."""
    name = member.orig_filename
    plain = unicodedata.normalize("NFKC", name)  # fullwidth dots and slashes become plain ones
    if _UNSAFE.search(name) or _UNSAFE.search(plain):
        return "signs of Windows paths, or signs that are not seen"
    parts = plain.removesuffix("/").split("/")
    if plain.startswith("/") or any(part.strip() in {"", ".", ".."} for part in parts):
        return "it leads out of the archive"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "it is a link or a device"
    return "other programs see another name" if _other_name(member) else ""


def _other_name(member: zipfile.ZipInfo) -> bool:
    """Whether an extra field gives the member a name that Python does not see."""
    extra = member.extra
    while len(extra) >= 4:
        number, length = struct.unpack("<HH", extra[:4])
        if number == _UNICODE_NAME:
            return extra[9 : 4 + length] != member.orig_filename.encode()
        extra = extra[4 + length :]
    return False


def _check_names(members: list[zipfile.ZipInfo], archive: Path) -> None:
    names = Counter(
        unicodedata.normalize("NFKC", each.filename).casefold().rstrip("/") for each in members
    )
    if twice := [name for name, count in names.items() if count > 1]:
        raise _refused(
            "ARCHIVE_AMBIGUOUS", "the archive holds several files of one name", archive,
            f"'{twice[0]}' {names[twice[0]]} times, letter case and accents apart",
        )  # fmt: skip


def _check_overlaps(members: list[zipfile.ZipInfo], archive: Path) -> None:
    """Refuse members that share bytes: a small archive that unpacks to petabytes."""
    spans = sorted(
        (each.header_offset, each.header_offset + _LOCAL_HEADER + each.compress_size)
        for each in members
    )
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise _refused("ARCHIVE_UNSAFE", "files of the archive share their bytes", archive,
                           f"one ends at byte {end:,}, the next begins at {start:,}")  # fmt: skip


def _check_size(size: int, archive: Path) -> None:
    if size > MAX_UNPACKED:
        raise _refused("TOO_LARGE", "the archive unpacks to too much", archive,
                       f"{size / 2**30:,.1f} GiB, of at most {MAX_UNPACKED >> 30}")  # fmt: skip


def _chosen(
    members: list[zipfile.ZipInfo], member: str | None, endings: frozenset[str], archive: Path
) -> zipfile.ZipInfo:
    files = [each for each in members if not each.is_dir() and not _is_debris(each.filename)]
    fitting = [each for each in files if PurePosixPath(each.filename).suffix.lower() in endings]
    if member is not None:
        named = [each for each in files if each.filename == member]
        if named:
            return named[0]
    elif len(fitting) == 1:
        return fitting[0]
    names = ", ".join(sorted(each.filename for each in fitting or files)[:10])
    if member is None and not fitting:
        nested = any(each.filename.lower().endswith(_ARCHIVES) for each in files)
        raise _refused(
            "ARCHIVE_EMPTY", "the archive holds no data file", archive,
            f"{'an archive inside the archive: ' if nested else ''}{names or 'nothing'}",
            "unpack it, and name the file itself",
        )  # fmt: skip
    raise InputError(
        "MEMBER_MISSING" if member is not None else "ARCHIVE_AMBIGUOUS",
        "there is no such file in the archive"
        if member is not None
        else "the archive holds several data files",
        where=str(archive),
        found=member or counted(len(fitting), "file"),
        wanted=f"one of {names}",
        fix="add `member:` to the source, or unpack the archive and name the file itself",
    )


def _is_debris(name: str) -> bool:
    """Whether a file is what macOS leaves in archives."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")
