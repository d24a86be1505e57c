"""Simulation: from a site's climate to hours of power served; one function makes one simulator."""
