"""From a pipeline file to values: what it names, how it is checked, keyed and executed."""
