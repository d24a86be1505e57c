"""Damaged pipelines, data and texts: every one ends with a result or with an error that helps."""
