"""Where values come from: the catalogue of embedded data, and files that a pipeline declares."""
