"""What a result depends on, as digests: recipes, the code that runs, the libraries it runs on."""

import ast
import hashlib
import importlib.util
import inspect
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from siting.errors import PipelineError
from siting.store.code import Row, remembered
from siting.store.files import default_root
from siting.store.sealed import canonical

# Libraries whose release can change a number or a page; GDAL, PROJ and GEOS come with theirs.
_LIBRARIES = (
    "affine", "cmcrameri", "dask", "django-js-lib-leaflet", "folium", "geopandas", "gstools",
    "h5netcdf", "h5py", "jinja2", "matplotlib", "numba", "numpy", "odc-geo", "pandas", "pillow",
    "pint", "pyarrow", "pyogrio", "pyproj", "rasterio", "scikit-learn", "scipy", "shapely", "skops",
    "xarray", "zarr",
)  # fmt: skip


def object_key(recipe: Mapping[str, Any]) -> str:
    """SHA-256 of a recipe: everything that decides the bytes of a stored object.

    Examples
    --------
    >>> one, other = {"depth": 3000.0, "layer": "a"}, {"layer": "a", "depth": 3000.0}
    >>> object_key(one) == object_key(other), len(object_key(one))
    (True, 64)
    """
    return hashlib.sha256(canonical(recipe).encode()).hexdigest()


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    found = {"python": platform.python_version(), "machine": platform.machine()}
    if sys.flags.optimize > 1:  # without docstrings: long names of layers come from them
        found["optimize"] = str(sys.flags.optimize)
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return tuple(sorted(found.items()))


def library_versions() -> dict[str, str]:
    """Versions of Python and of the installed libraries that can change a result, and the machine.

    Examples
    --------
    >>> {"numpy", "python", "machine"} <= library_versions().keys()
    True
    """
    return dict(_versions())


def code_digest(function: Callable[..., Any]) -> str:
    """SHA-256 of the code that a function runs: its module and all it imports of its package.

    Comments, layout and docstrings do not count, save for the first line of a decorated
    function's docstring, which is its layer's long name. Imports are followed wherever they
    stand, into the function's own package and into siting.

    Raises
    ------
    PipelineError
        Where the function has no source file.
    """
    module = inspect.unwrap(function).__module__
    found: dict[str, str] = {}
    _follow(module, (module.partition(".")[0], "siting"), found)
    if module not in found:
        raise PipelineError(
            "CODE_UNKNOWN", "the source of the function cannot be read", where=module,
            found=getattr(function, "__qualname__", repr(function)),
            fix="put the function into a module of a package",
        )  # fmt: skip
    return hashlib.sha256(canonical(found).encode()).hexdigest()


def _follow(module: str, packages: tuple[str, ...], found: dict[str, str]) -> None:
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found or name.partition(".")[0] not in packages:
            continue
        if path := _source(name):
            status = path.stat()
            digest, imports = _module(name, path, status.st_mtime_ns, status.st_size)
            found[name] = digest
            waiting.extend(imports)
    remembered(default_root()).save()


def _source(module: str) -> Path | None:
    """The file of a module, found without importing it."""
    top, _, rest = module.partition(".")
    loaded = sys.modules.get(top)
    specification = getattr(loaded, "__spec__", None) or _specification(top)
    if specification is None:
        return None
    if not rest:
        return _existing(Path(specification.origin or ""))
    for folder in specification.submodule_search_locations or ():
        place = Path(folder, *rest.split("."))
        if path := _existing(place.with_suffix(".py")) or _existing(place / "__init__.py"):
            return path
    return None


def _specification(top: str) -> Any:
    try:
        return importlib.util.find_spec(top)
    except ValueError:  # a module without a specification, as __main__
        return None


def _existing(path: Path) -> Path | None:
    return path if path.suffix == ".py" and path.is_file() else None


@lru_cache(maxsize=1024)
def _module(name: str, path: Path, modified: int, size: int) -> Row:
    """Digest of one module and the names it may import; a new time stamp is a new module."""
    content = path.read_bytes()
    source, known = hashlib.sha256(content).hexdigest(), remembered(default_root())
    row = known.get(name, source)
    if row is None:
        row = _parsed(name, path, content)
        known.put(name, source, row)
    return row


def _parsed(name: str, path: Path, content: bytes) -> Row:
    tree = ast.parse(content)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = tuple(dict.fromkeys(_imports(tree, package)))
    for node in ast.walk(tree):
        _shorten_docstring(node)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [base])])
            yield base
            yield from (f"{base}.{each.name}" for each in node.names)  # may be modules too


def _shorten_docstring(node: ast.AST) -> None:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return
    text = ast.get_docstring(node, clean=True)
    if text is None:
        return
    node.body = node.body[1:] or [ast.Pass()]
    if isinstance(node, ast.FunctionDef) and node.decorator_list:
        node.body.insert(0, ast.Expr(ast.Constant(text.partition("\n")[0])))
