import xarray as xr

from siting.findings import collect
from siting.scoring.untested import ranking


def test_a_score_that_nothing_tests_says_so_once_with_what_it_lacks():
    score = xr.DataArray([[0.5]], dims=("y", "x"), name="chance", attrs={"status": "assumed"})
    with collect() as findings:
        record = ranking(score, missing=["gravity", "magnetics"], tested_with="seeps")
    (only,) = findings
    assert only.code == "SKILL_UNTESTED"
    assert only.found == "not in it: gravity, magnetics"
    assert "skill.screening" in only.fix
    assert "verdict" not in record  # so that no page takes it for a test
