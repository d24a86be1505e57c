"""What must be on the disk before anything that needs it."""

import sys
from pathlib import Path

import pytest

from siting.store import files


def test_folders_are_made_durable_from_within(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "file").write_text("")
    waited: list[Path] = []
    monkeypatch.setattr(files, "fsync", waited.append)
    files.fsync_tree(tmp_path)
    # An entry is durable once its folder is: the outer one last.
    assert waited == [tmp_path / "a/b/c", tmp_path / "a/b", tmp_path / "a", tmp_path]


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed in /proc of Linux")
def test_no_file_stays_open_behind_it(tmp_path: Path) -> None:
    files.fsync(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        files.fsync(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
