"""The code and styles that a page carries."""

import re
from importlib.resources import files

import pytest

from siting.errors import StorageError
from siting.outputs.map import assets


def test_leaflet_is_the_version_that_the_page_names() -> None:
    assert assets.leaflet_script().startswith("/* @preserve\n * Leaflet 1.9.4")


def test_nothing_of_leaflet_points_outside_the_page() -> None:
    assert "sourceMappingURL" not in assets.leaflet_script()
    assert all(
        url.startswith("data:") for url in re.findall(r"url\(([^)#]+)", assets.leaflet_style())
    )


def test_the_licence_of_leaflet_is_passed_on() -> None:
    licence = assets.leaflet_licence()
    assert "Agafonkin" in licence
    assert "Redistributions of source code must retain the above copyright notice" in licence


def test_no_script_can_be_ended_by_its_own_text() -> None:
    for text in (assets.leaflet_script(), assets.page_script()):
        assert "</script" not in text.lower()
        assert "<!--" not in text


def test_every_file_is_carried() -> None:
    folder = files("siting.outputs.map")
    for kind, listed in (("scripts", assets.SCRIPTS), ("styles", assets.STYLES)):
        there = {path.name for path in folder.joinpath(kind).iterdir()}
        assert there == set(listed)


def test_our_scripts_never_read_html_or_run_text() -> None:
    unsafe = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|bindPopup"
    assert not re.findall(unsafe, assets.page_script())


def test_a_missing_file_of_leaflet_is_named() -> None:
    with pytest.raises(StorageError, match="MAP_ASSET_MISSING"):
        assets._leaflet_file("no-such-file.js")
