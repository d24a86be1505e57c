"""Layers: one function is one layer, named for what it returns."""
