"""A plugin of pytest: which tests run each line of siting, how long they take, which fail."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest


def worked() -> float:
    """Processor time of this process and of those that it waited for, on a busy machine too [s]."""
    return sum(os.times()[:4])


class Covering:
    """Watches one run of pytest and writes what it saw."""

    def __init__(self, target: Path) -> None:
        import coverage  # only who tries mutants needs it

        self.target, self.root = target, Path.cwd()
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self.coverage = coverage.Coverage(data_file=None, source=["siting"], branch=False)
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        began = worked()
        result = yield
        self.seconds[item.nodeid] = worked() - began
        self.coverage.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.append(report.nodeid)

    def pytest_unconfigure(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        lines = {
            str(Path(file).relative_to(self.root)): {
                line: sorted(filter(None, tests))
                for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
            if Path(file).is_relative_to(self.root)
        }
        seen = {"seconds": self.seconds, "failed": self.failed, "lines": lines}
        self.target.write_text(json.dumps(seen), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Covering(Path(os.environ["SITING_COVERING"])))
