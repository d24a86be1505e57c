"""Find where to put energy: score candidate sites on geological and resource grids, honestly."""

__version__ = "0.1.0"
