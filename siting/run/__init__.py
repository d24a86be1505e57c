"""A checked pipeline, executed: the one place that calls the stages."""

from siting.run.execution import run_plan
from siting.run.outcome import Outcome

__all__ = ["Outcome", "run_plan"]
