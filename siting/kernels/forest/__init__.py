"""Ensembles of trees over rasters, exactly as scikit-learn has them."""

from siting.kernels.forest.inference import CompiledForest, compiled
from siting.kernels.forest.refusal import CannotCompile

__all__ = ["CannotCompile", "CompiledForest", "compiled"]
