import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="crash points need processes that fork")
def test_a_run_killed_at_any_change_to_the_disk_is_completed_with_the_same_bytes(
    tmp_path: Path,
) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("crash_points.py"), tmp_path],
        env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == 0
    assert int(done.stdout) > 30  # 4 tiles, 2 arrays, a table and a manifest are 2 changes each
