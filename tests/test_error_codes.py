"""Codes that no other test names, each provoked once, with the part that people need most."""

from pathlib import Path

import pytest

from tests.error_examples import made

# Code and what its message must tell beside it.
TOLD = {
    "CALL_INVALID": "{distance.distance_to: {}}",
    "CHECKSUM_MISMATCH": "sources.heat.file",
    "COLUMN_TAKEN": "'rank'",
    "COLUMN_UNKNOWN": "productive",
    "CRITERION_RANGE": "combine.rescale",
    "FEATURES_CONSTANT": "hot",
    "FEATURES_UNNAMED": "hot, hot",
    "FOLDS_EMPTY": "smaller",
    "FOLDS_INDEX": "outermost",
    "FOLDS_REGIONS": "country",
    "FOLDS_TOO_FEW_BLOCKS": "at least 2",
    "FORMAT_UNKNOWN": "heat.asc",
    "MODEL_FIT": "MultinomialNB",
    "MODEL_KIND": "LinearRegression",
    "MODEL_PREDICT": "infinite",
    "NOT_NUMERIC": "complex64",
    "READER_WARNING": "leases.geojson",
    "SITES_WITHOUT_VALUES": "Larderello",
    "STORAGE_FAILED": "Input/output error",
}


@pytest.mark.parametrize(("code", "told"), TOLD.items())
def test_message_names_what_is_wrong(code: str, told: str, tmp_path: Path) -> None:
    assert told in made(code, tmp_path).text
