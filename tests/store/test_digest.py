import importlib
import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from siting.errors import PipelineError, StorageError
from siting.store import canonical, code_digest, library_versions, object_key

FUNCTION = '''"""A module."""
from kitchen import kernel


def layer(a: float) -> float:
    """Value of a layer."""
    return kernel.double(a)  # as it is
'''


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Digest of kitchen.heat.layer after some of the package's files are rewritten."""
    package = tmp_path / "kitchen"
    package.mkdir()
    texts = {
        "__init__": "",
        "heat": FUNCTION,
        "kernel": "import numpy\nfrom . import units\n\n\ndef double(a):\n    return 2 * a\n",
        "units": "def metres():\n    from kitchen.deep import table\n    return table\n",
        "deep": "table = 1\n",
        "apart": "nothing = 1\n",
    }
    monkeypatch.syspath_prepend(str(tmp_path))

    def written(**changes: str) -> str:
        for name, text in {**texts, **changes}.items():
            (package / f"{name}.py").write_text(text)
        for name in [name for name in sys.modules if name.partition(".")[0] == "kitchen"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        return code_digest(importlib.import_module("kitchen.heat").layer)

    yield written
    for name in [name for name in sys.modules if name.partition(".")[0] == "kitchen"]:
        del sys.modules[name]


def test_comments_layout_and_docstrings_do_not_count(digest: Callable[..., str]) -> None:
    other = FUNCTION.replace("# as it is", "").replace("A module", "The module")
    other = other.replace("Value of a layer.", "Another text.").replace("a: float", "a:  float")
    assert other != FUNCTION
    assert digest(heat=other) == digest()


def test_code_counts(digest: Callable[..., str]) -> None:
    assert digest(heat=FUNCTION.replace("double(a)", "double(a + 1)")) != digest()


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("kernel", "from . import units\n\n\ndef double(a):\n    return 3 * a\n"),
        ("units", "def metres():\n    from kitchen.deep import table\n    return 2 * table\n"),
        ("deep", "table = 2\n"),
    ],
)
def test_code_of_imported_modules_counts(
    digest: Callable[..., str], module: str, text: str
) -> None:
    assert digest(**{module: text}) != digest()


def test_modules_that_are_not_imported_do_not_count(digest: Callable[..., str]) -> None:
    assert digest(apart="nothing = 2\n") == digest()


def test_the_long_name_of_a_decorated_function_counts(digest: Callable[..., str]) -> None:
    marked = FUNCTION.replace("def layer", "@staticmethod\ndef layer")
    renamed = marked.replace("Value of a layer.", "Value of the layer.")
    longer = marked.replace("Value of a layer.", "Value of a layer.\n\n    And more.\n    ")
    assert digest(heat=renamed) != digest(heat=marked)
    assert digest(heat=longer) == digest(heat=marked)


def test_imports_in_a_circle_come_to_an_end(digest: Callable[..., str]) -> None:
    circle = "from kitchen import kernel\ntable = 1\n"
    assert digest(deep=circle) != digest()


def test_a_function_of_siting_depends_on_what_it_imports() -> None:
    from siting import grid

    assert code_digest(grid.accept) == code_digest(grid.as_layer)  # one module
    assert code_digest(grid.accept) != code_digest(canonical)


def test_a_function_without_source_is_refused() -> None:
    scope: dict[str, Any] = {"__name__": "nowhere"}
    exec("def function(): pass", scope)
    with pytest.raises(PipelineError, match="CODE_UNKNOWN"):
        code_digest(scope["function"])


def test_the_key_does_not_depend_on_the_order_or_kind_of_mapping() -> None:
    one = {"a": 1, "b": {"c": [1, 2], "d": np.float64(0.5)}}
    other = {"b": {"d": 0.5, "c": (1, 2)}, "a": np.int64(1)}
    assert object_key(one) == object_key(other)


def test_the_key_is_the_sha256_of_the_canonical_json() -> None:
    # printf '{"a":1}' | sha256sum
    assert object_key({"a": 1}) == (
        "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    )


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {1: "a"}, {"a": Path("b")}, np.zeros(2), b"bytes"]
)
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(StorageError, match="NOT_JSON"):
        canonical({"value": value})


def test_versions_name_only_what_is_installed() -> None:
    versions = library_versions()
    assert versions["numpy"] == np.__version__
    versions["numpy"] = "changed"
    assert library_versions()["numpy"] == np.__version__


def test_a_file_of_another_size_is_read_again_whatever_its_time(
    digest: Callable[..., str], tmp_path: Path
) -> None:
    before = digest()
    kernel = tmp_path / "kitchen" / "kernel.py"
    status = kernel.stat()
    kernel.write_text(kernel.read_text().replace("2 * a", "12 * a"))
    os.utime(kernel, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert code_digest(sys.modules["kitchen.heat"].layer) != before


# Dependencies that change neither a number nor a page.
WITHOUT_NUMBERS = {"pydantic", "pyyaml", "rich", "threadpoolctl", "typer"}


def test_every_dependency_that_can_change_a_result_is_known_by_its_version() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [*project["project"]["dependencies"], *extras["netcdf"], *extras["geostatistics"]]
    names = {re.split("[<>=]", each)[0].lower() for each in wanted}
    assert names > WITHOUT_NUMBERS
    assert library_versions().keys() - {"python", "machine", "optimize"} == names - WITHOUT_NUMBERS
