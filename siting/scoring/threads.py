"""One thread within scikit-learn; see :mod:`siting.kernels.threads`."""

from siting.kernels.threads import single_threaded

__all__ = ["single_threaded"]
