"""Makes the layers of the ocean: temperature, wind, sun, ice, ports and shipping lanes."""
