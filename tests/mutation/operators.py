"""The mutants of a Python file: each is the file with one small thing wrong.

Left alone are docstrings, annotations, decorators, imports and formats in f-strings.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "format_spec", "type_params"}
# Their arguments say something to the type checker alone.
SKIPPED_CALLS = {"cast", "TypeVar", "NewType"}


@dataclass(frozen=True)
class Mutant:
    """One change of a file's bytes."""

    file: str
    line: int
    operator: str
    text: bool  # whether it changes a text and nothing else
    start: int
    end: int
    old: str
    new: str

    def applied(self, content: bytes) -> bytes:
        """The file with this change; its lines keep their numbers."""
        return content[: self.start] + self.new.encode() + content[self.end :]


@dataclass(frozen=True)
class Place:
    """Where a node hangs, and the node whose text is written anew when it changes.

    Positions inside an f-string are unknown to Python 3.11, so all of it is written.
    """

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    anchor: ast.AST

    def put(self, node: ast.AST | None) -> None:
        held = getattr(self.parent, self.field)
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            held[self.index] = node


def mutants(file: str, content: bytes) -> list[Mutant]:
    """All mutants of a file, in the order of their places."""
    tree = ast.parse(content)
    starts = [0]
    for line in content.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return [
        made
        for place in _places(tree, None)
        for operator, text, new in _variants(place.node)
        if (made := _mutant(file, content, starts, place, operator, text, new))
    ]


def _mutant(
    file: str,
    content: bytes,
    starts: list[int],
    place: Place,
    operator: str,
    text: bool,
    new: ast.AST,
) -> Mutant | None:
    anchor = place.anchor
    start = starts[anchor.lineno - 1] + anchor.col_offset  # type: ignore[attr-defined]
    end = starts[anchor.end_lineno - 1] + anchor.end_col_offset  # type: ignore[attr-defined]
    old = content[start:end].decode()
    if anchor is place.node:
        written = ast.unparse(new)
    else:
        place.put(new)
        written = ast.unparse(anchor)
        place.put(place.node)
    lost = "\n" * (old.count("\n") - written.count("\n"))
    if isinstance(anchor, ast.stmt):
        written += lost
    elif not isinstance(anchor, ast.keyword):
        written = f"({written}{lost})"
    line: int = anchor.lineno  # type: ignore[attr-defined]
    return Mutant(file, line, operator, text, start, end, old, written)


def _places(parent: ast.AST, anchor: ast.AST | None) -> Iterator[Place]:
    for field, value in ast.iter_fields(parent):
        if field in SKIPPED_FIELDS:
            continue
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(node, ast.AST) or _skipped(parent, node, index):
                continue
            here = anchor or node
            if hasattr(here, "lineno"):
                yield Place(parent, field, index if isinstance(value, list) else None, node, here)
            inside = anchor or (node if isinstance(node, ast.JoinedStr) else None)
            yield from _places(node, inside)


def _skipped(parent: ast.AST, node: ast.AST, index: int) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Global | ast.Nonlocal):
        return True
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
        return True
    if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in SKIPPED_CALLS:
        return True
    # A text that stands alone is a docstring.
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str | type(...))
    )


def _variants(node: ast.AST) -> Iterator[tuple[str, bool, ast.AST]]:
    """Each operator, whether it touches a text alone, and the node that comes in."""
    match node:
        case ast.Constant():
            yield from _constant(node)
        case ast.Compare():
            for index, operator in enumerate(node.ops):
                swapped = COMPARISONS[type(operator)]()
                ops = [*node.ops[:index], swapped, *node.ops[index + 1 :]]
                yield "comparison", False, ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp():
            swap = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "and/or", False, ast.BoolOp(swap, node.values)
        case ast.UnaryOp(op=ast.Not()) | ast.UnaryOp(op=ast.USub()):
            yield "not/minus", False, node.operand
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield "arithmetic", False, ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
        case ast.Call():
            yield from _call(node)
        case ast.Lambda():
            yield "lambda", False, ast.Lambda(node.args, ast.Constant(None))
        case ast.stmt():
            yield from _statement(node)


def _constant(node: ast.Constant) -> Iterator[tuple[str, bool, ast.AST]]:
    value = node.value
    if isinstance(value, bool):
        yield "truth", False, ast.Constant(not value)
    elif isinstance(value, int | float):
        yield "number", False, ast.Constant(value + 1)
    elif isinstance(value, str):
        yield "text", True, ast.Constant(f"XX{value}XX")
    elif isinstance(value, bytes):
        yield "text", True, ast.Constant(b"XX" + value + b"XX")


def _call(node: ast.Call) -> Iterator[tuple[str, bool, ast.AST]]:
    for index, value in enumerate(node.args):
        if isinstance(value, ast.Starred):
            continue
        before, after = node.args[:index], node.args[index + 1 :]
        if not _is_none(value):
            changed = [*before, ast.Constant(None), *after]
            yield "argument", _is_text(value), ast.Call(node.func, changed, node.keywords)
        if len(node.args) + len(node.keywords) > 1:
            call = ast.Call(node.func, [*before, *after], node.keywords)
            yield "no argument", _is_text(value), call
    for index, each in enumerate(node.keywords):
        if each.arg is None:
            continue
        others = [*node.keywords[:index], *node.keywords[index + 1 :]]
        if not _is_none(each.value):
            none = ast.keyword(each.arg, ast.Constant(None))
            call = ast.Call(node.func, node.args, [*others, none])
            yield "argument", _is_text(each.value), call
        if len(node.args) + len(node.keywords) > 1:
            call = ast.Call(node.func, node.args, others)
            yield "no argument", _is_text(each.value), call


def _statement(node: ast.stmt) -> Iterator[tuple[str, bool, ast.AST]]:
    match node:
        case ast.Assign(value=value) if not _is_none(value):
            changed = ast.Assign(node.targets, ast.Constant(None), lineno=1)
            yield "assignment", _is_text(value), changed
        case ast.AnnAssign(value=ast.expr() as value) if not _is_none(value):
            none = ast.AnnAssign(node.target, node.annotation, ast.Constant(None), node.simple)
            yield "assignment", _is_text(value), none
        case ast.AugAssign():
            if type(node.op) in ARITHMETIC:
                other = ARITHMETIC[type(node.op)]()
                yield "assignment", False, ast.AugAssign(node.target, other, node.value)
            yield "assignment", False, ast.Assign([node.target], node.value, lineno=1)
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield "return", _is_text(value), ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield "no call", False, ast.Pass()
        case ast.Continue():
            yield "loop", False, ast.Break()
        case ast.Break():
            yield "loop", False, ast.Continue()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
