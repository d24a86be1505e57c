"""Text that would do something if any output took it for more than text."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely

from .. import small_world

# `kanarienvogel` is defined by the browser of the tests, and by nothing else: a call of it, or
# its name in any code that Python compiles, shows that text was run.
RUN = "kanarienvogel()"

MARKUP = [
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</ScRiPt ><sCrIpT>{RUN}</sCrIpT>",
    f"<script\t>{RUN}</script\n>",
    f"<<script>script>{RUN}<</script>/script>",
    f"<script type=module>{RUN}</script>",
    f"<script src=data:text/javascript,{RUN}></script>",
    f"<img src=x onerror={RUN}>",
    f'<img src=x onerror="{RUN}">',
    f"<img src=x:x onerror\n=\n{RUN}>",
    f"<svg onload={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f'<iframe src="javascript:{RUN}"></iframe>',
    f"<object data=\"javascript:{RUN}\"></object>",
    f"<embed src=\"javascript:{RUN}\">",
    f'<a href="javascript:{RUN}">a</a>',
    f'<form action="javascript:{RUN}"><button>b</button></form>',
    f"<base href=\"javascript:{RUN}//\">",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<meta http-equiv=refresh content='0;url=http://192.0.2.1/kanarienvogel'>",
    "<link rel=stylesheet href=http://192.0.2.1/kanarienvogel>",
    "<img src=http://192.0.2.1/kanarienvogel>",
    f"<style>@import 'http://192.0.2.1/kanarienvogel';</style><p style=\"x:expression({RUN})\">",
    f"<template><script>{RUN}</script></template>",
    f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\">",
    f"<textarea></textarea><title></title><script>{RUN}</script>",
    f"--><script>{RUN}</script><!--",
    "<!--<script>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"]]><script>{RUN}</script>",
    f"<?xml version='1.0'?><?php system('{RUN}') ?>",
    f"\"'><svg onload={RUN}>",
    f"' onmouseover='{RUN}",
    f'" onclick="{RUN}" x="',
    f"` onmouseover={RUN}",
    f"javascript:{RUN}",
    f"JaVaScRiPt:{RUN}",
    f"java\tscript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    f"vbscript:{RUN}",
]  # fmt: skip
TEMPLATES = [
    f"${{{RUN}}}",
    f"`${{{RUN}}}`",
    f"\\`;{RUN};//",
    f'");{RUN};//',
    f"');{RUN};//",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"&lt;script&gt;{RUN}&lt;/script&gt;",
    f"&#x3c;script&#x3e;{RUN}",
    "{{ kanarienvogel }}{{ 7*7 }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }} kanarienvogel",
    "{% for kanarienvogel in range(9) %}x{% endfor %}{# #}",
    "{% raw %}{{ kanarienvogel }}",
    "<%= kanarienvogel %>",
    "#{kanarienvogel}",
    "%(kanarienvogel)s %s %n {0.__class__} {kanarienvogel!r}",
    "$\\kanarienvogel{1}{0}$ $$",
    "\\input{/etc/passwd}\\write18{kanarienvogel}",
    "[red]kanarienvogel[/red] [link=http://192.0.2.1]a[/link] [/]",
]
FORMULAS = [
    "=1+1",
    "=cmd|' /C kanarienvogel'!A0",
    '=HYPERLINK("http://192.0.2.1/kanarienvogel","a")',
    '=WEBSERVICE("http://192.0.2.1/kanarienvogel")',
    '=IMPORTXML("http://192.0.2.1/kanarienvogel","a")',
    '=DDE("cmd";"/C kanarienvogel")',
    "+cmd|' /C kanarienvogel'!A0",
    "-2+3+cmd|' /C kanarienvogel'!A0",
    "@SUM(1+1)*cmd|' /C kanarienvogel'!A0",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "'=1+1",
    '"=1+1',
]
CONTROL = [
    "a\x1b[2J\x1b[31mred\x1b[0m",
    "a\x1b]0;kanarienvogel\x07",
    "a\x1b]8;;http://192.0.2.1/kanarienvogel\x1b\\click\x1b]8;;\x1b\\",
    "a\x1b]52;c;a2FuYXJpZW52b2dlbA==\x07",
    "a\x1bP+q544e\x1b\\",
    "a\x9b31mred\x9d0;kanarienvogel\x9c",
    "a\rb\x08\x08c\x0bd\x0ce",
    "\u202ekanarienvogel\u202c",
    "a\u2066b\u2069\u200f\u200b\ufeff",
    "line\u2028two\u2029three\x85four",
    "a\nb\r\nc\td",
    "\x7f\x01\x02",
]
OTHERS = [
    "'; DROP TABLE candidates; --",
    "\"; ATTACH DATABASE '/tmp/kanarienvogel' AS x; --",
    "x' OR '1'='1",
    "<!DOCTYPE x [<!ENTITY kanarienvogel SYSTEM 'file:///etc/passwd'>]>&kanarienvogel;",
    "&kanarienvogel; &amp; &#0; &#xD800;",
    "../../../../tmp/kanarienvogel",
    "C:\\users\\u0041\\x",
    "/vsicurl/http://192.0.2.1/kanarienvogel",
    "$(kanarienvogel) `kanarienvogel` ;kanarienvogel& |kanarienvogel",
    "__proto__",
    "constructor",
    "toString",
    "NaN",
    "null",
    "名前 é e\u0301 \U0001f30b",
    "0" * 400,
]
# What a text file can hold; half of a surrogate pair and NUL come by other ways.
STRINGS = MARKUP + TEMPLATES + FORMULAS + CONTROL + OTHERS
LONG = "<b>long" * 15_000  # 105 kB
# What only reaches outputs from Python: no file that is read holds it.
UNENCODABLE = ["half \ud800 pair", "nul \x00 byte"]
EVERYTHING = " ".join(STRINGS)

# A name that a file may have, too: no slash.
FILE = "heat <img src=x onerror=kanarienvogel()> {{7}} \x1b[31m =1.tif"
TITLES = (MARKUP[7], TEMPLATES[0], FORMULAS[1], CONTROL[1], OTHERS[0])  # of columns
LAYER = "faults\"'; DROP TABLE x; --<script>kanarienvogel()</script>"


def quoted(text: str) -> str:
    """Text between double quotes, as YAML reads it back."""
    plain = (sign if sign.isascii() and sign.isprintable() and sign not in '"\\'
             else f"\\U{ord(sign):08x}" for sign in text)  # fmt: skip
    return f'"{"".join(plain)}"'


def _pipeline() -> str:
    markup, control = " ".join(MARKUP[:4] + TEMPLATES[:4]), " ".join(CONTROL)
    vintage = quoted(" ".join(MARKUP[4:]) + " 2020")
    units = ", ".join(f"{quoted(title)}: m" for title in TITLES)
    return f"""\
siting: 1
name: {quoted(CONTROL[0] + CONTROL[1] + MARKUP[1] + TEMPLATES[-1])}
description: {quoted(EVERYTHING)}
grid: {{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -116, 41]}}
sources:
  heat: {{file: {quoted(FILE)}, units: mW m-2, vintage: {vintage}}}
  faults: {{file: faults.gpkg, layer: {quoted(LAYER)}, vintage: {quoted(control)}}}
  wells: {{file: wells.gpkg, label_leak: true, vintage: {quoted(markup)}, columns: {{{units}}}}}
layers:
  fault_distance: {{distance.distance_to: {{features: faults}}}}
  hot: {{combine.rescale: {{layer: heat, low: 40 mW m-2, high: 0.12 W m-2}}}}
  near_fault: {{combine.nearness: {{distance: fault_distance, half_distance: 20 km}}}}
exclusions:
  far: {{above: {{layer: fault_distance, threshold: 150 km}}}}
scoring:
  score: {{overlay.weighted: {{layers: {{hot: 2, near_fault: 1}}}}}}
  learned: {{learned.classifier: {{features: [hot, near_fault], labels: wells, background: 200,
    bootstraps: 2, model: {{sklearn.linear_model.LogisticRegression: {{}}}}}}}}
candidates: {{rank_by: score, count: 5000, spacing: 25 km, known: wells}}
outputs: [map.html, report.html, candidates.csv, candidates.gpkg, candidates.parquet,
          candidates.geojson, candidates.kmz, score.tif, heat.tif]
accept: {{CANDIDATES_FEWER: {quoted(EVERYTHING)}}}
"""


def make(folder: Path) -> Path:
    """Write the small world with hostile text wherever a file can hold text; its pipeline."""
    folder.mkdir(parents=True, exist_ok=True)
    small_world.write_raster(folder / FILE, small_world.heat())
    with rasterio.open(folder / FILE, "r+") as file:
        file.set_band_description(1, EVERYTHING[:2000].replace("\x00", ""))
        file.units = ("<script>kanarienvogel()</script>\x1b[31m",)
        file.update_tags(kind="<img src=x onerror=kanarienvogel()>", AREA_OR_POINT="Area")
    fault = gpd.GeoDataFrame(
        {MARKUP[0]: [MARKUP[1]], "'; DROP TABLE x; --": [OTHERS[0]]},
        geometry=[shapely.LineString([(-118, 38), (-118, 41)])], crs=4326,
    )  # fmt: skip
    fault.to_file(folder / "faults.gpkg", layer=LAYER)
    _wells().to_file(folder / "wells.gpkg", layer="wells")
    path = folder / "small.yaml"
    path.write_text(_pipeline(), encoding="utf-8")
    return path


def _wells() -> gpd.GeoDataFrame:
    """One well for each text, spread over the grid, with a name and an id made of it."""
    names = [*STRINGS, LONG]
    lon, lat = np.linspace(-119.85, -116.15, 12), np.linspace(38.15, 40.85, -(-len(names) // 12))
    places = [(lon[i % 12], lat[i // 12]) for i in range(len(names))]
    columns = {
        "site_id": [f"{text[:300]} {i}" for i, text in enumerate(names)],
        "name": names,
        **{title: [text[:200] for text in names] for title in TITLES},
    }
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(p) for p in places], crs=4326)
