"""The cards of the best sites: one page without code, each site with all that is known of it."""

from siting.outputs import quiet

quiet.load_matplotlib()
