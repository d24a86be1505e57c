from pathlib import Path

import pytest

from siting.kinds import Results
from siting.outputs.sites import page
from tests.site_cards import PLACES, card, make_results


@pytest.fixture(scope="session")
def results() -> Results:
    return make_results([card(i + 1, site_id, 4.5 + i) for i, site_id in enumerate(PLACES)])


@pytest.fixture(scope="session")
def file(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sites") / "sites.html"
    page.write(results, path)
    return path
