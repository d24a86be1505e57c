"""Files of the same bytes for the same values, whenever and wherever they are written.

Each function writes to the path given; that nobody sees half a file is the caller's care.
"""

from siting.io.write.geopackage import gpkg
from siting.io.write.geotiff import cog
from siting.io.write.places import geojson, kmz, parquet
from siting.io.write.plain import csv, json, text

__all__ = ["cog", "csv", "geojson", "gpkg", "json", "kmz", "parquet", "text"]
