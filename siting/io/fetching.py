"""What every way to a file on the network has in common: its version, its errors."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from siting.errors import InputError, StorageError

CHUNK = 4 << 20  # bytes that are in memory at a time


class Version(NamedTuple):
    """What a server says of a file, by which an unchanged one is known again."""

    etag: str
    modified: str
    size: int

    @property
    def tells(self) -> bool:
        """Whether another content would show: a size alone says little."""
        return bool(self.etag or self.modified)


class Remote(Protocol):
    """A file, or the objects of a folder, asked for and not read yet."""

    versions: dict[str, Version]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one of its files, some at a time."""

    def close(self) -> None:
        """Leave the rest unread."""


def hosts_of_user() -> frozenset[str]:
    """Hosts of a private network that the user names in ``SITING_REMOTE_HOSTS``.

    They may have private addresses, and be asked by plain ``http://``.
    """
    return frozenset(os.environ.get("SITING_REMOTE_HOSTS", "").lower().split())


def without_secrets(text: str) -> str:
    """Text whose addresses have lost their users, passwords and queries.

    Examples
    --------
    >>> without_secrets("GET https://ada:pw@example.org/a.tif?sig=abc failed")
    'GET https://...@example.org/a.tif?... failed'
    """
    text = re.sub(r"(\w://)[^\s/?#]*@", r"\1...@", text)
    return re.sub(r"(\w://[^\s?#\"'<>]*)([?#])[^\s\"'<>)]+", r"\1\2...", text)


def missing(address: str, found: str) -> InputError:
    """Error for an address where nothing is."""
    return InputError(
        "FILE_MISSING", "there is no such file on the network", where=address, found=found,
        fix="check the address",
    )  # fmt: skip


def forbidden(address: str, found: str) -> StorageError:
    """Error for a file that the server does not give to this user."""
    return StorageError(
        "REMOTE_FORBIDDEN", "the server does not give the file to you", where=address, found=found,
        fix="check the address; credentials of buckets are taken from environment variables, such"
        " as AWS_ACCESS_KEY_ID",
    )  # fmt: skip


def failed(address: str, found: str) -> StorageError:
    """Error for a file that did not come, or not whole."""
    return StorageError(
        "REMOTE_FAILED", "the file could not be brought from the network", where=address,
        found=found, fix="check the network and the address, and run again",
    )  # fmt: skip
