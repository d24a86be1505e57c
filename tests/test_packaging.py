"""The wheel, built from the sdist, installed apart from the clone, and run from an empty folder."""

import csv
import email
import hashlib
import json
import os
import site
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email.message import Message
from pathlib import Path

import pytest
import yaml

from siting import __version__

ROOT = Path(__file__).parents[1]
CATALOGUE = yaml.safe_load((ROOT / "data" / "catalogue.yaml").read_text(encoding="utf-8"))
ELSEWHERE = yaml.safe_load((ROOT / "data" / "elsewhere.yaml").read_text(encoding="utf-8"))
PIPELINE = yaml.safe_load((ROOT / "pipelines" / "geothermal.yaml").read_text(encoding="utf-8"))
COARSE = "200 km"


def command(*words: object, cwd: Path, **environment: str) -> str:
    """Standard output of a command that knows nothing of the clone; fails with what it said."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "SITING"))}
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env={**inherited, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sdist of the clone and the wheel made from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command(
        sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> dict[str, bytes]:
    """Contents of the wheel by name."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def metadata(wheel: dict[str, bytes]) -> Message:
    return email.message_from_bytes(wheel[f"siting-{__version__}.dist-info/METADATA"])


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of commands of an environment with the wheel, libraries lent by this one.

    A path file lends them without their own path files, so that an editable install of the clone
    stays out of reach, and after the environment's own packages, so that the wheel comes first.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True, with_pip=False)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    lent = "\n".join(dict.fromkeys([sysconfig.get_path("purelib"), *site.getsitepackages()]))
    Path(paths["purelib"], "lent.pth").write_text(lent, encoding="utf-8")
    command(
        sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--no-deps",
        "--no-index", "--no-compile", next(built.glob("*.whl")), cwd=folder,
    )  # fmt: skip
    return Path(paths["scripts"])


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sources(folder: str) -> dict[str, bytes]:
    """Files of a folder of the clone, without what Python leaves there."""
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = [path for path in files if "__pycache__" not in path.parts]
    return {path.relative_to(ROOT / folder).as_posix(): path.read_bytes() for path in kept}


def below(prefix: str, wheel: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name.removeprefix(prefix): each for name, each in wheel.items() if name.startswith(prefix)
    }


def test_wheel_holds_every_catalogued_file_unchanged(wheel: dict[str, bytes]) -> None:
    data = below("siting/_data/", wheel)
    wanted = {entry["file"]: entry["sha256"] for entry in CATALOGUE.values()}
    assert {name: digest(data[name]) for name in wanted} == wanted
    described = {"catalogue.yaml", "elsewhere.yaml", "quantities.yaml", "price_index.yaml"}
    described |= {"README.md"}
    assert set(data) == {*wanted, *described}  # how it was built stays out


def test_wheel_holds_every_pipeline(wheel: dict[str, bytes]) -> None:
    assert below("siting/_pipelines/", wheel) == sources("pipelines")


def test_wheel_holds_the_page_of_every_code(wheel: dict[str, bytes]) -> None:
    assert below("siting/_errors/", wheel) == sources("docs/errors")


def test_installed_command_explains_a_code(installed: Path, tmp_path: Path) -> None:
    said = command(installed / "siting", "help", "CRS_MISSING", cwd=tmp_path)
    assert said.startswith("# CRS_MISSING\n")


def test_wheel_holds_the_package_as_it_is_pages_and_all(wheel: dict[str, bytes]) -> None:
    package = below("siting/", wheel)
    added = ("_data/", "_pipelines/", "_errors/")
    held = {name: each for name, each in package.items() if not name.startswith(added)}
    assert held == sources("siting")
    suffixes = {Path(name).suffix for name in below("siting/outputs/", wheel)}
    assert {".py", ".js", ".css", ".html"} <= suffixes
    assert "py.typed" in held


def test_wheel_holds_nothing_else(wheel: dict[str, bytes]) -> None:
    assert {name.partition("/")[0] for name in wheel} == {
        "siting",
        f"siting-{__version__}.dist-info",
    }


def test_sdist_holds_what_a_developer_needs(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tests = {f"tests/{name}" for name in sources("tests")}
    assert tests <= names
    assert {"README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "data/build/__main__.py"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(".venv")]


def test_metadata_says_what_it_is(metadata: Message) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("siting", __version__)
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "siting run geothermal" in metadata.get_payload()
    assert {"LICENSE", "NOTICE"} == set(metadata.get_all("License-File", []))


def test_metadata_asks_for_test_tools_only_where_they_are_wanted(metadata: Message) -> None:
    asked = metadata.get_all("Requires-Dist", [])
    always = [each for each in asked if "extra ==" not in each]
    assert any(each.startswith("scikit-learn") for each in always)
    assert not [each for each in always if each.startswith(("pytest", "hypothesis", "playwright"))]


def test_wheel_runs_and_not_the_clone(installed: Path, tmp_path: Path) -> None:
    code = (
        "import json, sys, siting; from siting.sources.folders import data_root, pipelines_root;"
        "print(json.dumps([sys.path, siting.__file__, *map(str, (data_root(), pipelines_root()))]))"
    )
    path, *places = json.loads(command(installed / "python", "-c", code, cwd=tmp_path))
    assert str(ROOT) not in path
    assert all(Path(each).is_relative_to(installed.parent) for each in places)


def test_installed_command_lists_every_source(installed: Path, tmp_path: Path) -> None:
    listed = json.loads(command(installed / "siting", "sources", "--json", cwd=tmp_path))
    assert {each["name"] for each in listed} == {*CATALOGUE, *ELSEWHERE}
    assert not list(tmp_path.iterdir())


def test_installed_command_checks_the_default_pipeline(installed: Path, tmp_path: Path) -> None:
    said = command(installed / "siting", "check", "geothermal", cwd=tmp_path)
    assert "no mistakes" in said


def test_installed_command_runs_the_default_pipeline(installed: Path, tmp_path: Path) -> None:
    empty, out, store = (tmp_path / name for name in ("empty", "out", "store"))
    empty.mkdir()
    words = ("run", "geothermal", "--resolution", COARSE, "--out", out, "--json")
    said = command(installed / "siting", *words, cwd=empty, SITING_STORE=str(store))
    latest = out / "latest"
    outcome = json.loads(said)
    assert outcome["files"].keys() == set(PIPELINE["outputs"])
    warnings = [each for each in outcome["findings"] if each["severity"] == "warning"]
    assert len(warnings) <= 5  # more than people act upon
    assert all(each["fix"] for each in warnings)
    assert {path.name for path in latest.iterdir()} == {*PIPELINE["outputs"], "manifest.json"}
    with (latest / "candidates.csv").open(encoding="utf-8", newline="") as rows:
        assert len(list(csv.DictReader(rows))) == PIPELINE["candidates"]["count"]
    assert list((store / "objects").iterdir())
    assert not list(empty.iterdir())
