"""README and documentation say what is true."""

import re
from pathlib import Path

import pytest

from siting.check import check
from siting.io import yaml
from siting.layers import heat
from siting.outputs.names import MAP

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_pipeline_of_the_tour_has_no_mistakes():
    (text,) = (each for each in blocks("yaml") if each.startswith("siting: 1"))
    plan = check(yaml.load(text, "README.md"), ROOT)
    assert MAP in plan.outputs


def test_the_test_command_is_the_one_that_is_run_for_every_change():
    (command,) = (each for each in blocks("bash") if "pytest" in each)
    assert command.strip() in (ROOT / ".ci" / "run").read_text("utf-8")


def test_two_commands_set_everything_up():
    assert sum("pip install" in each for each in blocks("bash")) == 2


def test_the_layer_of_the_readme_is_a_layer():
    (code,) = (each for each in blocks("python") if "@layer" in each)
    names = dict(vars(heat))
    exec("from siting.signature import spec_of\n" + code, names)
    assert names["spec_of"](names["geothermal_gradient"]).outputs[0].leaf.unit == "degC km-1"


@pytest.mark.parametrize(
    "page", [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md"], ids=lambda page: page.name
)
def test_links_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert [each for each in targets if not (page.parent / each).exists()] == []
