"""Where the code of siting's errors and findings is written, by the abstract syntax tree."""

import ast
import functools
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from siting import errors

SITING = Path(errors.__file__).parent
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*\Z")
# Errors by their class; `warn` and `Finding` are findings.
ERRORS = frozenset(
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, errors.SitingError)
)


@dataclass(frozen=True)
class Use:
    """One place that makes an error or a finding of a code."""

    code: str
    file: str
    line: int
    how: str  # name of the error's class, or the finding's severity: "warning" or "note"


@dataclass(frozen=True)
class Sink:
    """A function whose argument becomes the code of an error or a finding."""

    position: int
    name: str
    how: frozenset[str]
    forms: frozenset[str] = frozenset({"{}"})  # what is made of the argument: "{}_DUPLICATE"
    default: str = ""


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _argument(call: ast.Call, sink: Sink) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == sink.name:
            return keyword.value
    return call.args[sink.position] if len(call.args) > sink.position else None


@functools.cache
def _calls(scope: ast.AST) -> tuple[ast.Call, ...]:
    return tuple(node for node in ast.walk(scope) if isinstance(node, ast.Call))


@functools.cache
def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _parameters(function: ast.FunctionDef) -> list[str]:
    """Names of a function's arguments as a caller counts them: without `self` and `cls`."""
    names = [each.arg for each in function.args.posonlyargs + function.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


@functools.cache
def _trees() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(SITING.parent)): ast.parse(path.read_text("utf-8"))
        for path in sorted(SITING.rglob("*.py"))
    }


def _built_in() -> dict[tuple[str, str], Sink]:
    """Classes of errors and the two doors of findings; the key is (file or "", name)."""
    sinks = {("", name): Sink(0, "code", frozenset({name})) for name in ERRORS}
    del sinks["", "PipelineInvalidError"]  # it takes a list of errors, and has a code of its own
    sinks["siting/errors.py", "__init__"] = Sink(0, "code", frozenset({"PipelineInvalidError"}))
    for tree in _trees().values():
        sinks |= {("", each.name): _carrier(each) for each in tree.body if _carries(each)}
    for name in ("warn", "Finding"):
        sinks["", name] = Sink(0, "code", frozenset({"finding"}))
    return sinks


def _fields(record: ast.stmt) -> dict[str, ast.expr | None]:
    body = record.body if isinstance(record, ast.ClassDef) else []
    return {
        each.target.id: each.value
        for each in body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }


def _carries(record: ast.stmt) -> bool:
    """Whether it is a record with a code, which the check makes an error of."""
    return "code" in _fields(record)


def _carrier(record: ast.ClassDef) -> Sink:
    fields = _fields(record)
    default = getattr(fields["code"], "value", "")
    return Sink(list(fields).index("code"), "code", frozenset({"PipelineError"}), default=default)


@functools.cache
def sinks() -> dict[tuple[str, str], Sink]:
    """Errors, findings, and every function that hands its own argument on to one of them.

    Private functions are known in their own file alone: two files may have a `_refused` each.
    """
    known = _built_in()
    grown = True
    while grown:
        grown = False
        for file, tree in _trees().items():
            for function in _functions(tree):
                owner = file if function.name.startswith("_") else ""
                new = _sink(function, file, known)
                old = known.get((owner, function.name))
                grows = new and (not old or new.how - old.how or new.forms - old.forms)
                if new and grows and function.name != "warn":
                    known[owner, function.name] = new
                    grown = True
    return known


def _sink(function: ast.FunctionDef, file: str, known: dict[tuple[str, str], Sink]) -> Sink | None:
    parameters = _parameters(function)
    how: dict[str, set[str]] = defaultdict(set)
    forms: dict[str, set[str]] = defaultdict(set)
    for call in _calls(function):
        sink = known.get((file, _called(call))) or known.get(("", _called(call)))
        argument = _argument(call, sink) if sink else None
        name, form = _handed_on(argument, parameters)
        if sink and name:
            how[name] |= sink.how
            forms[name] |= {each.format(form) for each in sink.forms}
    for name, kinds in how.items():
        place, default = parameters.index(name), _default(function, name)
        return Sink(place, name, frozenset(kinds), frozenset(forms[name]), default)
    return None


def _handed_on(argument: ast.expr | None, parameters: list[str]) -> tuple[str, str]:
    """The parameter that an argument is, or is made of, and the form it is given."""
    if isinstance(argument, ast.Name) and argument.id in parameters:
        return argument.id, "{}"
    if isinstance(argument, ast.JoinedStr):
        parts = [each for each in argument.values if isinstance(each, ast.FormattedValue)]
        if len(parts) == 1 and isinstance(parts[0].value, ast.Name):
            name = parts[0].value.id
            texts = [
                "{}" if each is parts[0] else str(getattr(each, "value", ""))
                for each in argument.values
            ]
            return (name, "".join(texts)) if name in parameters else ("", "")
    return "", ""


def _default(function: ast.FunctionDef, name: str) -> str:
    arguments = function.args.posonlyargs + function.args.args
    pairs = zip(reversed(arguments), reversed(function.args.defaults), strict=False)
    values = {each.arg: value for each, value in pairs}
    found = values.get(name)
    return found.value if isinstance(found, ast.Constant) and found.value else ""


def _constants(expression: ast.expr, scope: ast.AST) -> set[str]:
    """Texts an expression can be: itself, either branch, or what its name was given in scope."""
    if isinstance(expression, ast.JoinedStr):
        return _joined(expression, scope)
    if isinstance(expression, ast.Name):
        given = [
            (node.targets, node.value) for node in ast.walk(scope) if isinstance(node, ast.Assign)
        ]
        return {
            text
            for targets, value in given
            for target in targets
            for text in _bound(expression.id, target, value)
        }
    return {
        node.value
        for node in ast.walk(expression)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value)
    }


def _joined(expression: ast.JoinedStr, scope: ast.AST) -> set[str]:
    """Texts that ``f"{name}_DUPLICATE"`` can be."""
    texts = {""}
    for part in expression.values:
        inner = part.value if isinstance(part, ast.FormattedValue) else part
        ends = _constants(inner, scope)
        if isinstance(inner, ast.Constant):
            ends = {inner.value}
        texts = {text + end for text in texts for end in ends}
    return {text for text in texts if CODE.match(text)}


def _bound(name: str, target: ast.expr, value: ast.expr) -> set[str]:
    """Texts that one assignment gives to a name, tuples included."""
    if isinstance(target, ast.Name) and target.id == name:
        return _constants(value, ast.Pass())
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return {text for each, part in pairs for text in _bound(name, each, part)}
    if isinstance(target, ast.Tuple) and any(
        isinstance(each, ast.Name) and each.id == name for each in target.elts
    ):
        return _constants(value, ast.Pass())
    return set()


def _severities(call: ast.Call) -> set[str]:
    stated = {each.arg: each.value for each in call.keywords}.get("severity")
    texts = {each.value for each in ast.walk(stated or call) if isinstance(each, ast.Constant)}
    return texts & {"warning", "note"} if stated else {"warning"}


def _at_top(tree: ast.Module) -> ast.Module:
    return ast.Module([each for each in tree.body if isinstance(each, ast.Assign)], [])


def _uses_in(file: str, tree: ast.Module) -> list[tuple[Use | None, str]]:
    found: list[tuple[Use | None, str]] = []
    scopes = [*_functions(tree), tree]
    seen: set[ast.Call] = set()
    for scope in scopes:
        parameters = _parameters(scope) if isinstance(scope, ast.FunctionDef) else []
        for call in _calls(scope):
            sink = sinks().get((file, _called(call))) or sinks().get(("", _called(call)))
            if sink is None or call in seen:
                continue
            argument = _argument(call, sink) or ast.Constant(sink.default)
            seen.add(call)
            if getattr(argument, "value", None) == "":
                continue  # an error without arguments, of another function of that name
            if _handed_on(argument, parameters)[0]:
                continue  # its callers name the code
            texts = _constants(argument, scope) or _constants(argument, _at_top(tree))
            codes = {form.format(text) for text in texts for form in sink.forms}
            place = f"{file}:{call.lineno}: {ast.unparse(argument)}"
            found += [
                (Use(code, file, call.lineno, each), place)
                for code in codes
                for how in sink.how
                for each in (_severities(call) if how == "finding" else {how})
            ]
            if not codes:
                found.append((None, place))
    return found


@functools.cache
def uses() -> tuple[Use, ...]:
    """Every place of siting that makes an error or a finding of a code written there."""
    return tuple(
        use for file, tree in _trees().items() for use, _ in _uses_in(file, tree) if use is not None
    )


def unresolved() -> list[str]:
    """Places whose code is not written there as text: errors handed on from elsewhere."""
    return [
        place for file, tree in _trees().items() for use, place in _uses_in(file, tree) if not use
    ]


@functools.cache
def codes() -> dict[str, tuple[Use, ...]]:
    """The places of each code."""
    found: dict[str, list[Use]] = defaultdict(list)
    for use in uses():
        found[use.code].append(use)
    return {code: tuple(found[code]) for code in sorted(found)}
