import base64
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from siting.kinds import Results
from siting.outputs.names import output_problem
from siting.outputs.sites import page
from tests.site_cards import PLACES, card, make_results

HOSTILE = '<img src=x onerror="alert(1)">\u202e</article>'


@pytest.fixture(scope="module")
def html(file: Path) -> str:
    return file.read_text("utf-8")


def test_every_site_has_a_card_under_its_name(html: str) -> None:
    assert re.findall(r'<article class="card" id="([^"]+)"', html) == list(PLACES)
    assert re.findall(r'<a href="#([SN][^"]+)"', html) == list(PLACES)


def test_what_is_derived_assumed_and_refused_stands_on_every_card(html: str) -> None:
    cards = html.split("<article")[1:]
    assert all("DERIVED" in each and "ASSUMED" in each for each in cards)
    assert all("The longest outage is not told." in each for each in cards)


def test_the_climate_is_told_with_its_error(html: str) -> None:
    assert "multiply and divide by 1.29" in html
    assert "◐" in html


def test_inputs_stand_with_source_and_note(html: str) -> None:
    end = html.partition('id="assumed"')[2]
    assert "none: chosen for this table" in end
    assert "years until it is replaced" in end


def test_pictures_are_small_and_lie_on_white(html: str) -> None:
    pictures = re.findall(r"data:image/png;base64,([^\"]+)", html)
    assert len(pictures) == 5 * len(PLACES)
    for text in pictures:
        image = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")
        assert image.getpixel((0, 0)) == (255, 255, 255)
        assert len(text) < 60_000


def test_the_same_results_give_the_same_page(results: Results, html: str) -> None:
    assert page.render(results) == html


def test_hostile_text_stays_text() -> None:
    given: dict[str, Any] = card(1, HOSTILE)
    given["refused"] = given["donor"]["site"] = given["device"]["note"] = HOSTILE
    for row in (*given["assumed"], *given["sensitivity"]):
        row |= {"parameter": HOSTILE, "note": HOSTILE, "source": HOSTILE, "unit": HOSTILE}
    given["break_even"]["sentences"] = [HOSTILE]
    given["waterfall"]["parts"][HOSTILE] = 0.1
    text = page.render(make_results([given]))
    assert "<img src=x" not in text
    assert text.count("</article>") == 1


def test_a_run_without_cards_says_so() -> None:
    text = page.render(make_results([]))
    assert "No candidate of this run has the data" in text
    assert "<article" not in text


def test_a_pipeline_without_simulator_cannot_ask_for_cards() -> None:
    assert output_problem("sites.html", [], True, True) is None
    problem = output_problem("sites.html", [], True)
    assert problem is not None
    assert problem.code == "OUTPUT_UNKNOWN"
    assert "simulator" in problem.wanted
