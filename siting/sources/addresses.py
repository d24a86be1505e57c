"""Addresses of files that lie on the network: what one is, and whether it may be asked for."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from siting.errors import InputError
from siting.io.fetching import hosts_of_user, without_secrets

BUCKETS = frozenset({"s3", "gs", "az"})
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?)+(?::\d{1,5})?")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_NAME_LENGTH = 200
_OUTSIDE = "the address is not one that siting asks for"

# Plain module state, like the limit on memory: what the user allows holds for the whole process.
_state = {"allowed": False}


@dataclass(frozen=True)
class Address:
    """Where a file or a Zarr folder lies on the network.

    Parameters
    ----------
    scheme : str
        ``https``, ``http``, ``s3``, ``gs`` or ``az``.
    host : str
        Host with its port, or name of the bucket.
    path : str
        What follows, without the first ``/``.
    """

    scheme: str
    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}/{self.path}"

    @property
    def name(self) -> str:
        """Name of the file or folder.

        Examples
        --------
        >>> Address("https", "example.org", "maps/relief%201.tif").name
        'relief 1.tif'
        """
        last = self.path.rpartition("/")[2]
        return last if self.scheme in BUCKETS else unquote(last)

    @property
    def is_folder(self) -> bool:
        """Whether it is a Zarr folder, which is many objects."""
        return PurePosixPath(self.name).suffix.lower() == ".zarr"


def allow(allowed: bool) -> None:
    """Let this process bring files from the network, or not: what ``--allow-remote`` does."""
    _state["allowed"] = allowed


def is_remote(file: str) -> bool:
    """Whether what a pipeline file names is an address and no path.

    Examples
    --------
    >>> is_remote("s3://bucket/relief.tif"), is_remote("data/relief.tif")
    (True, False)
    """
    return "://" in file


def address_of(file: str, where: str) -> Address:
    """The address that a pipeline file names, once it may be asked for; nothing is opened.

    Parameters
    ----------
    file : str
        The text.
    where : str
        Its place, for messages.

    Raises
    ------
    InputError
        REMOTE_NOT_ALLOWED without ``--allow-remote``, and for an address of another kind, with a
        password, or with a query, which may be a signature.
    """
    parts = _split(file)
    problem = ("" if _state["allowed"] else "the source lies on the network") or _problem(parts)
    if parts is None or problem:
        shown, unknown = without_secrets(file), parts is None or parts.scheme not in _READ
        fix = _FIX if unknown or _state["allowed"] else f"add --allow-remote, or {_FIX}"
        raise InputError(
            "REMOTE_NOT_ALLOWED", problem or _OUTSIDE, where=where, found=shown,
            wanted=f"{', '.join(sorted(each + '://' for each in _READ))}, without a query"
            if _state["allowed"] else "", fix=fix,
        )  # fmt: skip
    host = parts.netloc if parts.scheme in BUCKETS else parts.netloc.lower()
    found = Address(parts.scheme, host, parts.path.strip("/"))
    _refuse_several(found, where)
    return found


def _refuse_several(address: Address, where: str) -> None:
    """Refuse what is several files where they cannot be listed."""
    shapefile = address.name.lower().endswith(".shp")
    if shapefile or (address.is_folder and address.scheme not in BUCKETS):
        raise InputError(
            "REMOTE_NOT_ALLOWED", "what is named is several files, which cannot be listed there",
            where=where, found=str(address),
            wanted="one file" if shapefile else "one file, or a Zarr folder in a bucket",
            fix="convert it to GeoPackage" if shapefile else "name the bucket: s3://, gs://, az://",
        )  # fmt: skip


_READ = frozenset({"https", *BUCKETS})
_FIX = "bring the file to this machine first"


def _split(file: str) -> SplitResult | None:
    try:
        return urlsplit(file) if file.isprintable() else None
    except ValueError:  # brackets that hold no address
        return None


def _problem(parts: SplitResult | None) -> str:
    """Why an address is refused; nothing where it is not."""
    if parts is None:
        return _OUTSIDE
    if "@" in parts.netloc:
        return "the address holds a user or a password, which results would show"
    if parts.query or parts.fragment:
        return "the address has a query, which may hold a key that results would show"
    if parts.scheme == "http" and parts.netloc.lower() not in hosts_of_user():
        return "what comes by http:// can be changed on its way"
    if parts.scheme not in _READ | {"http"}:
        return _OUTSIDE
    shape = _BUCKET if parts.scheme in BUCKETS else _HOST
    return "" if shape.fullmatch(parts.netloc) and _sound(parts) else _OUTSIDE


def _sound(parts: SplitResult) -> bool:
    """Whether the path names one file, whose name is good for a file here as well."""
    inner = parts.path.strip("/").split("/")
    name = Address(parts.scheme, parts.netloc, parts.path.strip("/")).name
    return (
        is_safe("/".join(inner))
        and is_safe(name)
        and "/" not in name
        and len(name.encode()) <= _NAME_LENGTH
        and (parts.scheme in BUCKETS or parts.path.isascii())
    )


def is_safe(name: str) -> bool:
    r"""Whether a relative name leads nowhere else, whoever wrote it.

    Examples
    --------
    >>> [is_safe(each) for each in ("c/0/0", "../a", "/etc/x", "a//b", "a\\b", "a\n")]
    [True, False, False, False, False, False]
    """
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and not {"", ".", ".."} & set(parts)
