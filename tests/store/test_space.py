from pathlib import Path
from types import SimpleNamespace

import pytest

from siting.errors import StorageError
from siting.store import require_space, require_spaces, space


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A disk with 1000 bytes free."""
    usage = SimpleNamespace(total=5000, free=1000)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda path: usage)
    return usage


def test_room_enough_is_no_error(disk: SimpleNamespace, tmp_path: Path) -> None:
    require_space(tmp_path / "not" / "there", 1000)


def test_too_little_room_is_an_error_that_names_both_sizes(
    disk: SimpleNamespace, tmp_path: Path
) -> None:
    with pytest.raises(
        StorageError, match=r"DISK_SPACE_LOW(.|\n)*out(.|\n)*1\.0 kB free(.|\n)*2\.0 kB"
    ) as caught:
        require_space(tmp_path / "out", 2001)
    assert caught.value.exit_code == 4


def test_folders_on_one_disk_add_up(disk: SimpleNamespace, tmp_path: Path) -> None:
    require_spaces({tmp_path / "a": 600, tmp_path / "b": 400})
    with pytest.raises(StorageError, match=r"DISK_SPACE_LOW(.|\n)*a and .*b\n"):
        require_spaces({tmp_path / "a": 600, tmp_path / "b": 401})


def test_a_file_system_that_tells_nothing_is_no_error(
    disk: SimpleNamespace, tmp_path: Path
) -> None:
    disk.total = disk.free = 0
    require_space(tmp_path, 1000)


def test_a_folder_below_a_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="NOT_WRITABLE"):
        require_space(tmp_path / "file" / "out", 1)
