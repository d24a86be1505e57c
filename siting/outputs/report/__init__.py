"""The report: one printable page with the figures by which a run is to be judged."""

from siting.outputs import quiet

quiet.load_matplotlib()
