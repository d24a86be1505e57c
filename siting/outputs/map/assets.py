"""Code and styles that the page carries: Leaflet as it is installed, and our own."""

import base64
import re
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, PackagePath, files
from importlib.resources import files as package_files

from siting.errors import StorageError

LEAFLET = "django-js-lib-leaflet"  # Leaflet 1.9.4, with its images and licence
SCRIPTS = (
    "element.js",
    "number.js",
    "page.js",
    "lattice.js",
    "colour.js",
    "canvas.js",
    "raster.js",
    "coast.js",
    "marks.js",
    "legend.js",
    "layers.js",
    "likeness.js",
    "card.js",
    "table.js",
    "face.js",
    "chart.js",
    "evidence.js",
    "main.js",
)
STYLES = ("theme.css", "layout.css", "panel.css", "evidence.css", "print.css")

_URL = re.compile(r"""url\(\s*['"]?([^)'"]+)['"]?\s*\)""")
_SOURCE_MAP = re.compile(r"^\s*(?://|/\*)[#@]\s*sourceMappingURL=.*$", re.MULTILINE)


@cache
def leaflet_script() -> str:
    """Leaflet's code, without the address of a source map."""
    return _SOURCE_MAP.sub("", _text(_leaflet_file("leaflet.js")))


@cache
def leaflet_style() -> str:
    """Leaflet's style, with its images inside."""

    def inlined(match: re.Match[str]) -> str:
        if match[1].startswith(("data:", "#")):
            return match[0]
        image = _leaflet_file(match[1])
        content = base64.b64encode(image.read_binary()).decode("ascii")
        # Not by `mimetypes`: it reads the machine's own table, and the same bytes come everywhere.
        return f"url(data:image/{image.suffix[1:]};base64,{content})"

    return _URL.sub(inlined, _text(_leaflet_file("leaflet.css")))


@cache
def leaflet_licence() -> str:
    """The licence under which Leaflet is passed on."""
    return _text(_leaflet_file("LICENSE"))


@cache
def page_script() -> str:
    """Our own code: one function around all files, which share its scope."""
    parts = "\n".join(_own("scripts", name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def page_style() -> str:
    """Our own style."""
    return "\n".join(_own("styles", name) for name in STYLES)


def _own(folder: str, name: str) -> str:
    path = package_files("siting.outputs.map").joinpath(folder, name)
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _leaflet_file(name: str) -> PackagePath:
    with suppress(PackageNotFoundError):
        for path in files(LEAFLET) or ():
            if str(path).endswith("/" + name):
                return path
    raise StorageError(
        "MAP_ASSET_MISSING",
        "a file of Leaflet is not installed",
        where=LEAFLET,
        wanted=name,
        fix=f"pip install --force-reinstall {LEAFLET}",
    )


def _text(path: PackagePath) -> str:
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")
