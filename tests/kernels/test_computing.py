"""Where tiles are worked out, and what that needs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from siting.errors import PipelineError
from siting.kernels import computing


@contextmanager
def folder() -> Iterator[Path]:
    yield Path()


def test_workers_want_the_libraries_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "siting.kernels.workers", raising=False)
    with pytest.raises(PipelineError, match=r"CLUSTER_MISSING(.|\n)*pip install"):  # noqa: SIM117
        with computing.cluster(None, 2, folder):
            raise AssertionError("no workers can be started")


def test_without_workers_nothing_is_started() -> None:
    with computing.cluster(None, None, folder):
        computing.connect()
