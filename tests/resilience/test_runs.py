import os
import subprocess
import sys
from pathlib import Path

import pytest

# A sample that is spread over all steps and files; all are tried where nothing is said of them.
SAMPLE = "points tiles kills faults races sharing stored published --every 60 --kills 4 --rounds 1"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="warm processes are made by fork")
def test_no_fault_leaves_anything_torn_or_different() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.resilience", "--quick", *SAMPLE.split()],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    tried = [int(row.split("|")[2]) for row in done.stdout.splitlines()[2:]]
    assert len(tried) == 14  # seven of them faults
    assert min(tried) > 0
