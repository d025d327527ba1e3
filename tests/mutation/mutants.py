"""Small faults, made one at a time in the functions of a module, as its tests have to notice.

A condition is forced True and False, an operand of `and` and `or` is left out, a severity becomes
another one, and a rule's check finds nothing. The fault is put into a function that is loaded
already, in place of its code, so that whoever has imported the function meets it as well.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from inspect import getsource, unwrap
from textwrap import shorten
from types import CodeType, FunctionType, ModuleType
from typing import Any

_WIDTH = 100
_CHECKS = ("check", "check_chart")
_OTHER_SEVERITY = {"ERROR": "WARNING", "WARNING": "ERROR", "NOTE": "WARNING"}
_FINDERS = ("Finding", "Finding.at")


@dataclass(frozen=True)
class Mutant:
    """A function with one fault: what stands in it, and what stands there instead."""

    module: str
    function: str
    before: str
    after: str
    code: CodeType = field(repr=False, compare=False)

    @property
    def key(self) -> str:
        """Its name in lists: the same as long as the function has that condition."""
        return f"{self.module}.{self.function}: {self.before} -> {self.after}"


def mutants_of(module: ModuleType) -> Iterator[Mutant]:
    """Make every mutant of a module's functions and methods, in the order of its lines."""
    return mutants_in(module.__name__, getsource(module), str(module.__file__))


def mutants_in(module: str, source: str, file: str = "") -> Iterator[Mutant]:
    """Make the mutants of a module that need not be loaded, from its text."""
    tree = ast.parse(source)
    for name, function in _functions(tree):
        for place, node, after in _faults(function):
            place.put(node)
            code = _code(compile(ast.fix_missing_locations(tree), file, "exec"))
            place.restore()
            before = shorten(place.text, _WIDTH, placeholder=" ...")
            yield Mutant(module, name, before, after, code[name])


@contextmanager
def swapped_in(mutant: Mutant) -> Iterator[None]:
    """Run the mutant in place of its function; what has been computed with either is forgotten."""
    function = function_of(mutant)
    sound = function.__code__
    function.__code__ = mutant.code
    _forget(mutant)
    try:
        yield
    finally:
        function.__code__ = sound
        _forget(mutant)


def function_of(mutant: Mutant) -> FunctionType:
    """Return the loaded function that a mutant is one of."""
    found: Any = import_module(mutant.module)
    for name in mutant.function.split("."):
        found = vars(found)[name]
    if isinstance(found, property):
        found = found.fget
    elif isinstance(found, cached_property):
        found = found.func
    function = unwrap(getattr(found, "__func__", found))
    assert isinstance(function, FunctionType)
    return function


def _forget(mutant: Mutant) -> None:
    """Empty what the functions of the mutant's package remember."""
    package = mutant.module.rpartition(".")[0]
    for name, module in list(sys.modules.items()):
        if name.startswith(package or mutant.module):
            for one in vars(module).values():
                if hasattr(one, "cache_clear"):
                    one.cache_clear()


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Give functions and methods by qualified name; one inside another is part of it."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    yield f"{node.name}.{method.name}", method


def _code(code: CodeType) -> dict[str, CodeType]:
    """Give the code of everything inside by qualified name."""
    found: dict[str, CodeType] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= {constant.co_qualname: constant} | _code(constant)
    return found


@dataclass
class _Place:
    """Where a node hangs in its tree: a field of its parent, or an item of a list there."""

    parent: Any
    field: str
    index: int | None = None

    def __post_init__(self) -> None:
        self.node = self._held()
        nodes = self.node if isinstance(self.node, list) else [self.node]
        self.text = "; ".join(ast.unparse(node) for node in nodes)

    def _held(self) -> Any:
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    def put(self, node: Any) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    def restore(self) -> None:
        self.put(self.node)


_Fault = tuple[_Place, Any, str]


def _faults(function: ast.FunctionDef) -> Iterator[_Fault]:
    if function.name in _CHECKS:
        nothing = ast.parse("def f():\n return\n yield").body[0]
        assert isinstance(nothing, ast.FunctionDef)
        place = _Place(function, "body")
        place.text = "all of it"
        yield place, nothing.body, "finds nothing"
    for node in ast.walk(function):
        for place in _conditions(function, node):
            for to in (True, False):
                if ast.unparse(place.node) != str(to):
                    yield place, _forced(place.node, to), str(to)
        for name, held in ast.iter_fields(node):
            for place in _boolean_operations(node, name, held):
                yield from _without_an_operand(place)
        if isinstance(node, ast.Call):
            yield from _severities(node)


def _conditions(function: ast.FunctionDef, node: ast.AST) -> Iterator[_Place]:
    """Give what decides: tests, filters, what a predicate returns, and what is kept of these."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield _Place(node, "test")
    elif isinstance(node, ast.comprehension):
        yield from (_Place(node, "ifs", index) for index in range(len(node.ifs)))
    elif _is_verdict(function, node):
        yield _Place(node, "value")


def _is_verdict(function: ast.FunctionDef, node: ast.AST) -> bool:
    """Tell whether a statement keeps a comparison, or is what a function of type bool returns."""
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Compare)
    is_predicate = isinstance(function.returns, ast.Name) and function.returns.id == "bool"
    return isinstance(node, ast.Return) and is_predicate


def _forced(condition: ast.expr, to: bool) -> ast.expr:
    """Make a condition constant; names that it binds on the way are bound still."""
    constant = ast.Constant(to)
    if not any(isinstance(node, ast.NamedExpr) for node in ast.walk(condition)):
        return constant
    both = ast.Tuple([condition, constant], ast.Load())
    return ast.Subscript(both, ast.Constant(1), ast.Load())


def _boolean_operations(node: ast.AST, name: str, held: Any) -> Iterator[_Place]:
    if isinstance(held, ast.BoolOp):
        yield _Place(node, name)
    elif isinstance(held, list):
        for index, item in enumerate(held):
            if isinstance(item, ast.BoolOp):
                yield _Place(node, name, index)


def _without_an_operand(place: _Place) -> Iterator[_Fault]:
    operands = place.node.values
    for left_out in range(len(operands)):
        rest = [operand for index, operand in enumerate(operands) if index != left_out]
        node = rest[0] if len(rest) == 1 else ast.BoolOp(place.node.op, rest)
        yield place, node, ast.unparse(node)


def _severities(call: ast.Call) -> Iterator[_Fault]:
    """Swap each severity that a call gives, and give one that it leaves at its default."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    named = any(keyword.arg == "severity" for keyword in call.keywords)
    for at, value in enumerate(given):
        for node in ast.walk(value):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Severity":
                named = True
                other = ast.Attribute(node.value, _OTHER_SEVERITY[node.attr], ast.Load())
                yield _severity_place(call, at, node), other, ast.unparse(other)
    if ast.unparse(call.func) in _FINDERS and not named:
        # A text stands for the member of its name, as the module may not have imported Severity.
        keyword = ast.keyword("severity", ast.Constant("warning"))
        place = _Place(call, "keywords")
        place.text = shorten(ast.unparse(call), 60, placeholder=" ...")
        yield place, [*call.keywords, keyword], "a warning"


def _severity_place(call: ast.Call, at: int, node: ast.Attribute) -> _Place:
    holder: Any = call if at < len(call.args) else call.keywords[at - len(call.args)]
    for parent in ast.walk(holder):
        for name, held in ast.iter_fields(parent):
            if held is node:
                return _Place(parent, name)
            if isinstance(held, list) and node in held:
                return _Place(parent, name, held.index(node))
    raise AssertionError
