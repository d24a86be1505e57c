"""Rasters that do not say where they are, say it oddly, or say it wrong."""

import numpy as np
from affine import Affine
from pyproj import CRS
from rasterio.control import GroundControlPoint
from rasterio.rpc import RPC

from .harness import EAST, NORTH, SOUTH, WEST, Corpus, field_of, raster
from .rasters import add, at, equals, is_field, placeless, valid

corpus = Corpus()
UTM_GRID = "{crs: EPSG:32611, resolution: 1000 m, bounds: [490000, 3990000, 510000, 4010000]}"
UTM_BOUNDS = (490_000, 3_990_000, 510_000, 4_010_000)
FINE = "{crs: EPSG:4326, resolution: 0.0001 degree, bounds: [-119.002, 38.998, -119, 39]}"
FINE_BOUNDS = (-119.002, 38.998, -119.0, 39.0)

# ------------------------------------------------------------------ systems
ENGINEERING = 'ENGCRS["Site",EDATUM["Site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'  # noqa: E501
UNKNOWN_DATUM = (
    'GEOGCS["mystery",DATUM["Not known",SPHEROID["Clarke 1866",6378206.4,294.978698213898]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)

add(
    corpus,
    "r_no_crs",
    "error",
    "CRS_MISSING",
    "no CRS anywhere",
    lambda d: raster(d / "a.tif", crs=None),
)
add(
    corpus,
    "r_no_crs_but_declared",
    "accept",
    None,
    "the pipeline names the CRS",
    lambda d: raster(d / "a.tif", crs=None),
    declared="units: m, crs: 'EPSG:4326'",
    holds=is_field,
)
add(
    corpus,
    "r_crs_local",
    "error",
    "CRS_MISSING",
    "an engineering CRS has no place on the earth",
    lambda d: raster(d / "a.tif", crs=ENGINEERING),
)
add(
    corpus,
    "r_crs_vertical",
    "error",
    "CRS_MISSING",
    "a vertical CRS alone",
    lambda d: raster(d / "a.tif", crs="EPSG:5773"),
)
add(
    corpus,
    "r_crs_geocentric",
    "error",
    "CRS_MISSING",
    "geocentric X, Y, Z",
    lambda d: raster(d / "a.tif", crs="EPSG:4978"),
)
add(
    corpus,
    "r_crs_compound",
    "handle",
    None,
    "horizontal and vertical CRS in one",
    lambda d: raster(d / "a.tif", crs="EPSG:4326+5773"),
    holds=is_field,
)
add(
    corpus,
    "r_crs_3d",
    "handle",
    None,
    "geographic with ellipsoidal heights",
    lambda d: raster(d / "a.tif", crs="EPSG:4979"),
    holds=is_field,
)
add(
    corpus,
    "r_crs_deprecated",
    "handle",
    None,
    "a retired code of the same datum",
    lambda d: raster(
        d / "a.tif",
        crs="EPSG:3785",
        bounds=(-13358338.895, 4579425.813, -13135699.914, 4865942.279),
    ),
    holds=at(-118.95, 39.05, 40 + 2 * 10 + 1.5 * 9.5, 3.0),
)
add(
    corpus,
    "r_crs_esri",
    "handle",
    None,
    "WKT as Esri writes it",
    lambda d: raster(d / "a.tif", bounds=UTM_BOUNDS, crs=CRS.from_epsg(32611).to_wkt("WKT1_ESRI")),
    grid=UTM_GRID,
    holds=is_field,
)
add(
    corpus,
    "r_crs_utm",
    "handle",
    None,
    "a projected raster under a geographic grid",
    lambda d: raster(d / "a.tif", crs="EPSG:32611", bounds=UTM_BOUNDS),
    grid="{crs: EPSG:4326, resolution: 0.01 degree, bounds: [-117.05, 36.1, -116.95, 36.2]}",
    holds=at(-116.995, 36.125, 40 + 2 * 9.95 + 1.5 * 11.69, 0.1),
)
add(
    corpus,
    "r_crs_feet",
    "handle",
    None,
    "US survey feet: 20 km of cells as 65617 ft",
    lambda d: raster(
        d / "a.tif", crs="EPSG:2227", bounds=(6_000_000, 2_000_000, 6_020_000, 2_020_000)
    ),
    grid="{crs: EPSG:2227, resolution: 1000, bounds: [6000000, 2000000, 6020000, 2020000]}",
    holds=is_field,
)
add(
    corpus,
    "r_crs_mercator_by_the_pole",
    "handle",
    None,
    "Web Mercator up to 85 N, polar grid",
    lambda d: raster(
        d / "a.tif",
        np.tile(np.arange(400.0), (400, 1)),
        crs="EPSG:3857",
        bounds=(-20037508.342789244, -20037508.342789244, 20037508.342789244, 20037508.342789244),
    ),
    grid="{crs: EPSG:3413, resolution: 20 km, bounds: [-1000000, 200000, -600000, 600000]}",
    holds=valid(400),
)
add(
    corpus,
    "r_crs_nad27_coarse",
    "accept",
    None,
    "a shift of 90 m under cells of 10 km",
    lambda d: raster(d / "a.tif", crs="EPSG:4267"),
)
add(
    corpus,
    "r_crs_nad27_fine",
    "warn",
    "DATUM_SHIFT_INEXACT",
    "NAD27 under cells of 10 m without the grid of its shifts",
    lambda d: raster(d / "a.tif", crs="EPSG:4267", bounds=FINE_BOUNDS),
    grid=FINE,
)
add(
    corpus,
    "r_crs_unknown_datum",
    "warn",
    "DATUM_SHIFT_INEXACT",
    "a datum that no transformation is known for, under cells of 10 m",
    lambda d: raster(d / "a.tif", crs=UNKNOWN_DATUM, bounds=FINE_BOUNDS),
    grid=FINE,
)
add(
    corpus,
    "r_crs_wgs72",
    "accept",
    None,
    "WGS 72 is known to a metre",
    lambda d: raster(d / "a.tif", crs="EPSG:4322", bounds=FINE_BOUNDS),
    grid=FINE,
)
add(
    corpus,
    "r_crs_nad83",
    "accept",
    None,
    "NAD83 and WGS 84 are the same to some metres",
    lambda d: raster(d / "a.tif", crs="EPSG:4269", bounds=FINE_BOUNDS),
    grid=FINE,
)
add(
    corpus,
    "r_degrees_as_metres",
    "error",
    "CRS_IMPLAUSIBLE",
    "degrees labelled UTM",
    lambda d: raster(d / "a.tif", crs="EPSG:32611"),
)
add(
    corpus,
    "r_metres_as_degrees",
    "error",
    "CRS_IMPLAUSIBLE",
    "metres labelled WGS 84",
    lambda d: raster(d / "a.tif", bounds=UTM_BOUNDS),
)
add(
    corpus,
    "r_degrees_as_mercator",
    "error",
    "CRS_IMPLAUSIBLE",
    "degrees labelled Web Mercator",
    lambda d: raster(d / "a.tif", crs="EPSG:3857"),
)
add(
    corpus,
    "r_degrees_as_feet",
    "error",
    "CRS_IMPLAUSIBLE",
    "degrees labelled US survey feet",
    lambda d: raster(d / "a.tif", crs="EPSG:2227"),
)
add(
    corpus,
    "r_axes_swapped",
    "error",
    "CRS_IMPLAUSIBLE",
    "x is the latitude, y the longitude",
    lambda d: raster(d / "a.tif", bounds=(SOUTH, WEST, NORTH, EAST)),
)
add(
    corpus,
    "r_axes_swapped_within_90",
    "error",
    "AXES_SWAPPED",
    "x is the latitude, y a longitude that could be one",
    lambda d: raster(d / "a.tif", bounds=(38, -80, 40, -78)),
    grid="{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-80, 38, -78, 40]}",
)
add(
    corpus,
    "r_sign_of_west_lost",
    "error",
    "OUTSIDE_GRID",
    "120 E for 120 W",
    lambda d: raster(d / "a.tif", bounds=(118, SOUTH, 120, NORTH)),
)
add(
    corpus,
    "r_wrong_zone",
    "error",
    "OUTSIDE_GRID",
    "UTM of the next zone",
    lambda d: raster(d / "a.tif", crs="EPSG:32612", bounds=UTM_BOUNDS),
    grid=UTM_GRID,
)

# ------------------------------------------------------------------ geotransforms
FIELD = field_of().astype("float64")
add(
    corpus,
    "r_south_up",
    "handle",
    None,
    "rows from the south",
    lambda d: raster(d / "a.tif", transform=Affine(0.1, 0, WEST, 0, 0.1, SOUTH)),
    holds=equals(FIELD[::-1]),
)
add(
    corpus,
    "r_east_left",
    "handle",
    None,
    "columns from the east",
    lambda d: raster(d / "a.tif", transform=Affine(-0.1, 0, EAST, 0, -0.1, NORTH)),
    holds=equals(FIELD[:, ::-1]),
)
add(
    corpus,
    "r_quarter_turn",
    "handle",
    None,
    "rows are columns",
    lambda d: raster(d / "a.tif", transform=Affine(0, 0.1, WEST, -0.1, 0, NORTH)),
    holds=equals(FIELD.T),
)
add(
    corpus,
    "r_rotated",
    "handle",
    None,
    "turned by 30 degrees",
    lambda d: raster(
        d / "a.tif",
        transform=Affine.translation(WEST, NORTH) * Affine.rotation(-30) * Affine.scale(0.1, -0.1),
    ),
    grid="{crs: EPSG:4326, resolution: 0.01 degree, bounds: [-119.93, 39.43, -119.91, 39.44]}",
    holds=at(-119.925, 39.435, 52.0, 0.5),
)
add(
    corpus,
    "r_sheared",
    "handle",
    None,
    "every row starts half a cell further east",
    lambda d: raster(d / "a.tif", transform=Affine(0.1, 0.05, WEST, 0, -0.1, NORTH)),
    holds=at(-119.05, 39.05, 40 + 2 * 4.25 + 1.5 * 9, 0.01),
)
add(
    corpus,
    "r_lon360",
    "handle",
    None,
    "240 to 242 for 120 W to 118 W",
    lambda d: raster(d / "a.tif", bounds=(240, SOUTH, 242, NORTH)),
    holds=is_field,
)
add(
    corpus,
    "r_dateline",
    "handle",
    None,
    "178 to 182, the grid from -180",
    lambda d: raster(d / "a.tif", bounds=(179, SOUTH, 181, NORTH)),
    grid="{crs: EPSG:4326, resolution: 0.1 degree, bounds: [-180, 38, -179, 40]}",
    holds=at(-179.95, 39.95, 60.0),
)
add(
    corpus,
    "r_dateline_grid",
    "handle",
    None,
    "the grid goes on beyond 180",
    lambda d: raster(d / "a.tif", np.tile(np.arange(360.0), (180, 1)), bounds=(-180, -90, 180, 90)),
    grid="{crs: EPSG:4326, resolution: 1 degree, bounds: [178, 0, 182, 4]}",
    holds=equals(np.tile([358.0, 359.0, 0.0, 1.0], (4, 1))),
)
add(
    corpus,
    "r_pixel_is_point",
    "handle",
    None,
    "a tag must not shift by half a cell",
    lambda d: raster(d / "a.tif", tags={"AREA_OR_POINT": "Point"}),
    holds=is_field,
)
add(
    corpus,
    "r_no_geotransform",
    "error",
    "GEOTRANSFORM_MISSING",
    "cells without a place",
    lambda d: placeless(d / "a.tif"),
)
add(
    corpus,
    "r_degenerate",
    "error",
    "GEOTRANSFORM_MISSING",
    "cells without a width",
    lambda d: raster(d / "a.tif", transform=Affine(0, 0, WEST, 0, -0.1, NORTH)),
)
add(
    corpus,
    "r_nan_geotransform",
    "error",
    "GEOTRANSFORM_MISSING",
    "cells at NaN",
    lambda d: raster(d / "a.tif", transform=Affine(0.1, 0, float("nan"), 0, -0.1, NORTH)),
)
CORNERS = [
    GroundControlPoint(0, 0, WEST, NORTH),
    GroundControlPoint(0, 20, EAST, NORTH),
    GroundControlPoint(20, 0, WEST, SOUTH),
    GroundControlPoint(20, 20, EAST, SOUTH),
]
add(
    corpus,
    "r_control_points",
    "error",
    "GEOTRANSFORM_MISSING",
    "control points only",
    lambda d: raster(d / "a.tif", gcps=CORNERS, transform=None),
)
add(
    corpus,
    "r_rpc",
    "error",
    "GEOTRANSFORM_MISSING",
    "a camera model only",
    lambda d: placeless(
        d / "a.tif",
        rpcs=RPC(
            100.0,
            10.0,
            39.0,
            1.0,
            [1.0] + [0.0] * 19,
            [0.0] * 20,
            10.0,
            10.0,
            -119.0,
            1.0,
            [1.0] + [0.0] * 19,
            [0.0] * 20,
            10.0,
            10.0,
        ),
    ),
)

# ------------------------------------------------------------------ sizes of cells
add(
    corpus,
    "r_cells_not_square",
    "handle",
    None,
    "cells twice as wide as high",
    lambda d: raster(d / "a.tif", field_of(40, 20)),
    holds=at(-118.95, 39.05, 40 + 20 + 1.5 * 18.5),
)
add(
    corpus,
    "r_cells_tiny",
    "error",
    "CELLS_IMPLAUSIBLE",
    "cells of a tenth of a millimetre",
    lambda d: raster(d / "a.tif", transform=Affine(1e-9, 0, -119.05, 0, -1e-9, 39.05)),
)
add(
    corpus,
    "r_cells_much_finer",
    "handle",
    None,
    "100 x 100 cells in each of the grid's",
    lambda d: raster(d / "a.tif", np.kron(field_of(4, 4), np.ones((100, 100), "float32"))),
    grid="{crs: EPSG:4326, resolution: 0.5 degree, bounds: [-120, 38, -118, 40]}",
    holds=equals(field_of(4, 4).astype("float64")),
)
add(
    corpus,
    "r_cells_much_coarser",
    "warn",
    "RESOLUTION_COARSE",
    "one cell for 100 x 100",
    lambda d: raster(d / "a.tif", field_of(2, 2), bounds=(-130, 30, -110, 50)),
)
add(
    corpus,
    "r_one_row",
    "handle",
    None,
    "one row of cells",
    lambda d: raster(d / "a.tif", field_of(1, 20), bounds=(WEST, 39.9, EAST, 40)),
    holds=valid(20),
)
add(
    corpus,
    "r_one_column",
    "handle",
    None,
    "one column of cells",
    lambda d: raster(d / "a.tif", field_of(20, 1), bounds=(WEST, SOUTH, WEST + 0.1, NORTH)),
    holds=valid(20),
)
add(
    corpus,
    "r_one_cell",
    "warn",
    "LAYER_CONSTANT",
    "one cell tells no places apart",
    lambda d: raster(d / "a.tif", field_of(1, 1), bounds=(WEST, 39.9, WEST + 0.1, 40)),
)
add(
    corpus,
    "r_part_of_the_grid",
    "handle",
    None,
    "a quarter of the grid, which is said",
    lambda d: raster(d / "a.tif", field_of(10, 10), bounds=(WEST, 39, -119, NORTH)),
    holds=lambda result: _says(result, "COVERAGE_PARTIAL", "75"),
)
add(
    corpus,
    "r_beside_the_grid",
    "error",
    "OUTSIDE_GRID",
    "another continent",
    lambda d: raster(d / "a.tif", bounds=(10, 50, 12, 52)),
)


def _says(result, code: str, part: str) -> None:
    (found,) = [each for each in result.findings if each["code"] == code]
    assert part in found["found"]
    assert int(np.isfinite(result.layer("a").filled(np.nan)).sum()) == 100
