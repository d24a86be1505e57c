"""The pipelines of this project as a competent user would write them without it."""
