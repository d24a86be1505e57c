"""Compiled code of an earlier state of the source is never used."""

import os
import subprocess
import sys
from pathlib import Path

from siting.kernels import compiled
from siting.kernels.compiled import place_for, stamp


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


ROOT = Path(__file__).parents[2]
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


READ_ONLY = """
import sys
from pathlib import Path
from siting.kernels.compiled import place_for
print(place_for(Path(sys.argv[1])))
"""


def _place(kernels: Path, **environment: str) -> Path:
    """Where the kernels of a folder are kept by a process of its own."""
    bare = {k: v for k, v in os.environ.items() if not k.startswith(("SITING", "XDG", "NUMBA"))}
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(kernels)], check=True, capture_output=True, text=True,
        env={**bare, **environment},
    )  # fmt: skip
    return Path(done.stdout.strip())


def _sealed(folder: Path) -> Path:
    """Kernels whose ``__pycache__`` nothing can be made in, whoever one is: it is a file."""
    folder.mkdir()
    (folder / "a.py").write_text("x = 1")
    (folder / "__pycache__").write_text("")
    return folder


def test_kernels_are_kept_beside_their_modules_where_that_can_be(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    found = place_for(tmp_path)
    assert (found.parent, found.is_dir()) == (tmp_path / "__pycache__", True)
    assert found.name == f"compiled-{stamp(tmp_path)}"


def test_kernels_of_an_installation_that_cannot_be_written_to_are_the_users(tmp_path: Path) -> None:
    kernels, store = _sealed(tmp_path / "kernels"), tmp_path / "store"
    found = _place(kernels, SITING_STORE=str(store))
    assert found == store / "kernels" / f"compiled-{stamp(kernels)}"
    assert found.is_dir()


def test_kernels_go_with_the_process_where_nothing_can_be_kept(tmp_path: Path) -> None:
    kernels = _sealed(tmp_path / "kernels")
    found = _place(kernels, SITING_STORE=str(kernels / "__pycache__"), TMPDIR=str(tmp_path))
    assert found.parent == tmp_path
    assert not found.exists()


TOLD = """
import callee
from siting.kernels.compiled import tell_compiling
said = []
assert tell_compiling(lambda: said.append(1))
callee.one()
print(len(said) > 0)
"""


def test_compiling_is_told_and_loading_is_not(tmp_path: Path) -> None:
    (tmp_path / "callee.py").write_text(CALLEE.format(1))
    given = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", TOLD]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True, env=given, cwd=ROOT)
        for _ in range(2)
    ]
    assert [each.stdout.strip() for each in runs] == ["True", "False"]


def test_nothing_is_told_before_numba_is_loaded(monkeypatch) -> None:
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    assert not compiled.tell_compiling(lambda: None)


def test_processes_that_compile_at_once_all_come_to_the_answer(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(CALLER)
    (tmp_path / "callee.py").write_text(CALLEE.format(41))
    given = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "kept")}
    command = [sys.executable, "-c", "import caller; print(caller.two())"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, env=given) for _ in range(2)]
    assert [each.communicate()[0].strip() for each in both] == [b"42", b"42"]
    assert _run(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "kept")) == "42"
