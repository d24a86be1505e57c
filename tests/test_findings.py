"""Findings reach the innermost collector, from any thread, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from siting.findings import SitingWarning, collect, warn


def test_finding_of_a_worker_thread_is_collected():
    with collect() as found, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda i: warn("CODE", f"message {i}"), range(4)))
    assert sorted(each.message for each in found) == [f"message {i}" for i in range(4)]


def test_same_finding_is_kept_once():
    with collect() as found:
        warn("CODE", "twice")
        warn("CODE", "twice")
    assert len(found) == 1


def test_inner_collector_takes_precedence():
    with collect() as outer:
        with collect() as inner:
            warn("CODE", "inner")
        warn("CODE", "outer")
    assert [each.message for each in inner] == ["inner"]
    assert [each.message for each in outer] == ["outer"]


def test_finding_outside_a_run_is_a_warning():
    with pytest.warns(SitingWarning, match="CODE: nobody listens"):
        warn("CODE", "nobody listens")
