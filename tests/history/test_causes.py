"""First causes of a difference, read from manifests written by hand."""

import copy

from siting.history.causes import first_causes
from siting.history.sites import Site, matched


def reference(name: str, key: str) -> dict:
    return {"name": name, "key": key, "part": ""}


def step(section: str, key: str, function: str, code: str, **arguments) -> dict:
    call = {"function": function, "code": code, "arguments": arguments}
    grid = {"crs": "g"}
    recipe = {"call": call, "domain": None, "grid": grid, "versions": {"numpy": "2.4"}}
    return {"section": section, "key": key, "recipe": recipe, "units": {}}


MANIFEST = {
    "siting": "0.1.0",
    "title": "By hand",
    "description": "",
    "pipeline": "text",
    "grid": {"crs": 'PROJCRS["A"]', "shape": [10, 20], "affine": [5.0, 0, 0, 0, -5.0, 50]},
    "domain": None,
    "steps": {
        "a": step("layers", "ka", "combine.rescale", "c1", low=1.0),
        "b": step("layers", "kb", "combine.rescale", "c1", layer=reference("a", "ka")),
        "far": step("layers", "kf", "distance.to", "c2"),
        "s": step("scoring", "ks", "overlay.weighted", "c3", layers=[[reference("b", "kb"), 2]]),
    },
    "candidates": {
        "recipe": {
            "function": "select", "code": "c4", "arguments": {"rank_by": reference("s", "ks")},
        },
        "units": {},
    },
    "accept": {},
    "require": {},
    "wanted": ["score.tif"],
    "code": "w1",
    "versions": {"numpy": "2.4", "scipy": "1.17"},
}  # fmt: skip


def changed() -> dict:
    return copy.deepcopy(MANIFEST)


def told(after: dict) -> dict[str, tuple[str, tuple[str, ...], bool]]:
    return {
        each.what: (each.change, each.redoes, each.ranks) for each in first_causes(MANIFEST, after)
    }


def rekey(manifest: dict, *names: str) -> None:
    """Other keys for steps, as a change of what they are made from gives them."""
    for name in names:
        manifest["steps"][name]["key"] += "2"


def test_nothing_differs_from_itself():
    assert first_causes(MANIFEST, changed()) == []


def test_a_weight_is_named_by_its_layer():
    after = changed()
    after["steps"]["s"]["recipe"]["call"]["arguments"]["layers"][0][1] = 3
    rekey(after, "s")
    assert told(after) == {"scoring.s.layers.b": ("2 -> 3", ("s",), True)}


def test_code_is_named_once_for_all_steps_of_a_function():
    after = changed()
    for name in ("a", "b"):
        after["steps"][name]["recipe"]["call"]["code"] = "c9"
    rekey(after, "a", "b", "s")
    assert told(after) == {"code of combine.rescale": ("c1 -> c9", ("a", "b", "s"), True)}


def test_a_layer_that_nothing_ranks_by_moves_no_candidate():
    after = changed()
    after["steps"]["far"]["recipe"]["call"]["code"] = "c9"
    rekey(after, "far")
    assert told(after) == {"code of distance.to": ("c2 -> c9", ("far",), False)}


def test_versions_and_grid_are_named_once_for_the_run():
    after = changed()
    after["versions"]["numpy"] = "2.5"
    after["grid"]["affine"] = [10.0, 0, 0, 0, -10.0, 50]
    after["grid"]["shape"] = [5, 10]
    rekey(after, "a", "b", "far", "s")
    found = told(after)
    assert found["version of numpy"] == ("2.4 -> 2.5", ("a", "b", "far", "s"), True)
    change, redoes, ranks = found["grid"]
    assert change == "resolution 5 x 5 -> 10 x 10; shape 10 x 20 cells -> 5 x 10 cells"
    assert (redoes, ranks) == (("a", "b", "far", "s"), True)
    assert len(found) == 2


def test_a_gate_and_an_output_move_no_candidate():
    after = changed()
    after["require"] = {"skill.auc": "at least 0.7"}
    after["wanted"] = ["map.html", "score.tif"]
    assert told(after) == {
        "require.skill.auc": ("added: at least 0.7", (), False),
        "outputs": ("added: map.html", (), False),
    }


def test_a_step_left_out_is_a_cause():
    after = changed()
    del after["steps"]["far"]
    assert told(after) == {"layers.far": ("left out", (), False)}


def site(name: str, longitude: float, rank: int) -> Site:
    return Site(name, longitude, 0.0, rank, 0.5, 100.0)


def test_a_site_is_matched_with_one_other_at_most():
    # Cells of 10 km: half of one is 5 km, .0449 degrees on the equator.
    old = [site("a", 0.0, 1), site("b", 1.0, 2)]
    new = [site("c", 0.03, 1), site("d", -0.02, 2), site("b", 5.0, 3)]
    assert [(x.name, y.name) for x, y in matched(old, new)] == [("a", "d"), ("b", "b")]


def test_a_run_that_tells_less_gives_no_false_causes():
    before, after = changed(), changed()
    after["steps"]["a"]["units"] = {"low": "km"}
    rekey(after, "a", "b", "s")
    del before["steps"]["a"]["units"], before["domain"]
    assert first_causes(before, after) == []
