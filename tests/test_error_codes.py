"""Codes that no other test names, each provoked once, with the part that people need most."""

from pathlib import Path

import pytest

from tests.error_examples import made

# Code and what its message must tell beside it.
TOLD = {
    "ACCEPT_UNUSED": "LAYER_CONSTANT",
    "ANTIMERIDIAN": "feature 1",
    "CALL_INVALID": "{distance.distance_to: {}}",
    "CELL_BOUNDS": "from -126.5 to -125.5",
    "CHECKSUM_MISMATCH": "sources.heat.file",
    "CIRCULAR_MEAN": "unit vectors",
    "COLUMN_TAKEN": "'rank'",
    "COLUMN_UNKNOWN": "productive",
    "CRITERION_RANGE": "combine.rescale",
    "FAULT_INVALID": "SITING_KILL_AT",
    "FEATURES_CONSTANT": "hot",
    "FEATURES_UNNAMED": "hot, hot",
    "FEATURE_LEAK": "near_field",
    "FIGURE_UNKNOWN": "skill.auc",
    "FOLDS_EMPTY": "smaller",
    "FOLDS_INDEX": "outermost",
    "FOLDS_REGIONS": "country",
    "FOLDS_TOO_FEW_BLOCKS": "at least 2",
    "FORMAT_UNKNOWN": "heat.asc",
    "GEOMETRY_SECOND": "area",
    "HOME_UNKNOWN": "SITING_STORE",
    "KNOWN_EXCLUDED": "of 6 known fields",
    "MODEL_FIT": "MultinomialNB",
    "MODEL_KIND": "LinearRegression",
    "MODEL_PREDICT": "infinite",
    "NOT_NUMERIC": "complex64",
    "NUMBER_AMBIGUOUS": "1,200",
    "OPTION_INVALID": "5 gigs",
    "PERIOD_UNTYPED": "wave_peak_period",
    "PIPELINE_INVALID": "1 mistake",
    "QUALITY_REFUSED": "at least 0.7",
    "QUANTITY_MISMATCH": "significant_wave_height",
    "READER_WARNING": "leases.geojson",
    "ROWS_DELETED": "1 of 2",
    "SITES_WITHOUT_VALUES": "Larderello",
    "STEP_DUPLICATE": "steps 2 and 3",
    "STORAGE_FAILED": "Input/output error",
    "TARGET_ASSUMED": "'label'",
    "TIME_WEIGHTED": "0.9",
    "VALUE_MISSING": "Hellisheidi",
}


@pytest.mark.parametrize(("code", "told"), TOLD.items())
def test_message_names_what_is_wrong(code: str, told: str, tmp_path: Path) -> None:
    assert told in made(code, tmp_path).text
