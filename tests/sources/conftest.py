"""A server of files on this machine that sources may be brought from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from siting.sources import addresses

from ..loopback import Server, serving

_CLOUDS = ("AWS_", "AZURE_", "GOOGLE_")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    """The server; the store is a new one, and the option is given."""
    import os

    for name in [each for each in os.environ if each.startswith(_CLOUDS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SITING_STORE", str(tmp_path / "store"))
    with serving() as held:
        monkeypatch.setenv("SITING_REMOTE_HOSTS", held.host)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{held.host}")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        addresses.allow(True)
        yield held
        addresses.allow(False)
