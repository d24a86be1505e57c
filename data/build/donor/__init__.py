"""Makes the donor year of sea states and the RM3's matrix, both from defaults of NREL's PySAM."""
