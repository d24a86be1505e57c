"""Mistakes of a pipeline file in words: where, what was found, what is wanted."""

from pathlib import Path

import pytest

from siting.check import check
from siting.errors import InputError, PipelineError, PipelineInvalidError
from siting.io import yaml
from siting.pipeline.messages import mistake, path_text, value_at
from siting.pipeline.plan import Plan
from siting.pipeline.resolve import MAX_NAMED

HEAD = """\
siting: 1
name: Small
grid: {crs: EPSG:4326, resolution: 1 degree, bounds: [-120, 35, -110, 45]}
sources:
  lab: {source: lab_depth}
  known: {source: geothermal_fields}
"""
LAYERS = """\
layers:
  far: {distance.distance_to: {features: known}}
  near: {combine.nearness: {distance: far, half_distance: 40 km}}
"""


def plan_of(text: str, folder: Path = Path()) -> Plan:
    return check(yaml.load(text, "a.yaml"), folder)


def mistakes(text: str, folder: Path = Path()) -> list[PipelineError]:
    with pytest.raises(PipelineInvalidError, match=".") as caught:
        plan_of(text, folder)
    return caught.value.errors


def one(text: str, folder: Path = Path()) -> dict[str, str]:
    """What the one mistake of a file says, but for what it does not say."""
    (found,) = mistakes(text, folder)
    return {name: text for name, text in found.as_dict().items() if text}


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a",), "a"), (("a", 0), "a[0]"), (("a", 0, "b", 2, 1), "a[0].b[2][1]"),
     ((3,), "[3]")],
)  # fmt: skip
def test_a_path_is_written_as_people_do(path, text) -> None:
    assert path_text(path) == text


DOCUMENT = yaml.load("a: [1, {b: 2}]\nc: null\n", "a.yaml")


@pytest.mark.parametrize(
    ("path", "value"),
    [(("a", 1, "b"), 2), (("a", 2), None), (("d",), None), (("a", "b"), None), (("c", 0), None),
     ((), {"a": [1, {"b": 2}], "c": None})],
)  # fmt: skip
def test_a_value_stands_at_its_path_or_is_none(path, value) -> None:
    assert value_at(DOCUMENT, path) == value


def test_a_mistake_of_all_says_so_and_a_key_is_not_its_value() -> None:
    assert mistake(DOCUMENT, (), "A", "b").where == "a.yaml:1:1 (the whole file)"
    assert mistake(DOCUMENT, ("c",), "A", "b").where == "a.yaml:2:4 (c)"
    assert mistake(DOCUMENT, ("c",), "A", "b", at_key=True).where == "a.yaml:2:1 (c)"


@pytest.mark.parametrize(
    ("found", "text"),
    [(None, ""), (0, "0"), ("", ""), ([1], "[1]"), ("x" * 120, "x" * 120),
     ("x" * 121, "x" * 117 + "..."), (["y" * 116], "['" + "y" * 116 + "']"),
     (["y" * 117], "['" + "y" * 115 + "...")],
)  # fmt: skip
def test_what_was_found_is_told_in_120_letters(found, text) -> None:
    assert mistake(DOCUMENT, (), "A", "b", found=found).found == text


def test_a_mistake_keeps_what_it_is_given() -> None:
    made = mistake(DOCUMENT, ("c",), "A", "b", wanted="w", fix="f")
    assert made.as_dict() == {
        "code": "A", "message": "b", "where": "a.yaml:2:4 (c)", "found": "", "wanted": "w",
        "fix": "f",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "message", "found"),
    [
        ("name: Small", "name: 3", "CONFIG_TYPE", "must be text", "3"),
        ("name: Small", "name: ''", "CONFIG_VALUE", "String should have at least 1 character", ""),
        ("sources:\n", "outputs: x\nsources:\n", "CONFIG_TYPE", "must be a list", "x"),
        ("sources:\n", "accept: 3\nsources:\n", "CONFIG_TYPE", "must be a mapping", "3"),
        ("[-120, 35, -110, 45]", "[1, 2]", "CONFIG_TYPE",
         "must be `world`, or four numbers: [west, south, east, north]", "[1, 2]"),
        ("sources:\n", "accept: {LABEL_LEAK: '...'}\nsources:\n", "CONFIG_VALUE",
         "write why this is no matter: the reason is published", "..."),
    ],
)  # fmt: skip
def test_the_top_level_is_told_of_in_the_words_of_yaml(old, new, code, message, found) -> None:
    said = one(HEAD.replace(old, new))
    assert (said["code"], said["message"], said.get("found", "")) == (code, message, found)


def test_a_name_may_have_200_letters() -> None:
    assert plan_of(HEAD.replace("Small", "x" * 200)).title == "x" * 200
    said = one(HEAD.replace("Small", "x" * 201))
    assert said["message"] == "String should have at most 200 characters"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("{combine.nearness: {distance: far, half_distance: true}}", "must be a number"),
        ("{combine.nearness: {distance: 3, half_distance: 1}}", "must be text"),
        ("{combine.nearness: []}", "must be a mapping"),
    ],
)
def test_arguments_are_told_of_in_the_words_of_yaml(call, message) -> None:
    text = HEAD + LAYERS.partition("  near")[0] + f"  near: {call}\n"
    assert any(message in each.message for each in mistakes(text))


def test_an_unknown_key_is_told_with_the_likeliest_and_all() -> None:
    text = HEAD + LAYERS.replace("half_distance", "half_distanse")
    unknown = [each for each in mistakes(text) if each.code == "CONFIG_UNKNOWN_KEY"]
    assert [each.wanted for each in unknown] == [
        "did you mean 'half_distance'? allowed: distance, half_distance"
    ]
    unknown = [each for each in mistakes(HEAD + LAYERS.replace("half_distance", "qqq"))
               if each.code == "CONFIG_UNKNOWN_KEY"]  # fmt: skip
    assert [each.wanted for each in unknown] == ["allowed: distance, half_distance"]


def test_a_missing_key_is_to_be_written() -> None:
    assert one(HEAD.replace("name: Small\n", "")) == {
        "code": "CONFIG_MISSING_KEY", "message": "'name' is missing",
        "where": "a.yaml:1:1 (name)", "fix": "write it",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "found", "fix"),
    [
        ("3", "3", "write {function: {arguments}}"),
        ("heat.depth", "heat.depth", "write {heat.depth: {}}"),
        ("heat depth", "heat depth", "write {function: {arguments}}"),
        ("{}", "{}", "write {function: {arguments}}"),
        ("{a: 1, b: 2}", "{'a': 1, 'b': 2}", "write {function: {arguments}}"),
    ],
)
def test_what_is_no_call_is_told_how_to_be_one(body, found, fix) -> None:
    assert one(HEAD + f"layers:\n  a: {body}\n") == {
        "code": "CALL_INVALID", "message": "not a call of one function", "found": found,
        "where": "a.yaml:8:6 (layers.a)", "fix": fix,
    }  # fmt: skip


def test_at_most_thirty_names_are_listed_and_none_where_one_is_near() -> None:
    sources = "".join(f"  s{number:02}: {{source: lab_depth}}\n" for number in range(40))
    text = HEAD + sources + "layers:\n  a: {combine.nearness: {distance: QQQ, half_distance: 1}}\n"
    assert len(one(text)["wanted"].split(", ")) == MAX_NAMED == 30
    assert "s07" in one(text.replace("QQQ", "s077"))["wanted"].split(", ")[:3]


def test_mistakes_end_at_a_hundred_and_the_rest_is_counted() -> None:
    def broken(count: int) -> str:
        return HEAD + "".join(f"  b{number}: {{source: nothing}}\n" for number in range(count))

    assert len(mistakes(broken(99) + "outputs: [x.tif]\n")) == 100
    # With the hundredth the check ends: the output is not looked at.
    assert {each.code for each in mistakes(broken(100) + "outputs: [x.tif]\n")} == {
        "SOURCE_UNKNOWN"
    }
    many = PipelineInvalidError([PipelineError("A", "b")] * 101)
    assert (len(many.errors), many.more) == (100, 1)
    assert str(many).endswith("\nand 1 more")
    assert "more" not in str(PipelineInvalidError([PipelineError("A", "b")] * 100))


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("nearr", {"code": "CONFIG_REFERENCE", "message": "there is no 'nearr'", "found": None,
                   "wanted": "near, far"}),
        ("known", {"code": "KIND_WRONG", "message": "the domain is a layer", "found": "features",
                   "wanted": None}),
    ],
)  # fmt: skip
def test_the_domain_is_a_layer_that_is_there(domain, said) -> None:
    found = one(HEAD + LAYERS + f"domain: {domain}\n")
    assert found["where"] == "a.yaml:10:9 (domain)"
    assert {name: found.get(name) for name in said} == said


@pytest.mark.parametrize("name", ["near", "lab"])
def test_a_layer_or_source_may_be_the_domain(name) -> None:
    assert plan_of(HEAD + LAYERS + f"domain: {name}\n").domain == name


@pytest.mark.parametrize("name", ["2nd", "a-b", "ä"])
def test_a_name_is_letters_digits_and_underscores(name) -> None:
    assert one(HEAD + f"  {name}: {{source: lab_depth}}\n") == {
        "code": "NAME_INVALID", "found": name, "where": f"a.yaml:7:3 (sources.{name})",
        "message": "a name is letters, digits and _, and does not begin with a digit",
    }  # fmt: skip


def test_a_name_taken_is_told_with_who_has_it() -> None:
    said = one(HEAD + LAYERS.replace("near:", "lab:"))
    assert said["message"] == "'lab' is already the name of sources.lab"


def test_values_that_need_one_another_are_named_in_order() -> None:
    text = (
        HEAD
        + """\
layers:
  a: {combine.nearness: {distance: b, half_distance: 1}}
  b: {combine.nearness: {distance: a, half_distance: 1}}
"""
    )
    said = one(text)
    assert (said["code"], said["message"]) == ("CYCLE", "these values need one another")
    assert said["found"] in ("a -> b -> a", "b -> a -> b")
    assert said["where"] in ("a.yaml:8:3 (layers.a)", "a.yaml:9:3 (layers.b)")


def test_a_code_that_nothing_has_cannot_be_accepted() -> None:
    said = one(HEAD + "accept: {LABEL_LEEK: it is fine}\n")
    assert said["where"] == "a.yaml:7:10 (accept.LABEL_LEEK)"
    assert said["message"] == "no finding has the code 'LABEL_LEEK'"
    assert "LABEL_LEAK" in said["wanted"].split(", ")
    assert said["fix"] == "`siting help CODE` tells what each is"


@pytest.mark.parametrize(
    ("root", "problem"),
    [
        ("$HOME", "variables and ~ are not expanded"),
        ("~/data", "variables and ~ are not expanded"),
        ('"\\0"', "a path has no NUL character"),
        ("/", "the whole machine is no folder of data"),
        ("/etc/..", "the whole machine is no folder of data"),
    ],
)
def test_a_root_of_data_is_one_folder(root, problem) -> None:
    said = one(HEAD + f"data_roots: [data, {root}]\n")
    assert (said["code"], said["message"]) == ("CONFIG_VALUE", problem)
    assert said["where"] == "a.yaml:7:20 (data_roots[1])"
    assert said["wanted"] == "the path of one folder"


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("a.tif", "a.csv", "a.dat", "a.skops", "a.PKL"):
        (tmp_path / name).write_bytes(b"not read by a check")
    return tmp_path


def test_a_file_needs_an_ending_or_a_format(folder) -> None:
    text = HEAD + "  mine: {file: a.dat}\n"
    assert one(text, folder) == {
        "code": "FORMAT_UNKNOWN", "message": "the file's ending does not say how to read it",
        "where": "a.yaml:7:16 (sources.mine.file)", "found": "a.dat",
        "fix": "write `format: raster`, features, points or table",
    }  # fmt: skip
    for name, fix in (
        ("a.asc", "convert it: gdal_translate -of COG a.asc a.tif"),
        ("a.IMG", "convert it: gdal_translate -of COG a.IMG a.tif"),
        ("a.kml", "convert it: ogr2ogr a.gpkg a.kml"),
    ):
        (folder / name).write_bytes(b"not read by a check")
        assert one(text.replace("a.dat", name), folder)["fix"] == fix
    named = text.replace("a.dat", "a.dat, format: table")
    assert plan_of(named, folder).step("mine").values[""].kind == "table"


@pytest.mark.parametrize("name", ["a.skops", "a.PKL"])
def test_a_model_is_no_source(folder, name) -> None:
    with pytest.raises(InputError, match="MODEL_UNTRUSTED") as caught:
        plan_of(HEAD + f"  mine: {{file: {name}}}\n", folder)
    assert (caught.value.where, caught.value.found) == ("sources.mine.file", name)
    assert caught.value.wanted == "a raster, features, points or a table"


def test_keys_of_another_format_and_unknown_units_are_refused(folder) -> None:
    said = one(HEAD + "  mine: {file: a.csv, band: 2}\n", folder)
    assert said["message"] == "'band' says nothing of a file that is read as points"
    assert said["where"] == "a.yaml:7:23 (sources.mine.band)"
    assert said["found"] == "band"
    assert "columns" in said["wanted"].split(", ")
    said = one(HEAD + "  mine: {file: a.csv, columns: {t: blub}}\n", folder)
    assert (said["code"], said["found"]) == ("UNITS_UNKNOWN", "blub")
    assert said["where"] == "a.yaml:7:36 (sources.mine.columns.t)"


def test_a_file_of_the_user_is_marked_by_its_name(folder) -> None:
    plan = plan_of(HEAD + "  mine: {file: a.tif, units: km}\n", folder)
    value = plan.step("mine").values[""]
    assert (value.kind, value.unit, value.marks.source) == ("layer", "km", "a.tif")


@pytest.mark.parametrize("text", ["[]\n", "just text\n", "3\n"])
def test_a_file_that_is_no_mapping_is_told_as_a_whole(text) -> None:
    assert one(text) == {
        "code": "CONFIG_TYPE",
        "message": "a pipeline file is a mapping",
        "where": "a.yaml:1:1 (the whole file)",
    }


def test_a_result_that_a_step_has_not_is_told_with_those_it_has() -> None:
    said = one(HEAD + LAYERS.replace("distance: far", "distance: far.mean"))
    assert (said["code"], said["message"]) == ("CONFIG_REFERENCE", "'far' has no result 'mean'")
    assert (said["found"], said["wanted"]) == ("far.mean", "far")
    assert said["where"] == "a.yaml:9:39 (layers.near.combine.nearness.distance)"
