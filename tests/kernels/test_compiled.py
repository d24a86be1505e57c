"""Compiled code of an earlier state of the source is never used."""

import os
import subprocess
import sys
from pathlib import Path

from siting.kernels.compiled import stamp


def test_the_stamp_follows_every_module(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "a.py").write_text("x = 1")
    (inner / "b.py").write_text("y = 1")
    first = stamp(tmp_path)
    assert stamp(tmp_path) == first
    (inner / "b.py").write_text("y = 22")
    second = stamp(tmp_path)
    os.utime(tmp_path / "a.py", (1, 1))
    assert len({first, second, stamp(tmp_path)}) == 3


CALLER = """
from callee import one
from numba import njit

@njit(cache=True)
def two():
    return one() + 1
"""
CALLEE = "from numba import njit\n\n\n@njit(cache=True)\ndef one():\n    return {}\n"


def _run(folder: Path, **environment: str) -> str:
    program = "import caller; print(caller.two())"
    found = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True,
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder), **environment},
    )  # fmt: skip
    return found.stdout.strip()


def test_a_folder_for_each_state_is_what_numba_needs(tmp_path: Path) -> None:
    """Why this is there: in one folder numba goes on with the callee of before."""
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "callee.py").write_text(CALLEE.format(1))
    kept = {"NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    assert _run(tmp_path, **kept) == "2"
    (tmp_path / "callee.py").write_text(CALLEE.format(100))
    assert _run(tmp_path, **kept) == "2"  # stale
    assert _run(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / stamp(tmp_path))) == "101"


def test_kernels_are_kept_in_such_a_folder_unless_the_user_names_one() -> None:
    program = "import os, siting.kernels; print(os.environ['NUMBA_CACHE_DIR'])"
    for given, wanted in (({}, "compiled-"), ({"NUMBA_CACHE_DIR": "mine"}, "mine")):
        environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"} | given
        found = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True,
            env=environment,
        )  # fmt: skip
        assert wanted in found.stdout
