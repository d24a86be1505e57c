"""What goes wrong with files on the network; no socket is opened for it."""

import socket
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from siting.findings import report
from siting.io import buckets, web
from siting.pipeline import remote
from siting.pipeline.plan import Step
from siting.pipeline.watcher import Watcher
from siting.sources import addresses, fetched
from siting.sources.declared import UserFile
from siting.sources.integrity import check_integrity

from .made import example

URL = "https://example.org/relief.tif"


def answering(status: int) -> Any:
    """A connection to a server that answers with this status."""
    return mock.Mock(**{"getresponse.return_value.status": status})


@example("REMOTE_FAILED")
def _(folder: Path) -> None:
    lost = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with mock.patch.object(socket, "getaddrinfo", side_effect=lost):
        web.WebFile(URL, "relief.tif")


@example("REMOTE_FORBIDDEN")
def _(folder: Path) -> None:
    with mock.patch.object(web, "_connection", return_value=answering(403)):
        web.WebFile(URL, "relief.tif")


@example("REMOTE_MISSING")
def _(folder: Path) -> None:
    with mock.patch.dict(sys.modules, obstore=None):
        buckets.bucket("s3", "survey", "s3://survey/relief.tif")


@example("REMOTE_COPY")
def _(folder: Path) -> None:
    source = UserFile(file=URL, units="m")
    copy = fetched.Copy(folder / "relief.tif", "3b" * 32, "Network is unreachable")
    step = Step("relief", "sources", ("sources", "relief"), {}, source=source)
    addresses.allow(True)
    try:
        with mock.patch.object(fetched, "brought", return_value=copy):
            (told,) = remote.brought_step(step, Watcher())[1]
    finally:
        addresses.allow(False)
    report(told)


@example("REMOTE_UNPINNED")
def _(folder: Path) -> None:
    path = folder / "relief.tif"
    path.write_bytes(b"heights")
    check_integrity("relief", UserFile(file=URL, units="m"), path)
