"""The map page: one file that opens from disk and asks the network for nothing."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from folium.template import Template

from siting.kinds import Results
from siting.outputs.map import assets, content, palettes, sites
from siting.outputs.map.budget import encode_layers
from siting.outputs.map.encode import Raster
from siting.outputs.map.islands import island_text
from siting.outputs.map.labels import one_line
from siting.outputs.map.likeness import likeness
from siting.outputs.map.placement import Placement, max_zoom, place
from siting.outputs.simulated import surrogate_record

_OUTSIDE = " outside"  # key of the hatched cells beside the layers; no layer name has a space


def write(results: Results, path: Path) -> None:
    """Write the map of a run to one HTML file; the same results give the same bytes."""
    path.write_bytes(render(results).encode("utf-8", errors="replace"))


def render(results: Results) -> str:
    """The map of a run as HTML."""
    placement = place(results.grid)
    rasters, entries = _layers(results)
    data = _data(results, placement, entries)
    islands: dict[str, Any] = {"siting-page": data}
    for entry in entries:
        packed = rasters[entry["name"]].packed
        islands[entry["island"]] = base64.b64encode(packed).decode("ascii")
    figure = _figure(one_line(results.title), placement, islands, max_zoom(results.grid, placement))
    return str(figure.render())


def _layers(results: Results) -> tuple[dict[str, Raster], list[dict[str, Any]]]:
    """Every layer in bytes, and its entry on the page; the hatched cells last."""
    layers, _ = content.drawable(results)
    outside = content.outside_training(layers)
    drawn = dict(layers)
    if outside:
        drawn[_OUTSIDE] = outside[1]
    first = content.score_name(results)
    scores = {first} | {name for name in layers if name.endswith(".score")}
    ranked = content.lowest_best(results, drawn)
    rasters = encode_layers(drawn, results.domain, first, scores | ranked, ranked)
    entries = [
        content.layer_entry(name, layer, rasters[name], results, f"siting-raster-{index}")
        for index, (name, layer) in enumerate(drawn.items())
    ]
    if outside:
        entries[-1]["of"] = outside[0]
    return rasters, entries


def _data(results: Results, placement: Placement, entries: list[dict[str, Any]]) -> dict[str, Any]:
    hatched = [entry for entry in entries if entry["name"] == _OUTSIDE]
    return {
        "face": content.face(results),
        "grid": _grid(results, placement),
        "palettes": palettes.sequential(),
        "cyclic": palettes.cyclic(),
        "layers": [entry for entry in entries if entry["name"] != _OUTSIDE],
        "outside": hatched[0] if hatched else None,
        "refused": content.drawable(results)[1],
        "masked": results.domain is not None,
        "sites": sites.candidates(results),
        "known": sites.known_fields(results),
        "likeness": likeness(results, sites.known_frame(results)),
        "outline": sites.outline(results, placement.bounds),
        "skill": content.skill_record(results),
        "surrogate": surrogate_record(results),
        "lowest": content.best_is_low(results),
        "exclusions": content.exclusion_rows(results),
        "sources": content.source_rows(results),
        "pipeline": results.pipeline,
        "licence": assets.leaflet_licence(),
    }


def _grid(results: Results, placement: Placement) -> dict[str, Any]:
    height, width = results.grid.shape.yx
    down, across = placement.columns.shape
    return {
        "height": height,
        "width": width,
        "west": placement.west,
        "span": placement.span,
        "top": placement.top,
        "bottom": placement.bottom,
        "down": down,
        "across": across,
        "columns": placement.columns.round(4).ravel(),
        "rows": placement.rows.round(4).ravel(),
        "bounds": placement.bounds,
        "cell": content.cell_text(results.grid),
    }


class OfflineMap(folium.Map):
    """A Folium map that links to nothing and leaves the size of the page to its reader."""

    _template = Template(
        """
        {% macro html(this, kwargs) -%}
        <div class="folium-map" id="{{ this.get_name() }}" role="region" aria-label="Map"></div>
        {%- endmacro %}
        {% macro script(this, kwargs) -%}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }},
            crs: L.CRS.{{ this.crs }},
            ...{{ this.options|tojavascript }}
        });
        L.control.scale({imperial: false}).addTo({{ this.get_name() }});
        {%- endmacro %}
        """
    )


class PageFigure(Figure):
    """The page around a Folium map: its frame, styles, code and data, under a strict policy.

    The first two islands, the page's and the score's, stand before the code, the others after
    it: so the map shows its first layer while the rest is still being read.
    """

    _template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))

    def __init__(self, title: str, islands: dict[str, Any]) -> None:
        super().__init__(title=title)
        texts = [(name, island_text(value)) for name, value in islands.items()]
        self.first_islands, self.other_islands = dict(texts[:2]), dict(texts[2:])
        self.styles = [assets.leaflet_style(), assets.page_style()]

    def render(self, **kwargs: Any) -> str:
        """The page as HTML, once its parts have written themselves into it."""
        for child in self._children.values():
            child.render(**kwargs)
        folium_script = self.script.render(**kwargs)
        self.scripts = [assets.leaflet_script(), folium_script, assets.page_script()]
        self.policy = policy(self.scripts, self.styles)
        return str(self._template.render(this=self, kwargs=kwargs))


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Content security policy under which only these scripts and styles run.

    Examples
    --------
    >>> policy(["alert(1)"], []).split("; ")[1]
    "script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
    """
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(_hashes(scripts)),
        "style-src": " ".join(_hashes(styles)),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{rule} {sources}".strip() for rule, sources in rules.items())


def _hashes(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        digest = hashlib.sha256(text.encode("utf-8")).digest()
        yield f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _figure(title: str, placement: Placement, islands: dict[str, Any], zoom: int) -> PageFigure:
    west, south, east, north = placement.bounds
    world = OfflineMap(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=1,
        tiles=None,
        max_zoom=zoom,
        zoom_snap=0.1,
        attribution_control=False,
    )
    world.default_js, world.default_css = [], []  # links to other servers
    figure = PageFigure(title, islands)
    world.add_to(figure)
    _number(figure, "siting")
    return figure


def _number(element: Element, path: str) -> None:
    """Ids from the place in the tree: Folium's own are random, so no two pages were the same."""
    element._id = hashlib.sha256(path.encode("ascii")).hexdigest()[:32]
    for index, child in enumerate(element._children.values()):
        _number(child, f"{path}/{index}")
