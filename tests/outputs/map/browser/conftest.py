"""Maps opened in Chromium, with what tests ask of them."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.findings import Finding
from siting.kinds import Results
from siting.outputs.map import write

PIXELS = """pane => {
    const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
    const { width, height } = canvas;
    const bytes = canvas.getContext("2d").getImageData(0, 0, width, height).data;
    const parts = [];
    for (let i = 0; i < bytes.length; i += 30000) {
        parts.push(String.fromCharCode(...bytes.subarray(i, i + 30000)));
    }
    return { width, height, text: btoa(parts.join("")) };
}"""


@dataclass
class OpenMap:
    """A map in a browser: its page, and what went wrong on it."""

    page: Any
    name: str
    trouble: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note(self, kind: str, text: str) -> None:
        """Keep errors; a warning about reading canvases comes of the tests' own reading."""
        if kind == "error":
            self.trouble.append(text)

    def look_at(self, latitude: float, longitude: float, zoom: float) -> None:
        self.page.evaluate(
            "([name, place, zoom]) => window[name].setView(place, zoom, { animate: false })",
            [self.name, [latitude, longitude], zoom],
        )

    def corner(self) -> tuple[float, float, float]:
        """World pixels of the map's upper left corner, and the width of the world in pixels."""
        x, y, zoom = self.page.evaluate(
            "name => { const map = window[name], { x, y } = map.getPixelBounds().min;"
            " return [x, y, map.getZoom()]; }",
            self.name,
        )
        return x, y, 256 * 2**zoom

    def on_screen(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Position of a place in the map's element, by the formula of Web Mercator."""
        x, y, world = self.corner()
        east = (longitude + 180) / 360
        south = 0.5 - np.arcsinh(np.tan(np.radians(latitude))) / (2 * np.pi)
        return east * world - x, south * world - y

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude of a point of the map's element; the inverse of on_screen."""
        left, top, world = self.corner()
        south = (0.5 - (top + y) / world) * 2 * np.pi
        return float(np.degrees(np.arctan(np.sinh(south)))), (left + x) / world * 360 - 180

    def pixels(self, pane: str = "raster") -> np.ndarray:
        """Red, green, blue and opacity of the canvas in a pane, (rows, columns, 4)."""
        found = self.page.evaluate(PIXELS, pane)
        flat = np.frombuffer(base64.b64decode(found["text"]), dtype=np.uint8)
        return flat.reshape(found["height"], found["width"], 4)

    def click(self, latitude: float, longitude: float) -> None:
        x, y = self.on_screen(latitude, longitude)
        self.page.locator(".folium-map").click(position={"x": x, "y": y})

    def choose_layer(self, label: str) -> None:
        """Show another layer, and wait until its legend stands."""
        self.page.get_by_role("radio", name=label, exact=False).first.check()
        self.page.locator("#legend h2").get_by_text(label, exact=False).wait_for()

    def card(self) -> dict[str, str]:
        """Rows of the tables on the card, by their first cell."""
        rows = self.page.locator("#card tr").all()
        cells = [row.locator("th, td").all_inner_texts() for row in rows]
        return {row[0]: row[1] for row in cells}


@pytest.fixture
def open_map(browser: Any) -> Iterator[Callable[..., OpenMap]]:
    """A function that opens a map from disk and waits until it has drawn."""
    contexts = []

    def opened(path: Path, **options: Any) -> OpenMap:
        given = {"viewport": {"width": 1440, "height": 1000}, "reduced_motion": "reduce"}
        context = browser.new_context(**{**given, **options})
        contexts.append(context)
        page = context.new_page()
        name = re.search(r"var (map_\w+) =", path.read_text("utf-8"))
        assert name is not None
        found = OpenMap(page, name[1])
        page.on("console", lambda message: found.note(message.type, message.text))
        page.on("pageerror", lambda error: found.trouble.append(str(error)))
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-ready]", state="attached")
        return found

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Results], Path]:
    """A function that writes the map of a run and gives its path."""

    def path_of(results: Results) -> Path:
        write(results, tmp_path / "map.html")
        return tmp_path / "map.html"

    return path_of


HOSTILE = [
    "<img src=x onerror=\"window.hit='img'\">",
    "</script><script>window.hit='script'</script>",
    "${window.hit='template'}",
    "`;window.hit='backtick';//",
    "{{7*7}}{% raw %}",
    "=HYPERLINK(\"javascript:window.hit='formula'\")",
    "C:\\users\\u0041\\x",
    "\"'><svg onload=window.hit='svg'>",
    "javascript:window.hit='url'",
    "<!--<script>",
    "line\u2028two\u2029 \x00 end",
]
EVERYTHING = " ".join(HOSTILE)


def poisoned(value: Any) -> Any:
    """The value with every text in it, keys aside, replaced."""
    if isinstance(value, str):
        return EVERYTHING
    if isinstance(value, dict):
        return {key: poisoned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [poisoned(each) for each in value]
    return value


@pytest.fixture(scope="session")
def hostile(results: Results) -> Results:
    """The run with hostile text in each text field, names of layers and columns among them."""
    named = {name: f"{name} {HOSTILE[i % 11]}" for i, name in enumerate(results.layers)}
    marks = {"long_name": EVERYTHING, "source": EVERYTHING, "vintage": EVERYTHING}
    layers = {
        named[name]: values.assign_attrs(**marks, units=HOSTILE[0], status=HOSTILE[7])
        for name, values in results.layers.items()
    }
    classes = dict.fromkeys((1, 2, 3, 5), EVERYTHING)
    layers[named["regime"]] = layers[named["regime"]].assign_attrs(categories=classes)
    assert results.candidates is not None
    candidates = results.candidates.assign(
        site_id=[HOSTILE[i % 11] for i in range(len(results.candidates))],
        reasons=EVERYTHING,
        flags="; ".join(HOSTILE),
    ).rename(columns={"heat": HOSTILE[0], "score": named["score"].replace(".", "_")})
    candidates.attrs["columns"] = {
        str(name): {"units": HOSTILE[1], "description": EVERYTHING} for name in candidates
    }
    known = results.features["known"].assign(name=HOSTILE[:3])
    known = known.rename(columns={"installed": HOSTILE[4]})
    finding = Finding(*([EVERYTHING + " \ud800"] * 6))
    return replace(
        results,
        title=EVERYTHING + " \ud800",
        description=EVERYTHING,
        layers=layers,
        candidates=candidates,
        score=named["score"],
        features={**results.features, "known": known},
        records={"skill": {**poisoned(results.records["skill"]), "labels": {"name": "known"}}},
        exclusions={EVERYTHING: {"area": 1.0, "marginal": 1.0}},
        findings=[finding],
        pipeline=EVERYTHING,
        marks={text: {"section": "sources", "source": EVERYTHING} for text in HOSTILE},
    )
