"""The rules of docs/architecture.md and CONTRIBUTING.md, held by reading the sources.

Every rule is a function from sources to breaches, and each is also given something bad to find.
"""

import ast
import functools
import graphlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "siting"
FOLDERS = ("siting", "tests", "benchmarks", "data", "docs", "pipelines", ".ci", ".github")
# From the words that everything uses up to what people see; a module imports its own room or lower
# ones, and one stage never another.
ROOMS = (
    "errors findings pages wording units kinds signature",
    "projection geodesy grid focal reduce frames coverage proximity indicators columns predict "
    "io kernels store publish simulated",
    "sources layers simulation economics exclusions scoring candidates outputs",
    "pipeline check run estimate history",
    "terminal cli __main__",
)
LEVEL = {name: level for level, names in enumerate(ROOMS) for name in names.split()}
STAGES = frozenset(ROOMS[2].split())
HEAVY = frozenset({
    "dask", "folium", "geopandas", "matplotlib", "numba", "numpy", "odc", "pandas", "pint",
    "pyarrow", "pydantic", "pyogrio", "pyproj", "rasterio", "scipy", "shapely", "sklearn", "skops",
    "xarray", "zarr",
})  # fmt: skip
LONGEST_BODY = 60  # lines of a function, its docstring not counted
LONGEST_FILE = 600  # lines
VAGUE = frozenset({"util", "utils", "helper", "helpers", "misc", "common"})
TEXTS = frozenset({".py", ".js", ".css", ".html", ".md", ".yaml", ".yml", ".toml", ".txt", ".cff"})
# What belongs to one machine or one day of work: absolute paths of people and projects, numbers of
# issues, talk of the work itself.
OURS = (
    re.compile(r"(?<![\w.:/~-])/(?:home|root|Users|work|workspace|builds|mnt|srv)/\w"),
    re.compile(r"\b[A-Z]:\\Users"),
    re.compile(r"\b(?:issue|ticket|pull request|PR) #\d+|\bGH-\d+", re.IGNORECASE),
    re.compile(r"\b(?:this|last|previous|earlier|next|another) (?:session|conversation|chat)\b"),
)


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    """Files of a package by the dotted names of its modules."""
    paths = sorted(package.rglob("*.py"))
    parts = {path: path.relative_to(package.parent).with_suffix("").parts for path in paths}
    return {".".join(parts[path]).removesuffix(".__init__"): path for path in paths}


def files(*suffixes: str) -> list[Path]:
    """Files of the project with one of the suffixes, those that tools leave behind not counted."""
    below = [path for each in FOLDERS for path in (ROOT / each).rglob("*")]
    found = [path for path in (*ROOT.iterdir(), *below) if path.is_file()]
    return sorted(path for path in found if path.suffix in suffixes)


def texts() -> Iterator[tuple[Path, str]]:
    for path in [*files(*TEXTS), *(ROOT / ".ci").iterdir()]:
        yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


@functools.cache
def of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


# --- imports -------------------------------------------------------------------------------------


def imported(tree: ast.Module, module: str, known: frozenset[str]) -> set[str]:
    """Modules of the package that a module imports anywhere, inside functions too."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = module.rpartition(".")[0] or module
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            names += [f"{base}.{each.name}" for each in node.names]
    return {each for name in names if (each := _longest(name, known))} - {module}


def _longest(name: str, known: frozenset[str]) -> str:
    """The module that an imported name lies in, or is; nothing for those of others."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def graph() -> dict[str, set[str]]:
    found = modules()
    return {name: imported(of(path), name, frozenset(found)) for name, path in found.items()}


def room(module: str) -> str:
    """The first name below the package: ``layers`` of ``siting.layers.heat``."""
    return module.split(".")[1] if "." in module else ""


def wrong_way(imports: dict[str, set[str]]) -> list[str]:
    """Imports from a lower room of a higher one, and of one stage by another."""
    pairs = [(module, each) for module, others in imports.items() for each in others]
    return sorted(
        f"{module} imports {each}"
        for module, each in pairs
        if (a := room(module)) != (b := room(each))
        and b
        and (not a or LEVEL[a] < LEVEL[b] or {a, b} <= STAGES)
    )


def test_every_module_has_its_room() -> None:
    assert sorted({room(name) for name in modules()} - {"", *LEVEL}) == []


def test_the_architecture_page_names_every_room() -> None:
    tree = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    missing = {room(name) for name in modules()} - {""} - set(re.findall(r"\w+", tree))
    assert sorted(missing) == []


def test_imports_go_one_way() -> None:
    assert wrong_way(graph()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graphlib.TopologicalSorter(graph()).prepare()


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("siting.grid", "siting.layers.heat"),
        ("siting.layers.heat", "siting.scoring.overlay"),
        ("siting.candidates", "siting.outputs.map.page"),
        ("siting.scoring.skill", "siting.run"),
        ("siting.errors", "siting.grid"),
        ("siting.run", "siting.cli"),
        ("siting", "siting.run"),
    ],
)
def test_an_import_the_wrong_way_is_found(module: str, other: str) -> None:
    assert wrong_way({module: {"siting", other}}) == [f"{module} imports {other}"]


def test_imports_are_found_wherever_they_stand() -> None:
    known = frozenset({"siting", "siting.grid", "siting.layers", "siting.layers.heat"})
    source = "import siting.grid\ndef f():\n    from siting.layers import heat\n    import numpy"
    found = imported(ast.parse(source), "siting.scoring.x", known)
    assert found == {"siting.grid", "siting.layers.heat"}
    assert imported(ast.parse("from . import heat"), "siting.layers.x", known) == {
        "siting.layers.heat"
    }


# --- what is loaded at start-up ------------------------------------------------------------------


def heavy(statement: str) -> list[str]:
    """Heavy libraries that a new interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(HEAVY & set(done.stdout.split()))


@pytest.mark.parametrize("module", ["siting", "siting.cli"])
def test_nothing_heavy_is_loaded_at_start_up(module: str) -> None:
    assert heavy(f"import {module}") == []


# What computes, draws and writes: checking a pipeline file and telling what it takes need none.
OF_RUNS = ("folium", "matplotlib", "pyogrio", "skops")
CHECKED = """
import contextlib, io, sys
from siting.cli import main
sys.argv = ["siting", *{words}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""


@pytest.mark.parametrize("words", [["check", "geothermal"], ["estimate", "geothermal"]])
def test_what_only_runs_need_is_not_loaded_for_a_plan(words: list[str]) -> None:
    found = heavy(CHECKED.format(words=words))
    assert set(found) & set(OF_RUNS) == set()
    assert "sklearn" in found  # which builds the model that the file names


@pytest.mark.parametrize("words", [["help", "CRS_MISSING"], ["version"], ["run", "--help"]])
def test_nothing_heavy_is_loaded_for_what_reads_no_pipeline(words: list[str]) -> None:
    assert set(heavy(CHECKED.format(words=words))) - {"pydantic"} == set()  # which typer loads


def test_only_the_modules_that_a_file_names_are_loaded() -> None:
    code = CHECKED.format(words=["check", "geothermal"])
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(*sys.modules)"], cwd=ROOT, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    layers = {name for name in done.stdout.split() if name.startswith("siting.layers.")}
    assert "siting.layers.heat" in layers
    assert layers & {"siting.layers.waves", "siting.layers.stress", "siting.layers.faults"} == set()


def test_something_heavy_would_be_found() -> None:
    assert "numpy" in heavy("import siting.geodesy")


# --- sizes ---------------------------------------------------------------------------------------


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from a function's first statement to its last, its docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions(tree: ast.Module) -> list[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    every = [node for node in ast.walk(tree) if isinstance(node, functions)]
    return [each.name for each in every if body_lines(each) > LONGEST_BODY]


def long_blocks(script: str) -> list[str]:
    """First lines of the long blocks of a script that begin and end at the margin."""
    blocks = re.findall(r"^(\S[^\n]*\{)\n(.*?)^\}", script, re.MULTILINE | re.DOTALL)
    return [head for head, body in blocks if body.count("\n") > LONGEST_BODY]


def test_functions_are_short() -> None:
    found = {str(path.relative_to(ROOT)): long_functions(of(path)) for path in files(".py")}
    scripts = {path.name: long_blocks(path.read_text(encoding="utf-8")) for path in files(".js")}
    assert {name: long for name, long in (found | scripts).items() if long} == {}


def test_files_are_short() -> None:
    lengths = {path: len(path.read_bytes().splitlines()) for path in files(".py", ".js", ".css")}
    assert [str(path) for path, lines in lengths.items() if lines > LONGEST_FILE] == []
    assert len(lengths) > 100  # the files were found


@pytest.mark.parametrize("docstring", ["", '    """What it returns.\n\n    More.\n    """\n'])
def test_a_long_function_is_found(docstring: str) -> None:
    def source(lines: int) -> str:
        body = f"def f():\n{docstring}" + "    x = 1\n" * lines
        return f"class C:\n{body.replace('def', ' def').replace('    ', '     ')}"

    assert long_functions(ast.parse(source(LONGEST_BODY))) == []
    assert long_functions(ast.parse(source(LONGEST_BODY + 1))) == ["f"]


def test_a_long_function_of_a_script_is_found() -> None:
    def script(lines: int) -> str:
        return "const a = {};\nfunction f() {\n" + "  if (a) { b(); }\n" * lines + "}\n"

    assert long_blocks(script(LONGEST_BODY)) == []
    assert long_blocks(script(LONGEST_BODY + 1)) == ["function f() {"]


# --- names and docstrings ------------------------------------------------------------------------


def vague(paths: list[Path]) -> list[Path]:
    return [path for path in paths if VAGUE & {*path.parts, path.stem}]


def test_no_module_has_a_vague_name() -> None:
    assert vague([path.relative_to(ROOT) for path in files(".py", ".js")]) == []


def test_a_vague_name_is_found() -> None:
    bad = [Path("siting/utils.py"), Path("siting/helpers/grid.py")]
    assert vague([*bad, Path("siting/focal.py")]) == bad


def test_every_module_says_what_it_is() -> None:
    silent = [name for name, path in modules().items() if not ast.get_docstring(of(path))]
    assert silent == []


def test_a_module_that_says_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("# a comment\nX = 1\n")
    assert list(modules(tmp_path)) == [f"{tmp_path.name}.silent"]
    assert not ast.get_docstring(of(tmp_path / "silent.py"))


def postponed(tree: ast.Module) -> bool:
    """Whether annotations are left as text, which signatures read at run time must not be."""
    return any(isinstance(x, ast.ImportFrom) and x.module == "__future__" for x in tree.body)


def test_stages_have_real_annotations() -> None:
    stages = {name: path for name, path in modules().items() if room(name) in STAGES}
    assert [name for name, path in stages.items() if postponed(of(path))] == []
    assert len(stages) > len(STAGES)


def test_postponed_annotations_are_found() -> None:
    assert postponed(ast.parse('"""A stage."""\nfrom __future__ import annotations\n'))


def marked_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Public functions under a decorator that comes from siting.signature."""
    marks = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "siting.signature"
        for each in node.names
    }
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [
        each
        for each in functions
        if not each.name.startswith("_") and marks & set(map(_decorator, each.decorator_list))
    ]


def _decorator(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return called.id if isinstance(called, ast.Name) else ""


def undocumented(function: ast.FunctionDef) -> list[str]:
    """What the docstring of a marked function lacks: sections, and arguments in Parameters."""
    text = ast.get_docstring(function) or ""
    sections = dict(re.findall(r"^(\w+)\n-{3,}\n(.*?)(?=^\w[\w ]*\n-{3,}\n|\Z)", text, re.M | re.S))
    heads = re.findall(r"^(\w[\w, ]*) : ", sections.get("Parameters", ""), re.MULTILINE)
    told = {name for head in heads for name in head.split(", ")}
    arguments = [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]
    lacking = [name for name in arguments if name not in told]
    return lacking + [name for name in ("Examples",) if name not in sections]


def test_stage_functions_have_parameters_and_examples() -> None:
    every = [
        (name, each) for name, path in modules().items() for each in marked_functions(of(path))
    ]
    found = {f"{name}.{each.name}": undocumented(each) for name, each in every}
    assert {name: lacks for name, lacks in found.items() if lacks} == {}
    assert len(found) > 20


def test_a_stage_function_without_its_sections_is_found() -> None:
    source = (
        "from siting.signature import layer, exclusion\n"
        '@layer(kind="count")\ndef f(a, b, c):\n'
        '    """F.\n\n    Parameters\n    ----------\n    a, b : int\n        A.\n    """\n'
        '@exclusion\ndef g():\n    """G.\n\n    Examples\n    --------\n    >>> 1\n    1\n    """\n'
        "def plain(a): ...\n"
    )
    f, g = marked_functions(ast.parse(source))
    assert undocumented(f) == ["c", "Examples"]
    assert undocumented(g) == []


# --- the project speaks of itself alone ----------------------------------------------------------


def foreign(text: str) -> list[str]:
    """Words that belong to one machine or one day of work."""
    return [found.group() for pattern in OURS for found in pattern.finditer(text)]


def outside(path: Path, text: str) -> list[str]:
    """Folders outside of the project that a page or script refers to by a relative path."""
    found = re.findall(r"(?<![\w/.])(?:\.\./)+[A-Za-z][\w./-]*", text)
    inside = ROOT.resolve()
    return [
        each for each in found if not (ROOT / path.parent / each).resolve().is_relative_to(inside)
    ]


def test_nothing_belongs_to_one_machine_or_one_day() -> None:
    every = {str(path): foreign(text) for path, text in texts()}
    assert {name: words for name, words in every.items() if words} == {}
    assert len(every) > 150


def test_nothing_outside_of_the_project_is_referred_to() -> None:
    pages = [(path, text) for path, text in texts() if path.suffix in {".md", ".yaml", ".toml"}]
    assert {str(path): found for path, text in pages if (found := outside(path, text))} == {}


@pytest.mark.parametrize(
    "words",
    [
        ["see /", "home/ada/data.tif"],
        ["(/", "work/main)"],
        ["C:", "\\Users\\ada"],
        ["fixes is", "sue #12"],
        ["GH-", "7"],
        ["as an earlier ses", "sion found"],
    ],
)
def test_words_of_one_machine_or_day_are_found(words: list[str]) -> None:
    assert foreign("".join(words))


@pytest.mark.parametrize(
    "text", ["/usr/bin/python", "https://a.org/home/x", "Volume 3, Issue 2", "~/data"]
)
def test_ordinary_words_are_let_through(text: str) -> None:
    assert foreign(text) == []


def test_a_path_that_leaves_the_project_is_found() -> None:
    page = Path("docs/page.md")
    assert outside(page, "see ../../other/data and ../data") == ["../../other/data"]
