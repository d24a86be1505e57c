"""What a result depends on, as digests: recipes, the code that runs, the libraries it runs on."""

import ast
import gc
import hashlib
import importlib.util
import inspect
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from siting.errors import PipelineError
from siting.store.code import Row, remembered
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


class Modules:
    """Modules as they are when each is first asked for: for many functions at one moment."""

    def __init__(self) -> None:
        self._rows: dict[str, Row | None] = {}

    def row(self, name: str) -> Row | None:
        """Digest of a module and the names it may import; None of what is no module."""
        if name not in self._rows:
            path = _source(name)
            self._rows[name] = None if path is None else _row(name, path)
        return self._rows[name]


def code_digest(function: Callable[..., Any], modules: Modules | None = None) -> str:
    """SHA-256 of the code that a function runs: its module and all it imports of its package.

    Comments, layout and docstrings do not count, save for the first line of a decorated
    function's docstring, which is its layer's long name. Imports are followed wherever they
    stand, into the function's own package and into siting.

    Parameters
    ----------
    function : callable
        The function, decorated or not.
    modules : Modules, optional
        What is known of modules already; as they are now where it is not given.

    Raises
    ------
    PipelineError
        Where the function has no source file.
    """
    module = inspect.unwrap(function).__module__
    found: dict[str, str] = {}
    _follow(module, (module.partition(".")[0], "siting"), modules or Modules(), found)
    if module not in found:
        raise PipelineError(
            "CODE_UNKNOWN", "the source of the function cannot be read", where=module,
            found=getattr(function, "__qualname__", repr(function)),
            fix="put the function into a module of a package",
        )  # fmt: skip
    return hashlib.sha256(canonical(found).encode()).hexdigest()


def _follow(
    module: str, packages: tuple[str, ...], modules: Modules, found: dict[str, str]
) -> None:
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found or name.partition(".")[0] not in packages:
            continue
        if row := modules.row(name):
            found[name] = row[0]
            waiting.extend(row[1])
    remembered().save()


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


def _row(name: str, path: Path) -> Row:
    status = path.stat()
    return _module(name, path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1024)
def _module(name: str, path: Path, modified: int, size: int) -> Row:
    """Digest of one module and the names it may import; a new time stamp is a new module."""
    content = path.read_bytes()
    source, known = hashlib.sha256(content).hexdigest(), remembered()
    row = known.get(name, source)
    if row is None:
        row = _parsed(name, path, content)
        known.put(name, source, row)
    return row


def _parsed(name: str, path: Path, content: bytes) -> Row:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    with _uncollected():
        tree = ast.parse(content)
        statements = [tree, *_statements(tree)]
        imports = tuple(dict.fromkeys(_imports(statements, package)))
        for node in statements:
            _shorten_docstring(node)
        return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: a syntax tree has none, and a third of its making would go there."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below one; what is imported or has a docstring is no part of an expression."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for each in getattr(node, field, ()):
            yield each
            yield from _statements(each)


def _imports(statements: Iterable[ast.AST], package: str) -> Iterator[str]:
    for node in statements:
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
