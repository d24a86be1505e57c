"""Values that people and machines write by mistake or on purpose."""

import random
from typing import Any

NUMBERS: tuple[Any, ...] = (
    0, -0.0, -1, 1, 0.5, 1e-300, 5e-324, 1e300, 1.7976931348623157e308, float("inf"),
    -float("inf"), float("nan"), 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**40, 10**400,
    10**4200, 1e16, 100_001,
)  # fmt: skip
TEXTS = (
    "", " ", "\n", "\t", "\0", "a\0b", "x" * 300, "x" * 5000, "null", "true", "no", "NO", "1:30",
    "010", "1_000", "0x10", "0o7", "1e3", ".5", "5.", "+1", "-", "--", "---", "...", "~", "=",
    "<<", ".", "..", "../x.tif", "/", "/etc/passwd", "~/x.csv", "file:///etc/passwd",
    "http://127.0.0.1/x.tif", "/vsicurl/http://x/y.tif", "C:\\x.tif", "a/../../b", "./heat.tif",
    "heat.tif/", "heat.tif\0.csv", "heat.tif ", "con", "aux.tif", "*.tif", "$(id)", "`id`",
    "${HOME}", "%s%n", "{}", "{0}", "{x!r}", "<script>alert(1)</script>", "'; DROP TABLE x; --",
    "=1+1", "@x", "&a", "*a", "!x", "!!str x", "|", ">", "%", "#", "é", "ß", "İ", "ﬁ", "\u200b",
    "\u202e", "\ufeff", "\u2028", "\u0085", "\x7f", "\x1b[31m", "１２", "٣", "😀", "e\u0301",
    "\ufffe", "\U0010ffff", "\ud800", "__class__", "__init__", "model_config", "self", "grid",
    "layers", "score", "score.", ".score", "score.model", "score.score.score", "learned.x",
)  # fmt: skip
QUANTITIES = (
    "3 km", "3km", "3", "3 ", "km", "3 KM", "3 parsec", "-3 km", "nan km", "inf km", "1e400 km",
    "1e-400 m", "3 km km", "3 km/", "3 **", "3 m**999999999", "3 m**m", "3 m^(2)", "3 (m", "3 m)",
    "3 m*", "3 km 5 m", "3 m,", "3,5 km", "3 degC", "3 degF", "3 delta_degC", "0x3 km", "3 mW m-2",
    "3 mW/m^2", "3 W m⁻²", "3 µm", "3 %", "3 percent", "3 °", "3 \x00", "9" * 400 + " km",
    "3 " + "k" * 400, "3 " + "m " * 200, "3 1", "3 dimensionless", "3 USD", "3 __import__",
    "3 m if 1 else m", "3 lambda", "3 pixel", "3 dB", "3 e", "3 pi", "3 m**0.5", "3 m**-1e9",
    "3 [length]", "3 m;s", "3 m\ns", "3 ppm", "3 m ** 2 ** 9 ** 9",
)  # fmt: skip
CRS = (
    "EPSG:4326", "EPSG:6933", "EPSG:3857", "EPSG:32611", "EPSG:3413", "EPSG:3031", "EPSG:5070",
    "EPSG:4979", "EPSG:4978", "EPSG:5773", "EPSG:0", "EPSG:-1", "EPSG:999999", "EPSG:4267",
    "EPSG:2193", "EPSG:27700", "EPSG:", "epsg:4326", "4326", "OGC:CRS84", "ESRI:54009",
    "ESRI:54030", "+proj=longlat", "+proj=moll", "+proj=laea +lat_0=90",
    "+proj=laea +lat_0=90 +lon_0=nan", "+proj=utm +zone=99", "+proj=geos +h=1", "+proj=tmerc +k=0",
    "+proj=tmerc +k=1e300", "+proj=eqc", "+proj=igh", "+proj=pipeline", "+proj=ob_tran",
    "+proj=longlat +a=1 +b=1", "+proj=longlat +R=1737400", "+init=epsg:4326", "WGS84", "WGS 84",
    'GEOGCS["x"]', "{}", "[]", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:OGC:1.3:CRS84",
    "https://www.opengis.net/def/crs/EPSG/0/4326", "IAU_2015:49900", "EPSG:4326+5773",
    "EPSG:4326@2020", "+proj=laea +lat_0=45 +lon_0=-120 +units=us-ft",
    "+proj=lcc +lat_1=0 +lat_2=0", "+proj=aea +lat_1=30", "EPSG:3832", "EPSG:3851", "EPSG:8857",
    "EPSG:4258", "EPSG:4269", "EPSG:2263", "+proj=vandg", "+proj=gnom",
)  # fmt: skip
BOUNDS: tuple[Any, ...] = (
    "world", "World", "all", [], [0], [0, 0, 0, 0], [-120, 38, -116, 41], [-116, 41, -120, 38],
    [170, -50, 190, -30], [170, -50, -170, -30], [-180, -90, 180, 90], [0, -90, 360, 90],
    [-180, -91, 180, 91], [-540, -10, 540, 10], [-181, 0, 179, 1], [1e308, 0, 1.7e308, 1],
    [-1e308, -1e308, 1e308, 1e308], [0, 0, 1e-300, 1e-300], [0, 0, 5e-324, 1],
    [-180, 89.9, 180, 90], [500_000, 4_400_000, 546_000, 4_434_000], [-4e6, -4e6, 4e6, 4e6],
    [-2e7, -2e7, 2e7, 2e7], [1e16, 1e16, 1e16 + 4, 1e16 + 4], [0, 0, 1, 1, 1],
    ["0", "0", "1", "1"], [None, 0, 1, 1], [float("nan"), 0, 1, 1], [0, 0, float("inf"), 1],
    [True, False, 1, 1], [10**400, 0, 1, 1], {"west": 0},
)  # fmt: skip
RESOLUTIONS: tuple[Any, ...] = (
    0.1, "0.1 degree", 1, 10_000, "10 km", 25_000, "25 km", 0, -1, 1e-9, 1e-300, 5e-324, 1e300,
    1e308, "0 km", "1e-300 km", "1e308 km", "1 m", "1 mile", "0.1 rad", "10 arcmin", "inf km",
    89.99, 180, 360, 1000,
)  # fmt: skip


def value(rng: random.Random, depth: int = 0) -> Any:
    """Anything that a file can hold."""
    choice = rng.randrange(10)
    if choice < 3:
        return rng.choice(NUMBERS)
    if choice < 6:
        return rng.choice(TEXTS)
    if choice == 6:
        return rng.choice(QUANTITIES)
    if choice == 7 or depth > 3:
        return rng.choice((None, True, False, [], {}))
    if choice == 8:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {key(rng): value(rng, depth + 1) for _ in range(rng.randrange(4))}


def key(rng: random.Random) -> str | int:
    """A key of a mapping."""
    return rng.choice((rng.choice(TEXTS), rng.randrange(-2, 3), 10**30, "a"))
