"""Pipeline files with mistakes, and good ones that look odd."""

from pathlib import Path

from .harness import Corpus, Expect, pipeline, raster

corpus = Corpus()

GOOD = pipeline(
    sources="heat: {file: heat.tif, units: mW m-2, status: measured, vintage: '2020'}",
    layers="hot: {combine.rescale: {layer: heat, low: 40 mW m-2, high: 120 mW m-2}}",
    more="scoring:\n  score: {overlay.weighted: {layers: {hot: 1.0}}}",
    outputs="[score.tif]",
)


def config(id: str, expect: Expect, code: str | None, why: str, text: str) -> None:
    """A case that is one pipeline file, beside a good raster."""

    @corpus.case(id, kind="config", expect=expect, code=code, why=why)
    def _(folder: Path) -> str:
        raster(folder / "heat.tif", nodata=-9999)
        (folder / "notes.xyz").write_text("1 2 3")
        (folder / "notes.pkl").write_bytes(b"\x80\x04N.")
        return text


def swapped(old: str, new: str) -> str:
    """The good pipeline with one piece of its text replaced."""
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

for row in [
    # id, code, why, text
    ("unknown_key", "CONFIG_UNKNOWN_KEY", "a misspelt argument", swapped("low:", "lwo:")),
    ("unknown_top", "CONFIG_UNKNOWN_KEY", "a misspelt section", swapped("scoring:", "scorign:")),
    ("unknown_source_key", "CONFIG_UNKNOWN_KEY", "`unit` for `units`", swapped("units:", "unit:")),
    ("duplicate_key", "CONFIG_DUPLICATE_KEY", "the last would win", GOOD + "name: other\n"),
    ("duplicate_weight", "CONFIG_DUPLICATE_KEY", "one layer twice",
     swapped("{hot: 1.0}", "{hot: 1.0, hot: 2.0}")),
    ("weight_text", "CONFIG_TYPE", "a word as weight", swapped("hot: 1.0", "hot: high")),
    ("weight_true", "CONFIG_TYPE", "true is 1 to some", swapped("hot: 1.0", "hot: true")),
    ("weight_quoted", "CONFIG_TYPE", "a number in quotes", swapped("hot: 1.0", "hot: '1.0'")),
    ("weight_list", "CONFIG_TYPE", "a list as weight", swapped("hot: 1.0", "hot: [1.0]")),
    ("name_no", "CONFIG_TYPE", "NO is false in YAML 1.1", swapped("name: case", "name: NO")),
    ("name_on", "CONFIG_TYPE", "on is true in YAML 1.1", swapped("name: case", "name: on")),
    ("sexagesimal", "CONFIG_TYPE", "1:30 is 90 in YAML 1.1", swapped("hot: 1.0", "hot: 1:30")),
    ("octal", "CONFIG_TYPE", "010 is 8 in YAML 1.1", swapped("hot: 1.0", "hot: 010")),
    ("underscore", "CONFIG_TYPE", "1_000", swapped("hot: 1.0", "hot: 1_000")),
    ("decimal_comma", "CONFIG_TYPE", "1,5 as text", swapped("hot: 1.0", "hot: '1,5'")),
    ("weight_nan", "CONFIG_VALUE", "not a number", swapped("hot: 1.0", "hot: .nan")),
    ("weight_inf", "CONFIG_VALUE", "infinite", swapped("hot: 1.0", "hot: .inf")),
    ("weight_overflow", "CONFIG_VALUE", "1e999 is infinite", swapped("hot: 1.0", "hot: 1e999")),
    ("weight_negative", "CONFIG_VALUE", "below nothing", swapped("hot: 1.0", "hot: -1")),
    ("weight_digits", "CONFIG_VALUE", "5000 digits", swapped("hot: 1.0", f"hot: {'9' * 5000}")),
    ("empty", "CONFIG_EMPTY", "nothing at all", ""),
    ("only_comments", "CONFIG_EMPTY", "comments alone", "# siting: 1\n"),
    ("null_document", "CONFIG_EMPTY", "null", "~\n"),
    ("list_document", "CONFIG_TYPE", "a list at the top", "- siting: 1\n"),
    ("text_document", "CONFIG_TYPE", "prose", "just some words\n"),
    ("two_documents", "CONFIG_DOCUMENTS", "the second would be lost", GOOD + "---\n" + GOOD),
    ("old_yaml", "CONFIG_VERSION", "YAML 1.1 by directive", "%YAML 1.1\n---\n" + GOOD),
    ("billion_laughs", "CONFIG_TOO_COMPLEX", "aliases of aliases", LAUGHS + GOOD),
    ("alias", "CONFIG_TOO_COMPLEX", "one anchor", swapped("name: case", "name: &n case")),
    ("merge_key", "CONFIG_TOO_COMPLEX", "a merged mapping", swapped("hot: 1.0", "<<: *w")),
    ("deep", "CONFIG_TOO_COMPLEX", "2000 nested lists", "a: " + "[" * 2000 + "]" * 2000 + "\n"),
    ("wide", "CONFIG_TOO_COMPLEX", "100,000 items", "a: [" + "1," * 100_000 + "1]\n"),
    ("large", "CONFIG_TOO_COMPLEX", "2 MiB of comment", GOOD + "#" * (2 << 20) + "\n"),
    ("python_tag", "CONFIG_SYNTAX", "a call in a tag",
     swapped("name: case", "name: !!python/object/apply:os.system ['touch canary']")),
    ("str_tag", "CONFIG_SYNTAX", "even a harmless tag", swapped("name: case", "name: !!str 1")),
    ("tabs", "CONFIG_SYNTAX", "a tab for indentation", GOOD.replace("\n  heat", "\n\theat")),
    ("unclosed", "CONFIG_SYNTAX", "a bracket left open", swapped("[score.tif]", "[score.tif")),
    ("control", "CONFIG_SYNTAX", "a control character", swapped("name: case", "name: ca\x01se")),
    ("json_not_yaml", "CONFIG_MISSING_KEY", "JSON without our keys", '{"type": "Feature"}'),
    ("missing_grid", "CONFIG_MISSING_KEY", "no grid",
     GOOD.replace(next(line for line in GOOD.splitlines() if line.startswith("grid")), "")),
    ("missing_argument", "CONFIG_MISSING_KEY", "no upper end", swapped(", high: 120 mW m-2", "")),
    ("version_2", "CONFIG_VALUE", "a format to come", swapped("siting: 1", "siting: 2")),
    ("reference", "CONFIG_REFERENCE", "a layer that is not there", swapped("hot: 1.0", "hott: 1")),
    ("reference_source", "CONFIG_REFERENCE", "another", swapped("layer: heat", "layer: heatflux")),
    ("reference_part", "CONFIG_REFERENCE", "no such result",
     swapped("layer: heat", "layer: heat.sd")),
    ("cycle", "CYCLE", "a layer made from itself", swapped("layer: heat", "layer: hot")),
    ("function", "FUNCTION_UNKNOWN", "misspelt", swapped("combine.rescale", "combine.rescal")),
    ("dunder", "FUNCTION_UNKNOWN", "a way into Python",
     swapped("combine.rescale", "combine.__class__")),
    ("foreign_module", "FUNCTION_UNKNOWN", "a module of Python's",
     swapped("combine.rescale", "os.system")),
    ("two_functions", "CALL_INVALID", "which one?",
     swapped("{combine.rescale:", "{combine.above: {}, combine.rescale:")),
    ("unit_dimension", "UNITS_INCOMPATIBLE", "kilometres of heat flow",
     swapped("low: 40 mW m-2", "low: 40 km")),
    ("unit_unknown", "UNITS_UNKNOWN", "no such unit", swapped("low: 40 mW m-2", "low: 40 zorks")),
    ("name_bad", "NAME_INVALID", "a name with a dash", swapped("  hot: {", "  hot-2: {")),
    ("name_taken", "NAME_INVALID", "a layer named as a source", swapped("  hot: {", "  heat: {")),
    ("bounds_inverted", "GRID_BOUNDS", "south above north",
     swapped("[-120, 38, -118, 40]", "[-120, 40, -118, 38]")),
    ("bounds_few", "CONFIG_TYPE", "three edges",
     swapped("[-120, 38, -118, 40]", "[-120, 38, -118]")),
    ("bounds_far", "GRID_BOUNDS", "beyond the pole",
     swapped("[-120, 38, -118, 40]", "[-120, 38, -118, 99]")),
    ("grid_crs", "GRID_CRS", "no such CRS", swapped("EPSG:4326", "EPSG:99999")),
    ("grid_init", "GRID_CRS", "a notation that leaves the order of axes open",
     swapped("EPSG:4326", "'+init=epsg:4326'")),
    ("grid_local_file", "GRID_CRS", "a file as CRS", swapped("EPSG:4326", "/etc/passwd")),
    ("resolution_zero", "GRID_RESOLUTION", "no size", swapped("0.1 degree", "0 degree")),
    ("resolution_tiny", "GRID_SIZE", "10^13 cells", swapped("0.1 degree", "0.0000006 degree")),
    ("resolution_metres", "UNITS_INCOMPATIBLE", "metres of degrees",
     swapped("0.1 degree", "100 m")),
    ("output_path", "PATH_OUTSIDE_OUTPUT", "an absolute path",
     swapped("[score.tif]", "[/etc/siting/score.tif]")),
    ("output_up", "PATH_OUTSIDE_OUTPUT", "out of the folder",
     swapped("[score.tif]", "[../score.tif]")),
    ("output_windows", "PATH_OUTSIDE_OUTPUT", "a drive",
     swapped("[score.tif]", '["C:\\\\score.tif"]')),
    ("output_home", "PATH_OUTSIDE_OUTPUT", "home is not expanded",
     swapped("[score.tif]", "[~/score.tif]")),
    ("output_variable", "CONFIG_VALUE", "not expanded", swapped("[score.tif]", "['${HOME}.tif']")),
    ("output_twice", "OUTPUT_UNKNOWN", "the same twice",
     swapped("[score.tif]", "[score.tif, score.tif]")),
    ("range_reversed", "CONFIG_VALUE", "every value would lie outside",
     swapped("units: mW m-2", "units: mW m-2, valid_range: [200, 10]")),
    ("resolution_large", "GRID_RESOLUTION", "one cell over all",
     swapped("0.1 degree", "10 degree")),
    ("output_unknown", "OUTPUT_UNKNOWN", "no writer", swapped("[score.tif]", "[score.docx]")),
    ("output_layer", "OUTPUT_UNKNOWN", "no such layer", swapped("[score.tif]", "[skore.tif]")),
    ("file_up", "PATH_OUTSIDE_DATA", "out of the folder",
     swapped("file: heat.tif", "file: ../../../etc/passwd")),
    ("file_absolute", "PATH_OUTSIDE_DATA", "elsewhere",
     swapped("file: heat.tif", "file: /etc/passwd, format: raster")),
    ("file_home", "CONFIG_VALUE", "home is not expanded",
     swapped("file: heat.tif", "file: ~/heat.tif")),
    ("file_variable", "CONFIG_VALUE", "not expanded",
     swapped("file: heat.tif", "file: '${HOME}/heat.tif'")),
    ("file_nul", "CONFIG_VALUE", "a NUL", swapped("file: heat.tif", 'file: "heat\\0.tif"')),
    ("data_root_nul", "CONFIG_VALUE", "a NUL", GOOD + 'data_roots: ["a\\0b"]\n'),
    ("unit_tower", "UNITS_UNKNOWN", "a number of 10^8 digits",
     swapped("low: 40 mW m-2", "low: 40 mW ** 2 ** 9 ** 9")),
    ("source_unit", "UNITS_UNKNOWN", "half a unit", swapped("units: mW m-2", "units: km/")),
    ("source_unit_open", "UNITS_UNKNOWN", "an open bracket",
     swapped("units: mW m-2", "units: '(m'")),
    ("file_long", "FILE_MISSING", "a name of 300 letters",
     swapped("file: heat.tif", f"file: {'x' * 300}.tif")),
    ("resolution_denormal", "GRID_SIZE", "the smallest number", swapped("0.1 degree", "5e-324")),
    ("resolution_denormal_world", "GRID_SIZE", "and round the globe",
     swapped("resolution: 0.1 degree, bounds: [-120, 38, -118, 40]",
             "resolution: 5e-324, bounds: world")),
    ("bounds_overflow", "GRID_BOUNDS", "beyond floating point",
     swapped("crs: EPSG:4326, resolution: 0.1 degree, bounds: [-120, 38, -118, 40]",
             "crs: EPSG:5070, resolution: 1 km, bounds: [-1e308, -1e308, 1e308, 1e308]")),
    ("file_vsi", "REMOTE_NOT_ALLOWED", "a virtual file system",
     swapped("file: heat.tif", "file: /vsicurl/http://127.0.0.1/heat.tif")),
    ("file_http", "REMOTE_NOT_ALLOWED", "an address",
     swapped("file: heat.tif", "file: http://127.0.0.1/heat.tif")),
    ("file_s3", "REMOTE_NOT_ALLOWED", "a bucket",
     swapped("file: heat.tif", "file: s3://b/heat.tif")),
    ("file_missing", "FILE_MISSING", "not there", swapped("file: heat.tif", "file: heatt.tif")),
    ("file_format", "FORMAT_UNKNOWN", "an ending that says nothing",
     swapped("file: heat.tif", "file: notes.xyz")),
    ("source_unknown", "SOURCE_UNKNOWN", "not in the catalogue",
     swapped("heat: {file: heat.tif, units: mW m-2, status: measured, vintage: '2020'}",
     "heat: {source: heat}")),
    ("lost_key", "CONFIG_UNKNOWN_KEY", "a column of a raster",
     swapped("units: mW m-2", "units: mW m-2, longitude: lon")),
    ("lost_key_table", "CONFIG_UNKNOWN_KEY", "a no-data value of a table",
     swapped("file: heat.tif, units: mW m-2", "file: notes.xyz, format: table, nodata: -9")),
    ("model_file", "MODEL_UNTRUSTED", "a pickle", swapped("file: heat.tif", "file: notes.pkl")),
    ("status_word", "CONFIG_VALUE", "no such status",
     swapped("status: measured", "status: certain")),
    ("digest_short", "CONFIG_VALUE", "no SHA-256", swapped("vintage: '2020'", "sha256: 'abc'")),
    ("accept_unknown", "CONFIG_REFERENCE", "a misspelt code accepts nothing",
     GOOD + "accept: {LAYER_CONSTAND: it is so}\n"),
    ("accept_code", "CONFIG_TYPE",
     "an acceptance without its reason", GOOD + "accept: [LAYER_CONSTANT]\n"),
    ("data_root_variable", "CONFIG_VALUE", "not expanded", GOOD + "data_roots: ['${HOME}']\n"),
    ("data_root_all", "CONFIG_VALUE", "the whole machine", GOOD + "data_roots: [/]\n"),
]:  # fmt: skip
    config(f"config_{row[0]}", "error", *row[1:])

for id, why, text in [
    ("good", "a good pipeline", GOOD),
    ("bom", "a byte order mark", "\ufeff" + GOOD),
    ("crlf", "Windows line ends", GOOD.replace("\n", "\r\n")),
    ("comments", "comments everywhere", GOOD.replace("\n", "  # é\n")),
    ("quotes", "quoted keys", swapped("name: case", '"name": "case"')),
    ("exponent", "1e0 is a number in YAML 1.2", swapped("hot: 1.0", "hot: 1e0")),
    ("whole", "a whole number for a weight", swapped("hot: 1.0", "hot: 1")),
    ("unicode", "a name in four scripts", swapped("name: case", "name: Ñandú Þ 地熱 قطر")),
    ("quoted_no", "a quoted word is text", swapped("name: case", "name: 'NO'")),
    ("date", "a date stays text", swapped("'2020'", "2020-01-01")),
    ("block", "block style throughout", swapped(
        "heat: {file: heat.tif, units: mW m-2, status: measured, vintage: '2020'}",
        "heat:\n    file: heat.tif\n    units: mW m-2\n    status: measured\n    vintage: '2020'")),
    ("units_style", "the same unit written otherwise", swapped("units: mW m-2", "units: mW/m^2")),
    ("units_other", "limits in another unit", swapped("low: 40 mW m-2", "low: 0.04 W m-2")),
    ("document_mark", "--- at the start", "---\n" + GOOD),
    ("yaml_12", "its version said", "%YAML 1.2\n---\n" + GOOD),
    ("description", "many lines", GOOD + "description: >-\n  one\n  two: three\n"),
]:  # fmt: skip
    config(f"config_ok_{id}", "accept", None, why, text)


@corpus.case(
    "config_latin1", kind="config", expect="error", code="CONFIG_ENCODING", why="Latin-1 bytes"
)
def _(folder: Path) -> bytes:
    return swapped("name: case", "name: Krafla é").encode("latin-1")
