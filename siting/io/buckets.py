"""Objects of buckets: Amazon S3 and what speaks like it, Google Cloud Storage, Azure.

Nothing here is used unless ``--allow-remote`` is given. The client is imported when it is used.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from siting.errors import InputError, PipelineError, StorageError
from siting.io.fetching import CHUNK, Version, failed, forbidden, missing, without_secrets

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

MOST = 200_000  # objects of one folder
# Where none of these is set the request is not signed: public buckets need no account, and the
# client would otherwise ask the machine's metadata service for one.
_CREDENTIALS = {
    "s3": ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
           "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    "gs": ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_PATH", "GOOGLE_SERVICE_ACCOUNT_KEY",
           "GOOGLE_APPLICATION_CREDENTIALS"),
    "az": ("AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_SAS_TOKEN",
           "AZURE_STORAGE_SAS_KEY", "AZURE_STORAGE_TOKEN", "AZURE_STORAGE_CLIENT_SECRET",
           "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"),
}  # fmt: skip
# What beside the address decides whose bucket it is.
_ACCOUNTS = ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ENDPOINT")
_PLACES = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT", "GOOGLE_BASE_URL",
           *_ACCOUNTS)  # fmt: skip


# How often and how long the client tried, which differs from one try to the next.
_TRIES = re.compile(r" in [\d.]+\w+, after \d+ retries.*?retry_timeout: \w+ *")


def place() -> dict[str, str]:
    """Settings of the environment by which one address means another bucket."""
    return {name: os.environ[name] for name in _PLACES if name in os.environ}


class Objects:
    """The objects of a bucket below an address: one file, or all of a folder.

    Parameters
    ----------
    address : str
        The address in whole, for messages.
    store : obstore store
        The bucket.
    path : str
        The object, or the folder without a last ``/``.
    folder : bool
        Whether all objects below the path are meant.

    Raises
    ------
    InputError
        FILE_MISSING; TOO_LARGE for very many objects.
    StorageError
        REMOTE_FORBIDDEN, REMOTE_FAILED.
    """

    def __init__(self, address: str, store: "ObjectStore", path: str, *, folder: bool) -> None:
        import obstore

        self._address, self._store, self._path = address, store, path
        with _told(address):
            if not folder:
                self._paths = {path.rpartition("/")[2]: path}
                found = {path: obstore.head(store, path)}
            else:
                found = self._listed()
                self._paths = {name.removeprefix(f"{path}/"): name for name in found}
        self.versions = {name: _version(found[each]) for name, each in self._paths.items()}
        if not found:
            raise missing(address, "no object has a name that begins so")

    def _listed(self) -> dict[str, Any]:
        """Objects below the folder; entries that only stand for a folder are left out."""
        import obstore

        found: dict[str, Any] = {}
        for rows in obstore.list(self._store, prefix=self._path, chunk_size=1000):
            found |= {row["path"]: row for row in rows if row["path"].startswith(f"{self._path}/")}
            if len(found) > MOST:
                raise InputError(
                    "TOO_LARGE", "the folder has too many objects", where=self._address,
                    found=f"more than {MOST:,}", fix="choose larger chunks, or pack it as one file",
                )  # fmt: skip
        return found

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one object, some at a time; of the very version that was listed."""
        import obstore

        tag = self.versions[name].etag
        with _told(self._address):
            # Weak tags name a meaning, not bytes, and no server compares them here.
            options: Any = {"if_match": tag} if tag and not tag.startswith("W/") else {}
            yield from map(
                bytes, obstore.get(self._store, self._paths[name], options=options).stream(CHUNK)
            )

    def close(self) -> None:
        """Nothing: the client closes its connections by itself."""


def _version(row: Any) -> Version:
    return Version(row["e_tag"] or "", row["last_modified"].isoformat(), row["size"])


def bucket(scheme: str, name: str, address: str) -> "ObjectStore":
    """The bucket of that name, with the credentials of the environment, or none.

    Parameters
    ----------
    scheme : str
        ``s3``, ``gs`` or ``az``.
    name : str
        Name of the bucket.
    address : str
        What is to be brought from it, for messages.

    Raises
    ------
    PipelineError
        REMOTE_MISSING where the client is not installed.
    StorageError
        REMOTE_FAILED where the environment lacks what the client needs.
    """
    try:
        from obstore import store
    except ImportError as error:
        raise PipelineError(
            "REMOTE_MISSING", "buckets need a library that is not installed",
            where="--allow-remote", found=address,
            fix="pip install 'siting[remote]', or in a clone: pip install '.[remote]'",
        ) from error  # fmt: skip
    signed = any(os.environ.get(each) for each in _CREDENTIALS[scheme])
    kinds: dict[str, Any] = {
        "s3": store.S3Store, "gs": store.GCSStore, "az": store.AzureStore
    }  # fmt: skip
    more: dict[str, Any] = {} if signed else {"skip_signature": True}
    if scheme == "az" and not any(os.environ.get(each) for each in _ACCOUNTS):
        raise failed(address, "AZURE_STORAGE_ACCOUNT_NAME does not say whose container it is")
    with _told(address):
        made: ObjectStore = kinds[scheme](
            name, client_options=_client_options(), retry_config=_retries(), **more
        )
        return made


def _client_options() -> "ClientConfig":
    """No limit for a whole file, which may be large; one for each answer."""
    options: ClientConfig = {
        "connect_timeout": timedelta(seconds=10),
        "read_timeout": timedelta(seconds=30),
        "timeout": timedelta(days=7),
    }
    # Plain http is for the user to allow, by the variables of the clients themselves.
    if any(os.environ.get(f"{each}_ALLOW_HTTP") == "true" for each in ("AWS", "AZURE")):
        options["allow_http"] = True
    return options


def _retries() -> "RetryConfig":
    return {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn whatever the client raises into an error with a code, without secrets."""
    try:
        yield
    except (InputError, StorageError):
        raise
    except FileNotFoundError as error:
        raise missing(address, "the bucket has no such object") from error
    except Exception as error:  # the client has many, and plain ones of Python's
        kind = type(error).__name__
        if kind in {"PermissionDeniedError", "UnauthenticatedError"}:
            raise forbidden(address, kind) from None
        if kind == "PreconditionError":
            raise failed(address, "the object was changed while it was brought") from None
        raise failed(address, _cause(error)) from None


def _cause(error: Exception) -> str:
    """First line of what the client says; a query of a request may hold a key."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return without_secrets(_TRIES.sub("", lines[0]))[:300]
