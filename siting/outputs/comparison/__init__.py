"""A model's series beside a buoy's: figures, tables, one page."""

from siting.outputs import quiet

quiet.load_matplotlib()
