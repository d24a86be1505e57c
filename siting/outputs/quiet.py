"""Matplotlib and Folium, loaded without what they do to the machine when they are loaded.

Matplotlib runs ``fc-list``, reads every font of the machine, and writes what it found into the
user's home; a report is drawn with one font of Matplotlib's own, on every machine. Folium loads
urllib3, which binds a socket to see whether there is IPv6. A run does none of this. What the
program had loaded before is left as it is.
"""

import importlib
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from siting.store import default_root

# Outputs are written by several threads, and the environment is that of all of them.
_ONE_AT_A_TIME = Lock()


def load_matplotlib() -> None:
    """Load Matplotlib with its own fonts alone; their list goes into siting's store."""
    _load("matplotlib.font_manager")


def load_colours() -> None:
    """Load of Matplotlib what a map needs, its colours: no fonts, nothing that draws."""
    _load("matplotlib.colors")


def _load(module: str) -> None:
    # MPL_IGNORE_SYSTEM_FONTS is known since Matplotlib 3.11; earlier ones run fc-list once a store.
    settings = {"MPLCONFIGDIR": str(default_root() / "matplotlib"), "MPL_IGNORE_SYSTEM_FONTS": "1"}
    with _ONE_AT_A_TIME:
        if module not in sys.modules:
            with _environment(settings):
                importlib.import_module(module)


@contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Environment variables for as long as the ``with`` block lasts."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def load_folium() -> None:
    """Load Folium without a socket."""
    if "urllib3.util.connection" not in sys.modules:
        known = socket.has_ipv6
        try:
            socket.has_ipv6 = False  # urllib3 asks no further then
            urllib3 = importlib.import_module("urllib3.util.connection")
        finally:
            socket.has_ipv6 = known
        vars(urllib3)["HAS_IPV6"] = known  # for others in this program
    importlib.import_module("folium")
