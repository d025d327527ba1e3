"""Mutants are small, take the place of the loaded function, and leave it as it was."""

from __future__ import annotations

import ast
from importlib import import_module
from types import ModuleType

import pytest

from tests.mutation import mutants
from tests.mutation.mutants import mutants_of, swapped_in

SAMPLE = """
from __future__ import annotations
from functools import lru_cache


def check(words: list[str], least: int) -> list[str]:
    if least < 0 and words:
        return []
    return [word for word in words if is_long(word, least)]


def is_long(word: str, least: int) -> bool:
    return Measured(word).size >= least


class Measured:
    def __init__(self, word: str) -> None:
        self.word = word

    @property
    def size(self) -> int:
        return len(self.word) if (found := self.word) else found and 0


@lru_cache
def twice(number: int) -> int:
    return 2 * number if number else -1
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Give a module to break."""
    folder = tmp_path_factory.mktemp("mutants")
    (folder / "chartproof_sample.py").write_text(SAMPLE)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        return import_module("chartproof_sample")


def test_every_condition_operand_and_check_is_broken(sample: ModuleType) -> None:
    assert [mutant.key.removeprefix("chartproof_sample.") for mutant in mutants_of(sample)] == [
        "check: all of it -> finds nothing",
        "check: least < 0 and words -> True",
        "check: least < 0 and words -> False",
        "check: least < 0 and words -> words",
        "check: least < 0 and words -> least < 0",
        "check: is_long(word, least) -> True",
        "check: is_long(word, least) -> False",
        "is_long: Measured(word).size >= least -> True",
        "is_long: Measured(word).size >= least -> False",
        "Measured.size: (found := self.word) -> True",
        "Measured.size: (found := self.word) -> False",
        "Measured.size: found and 0 -> 0",
        "Measured.size: found and 0 -> found",
        "twice: number -> True",
        "twice: number -> False",
    ]


def test_a_mutant_is_what_everybody_calls_while_it_is_swapped_in(sample: ModuleType) -> None:
    mutants = {mutant.key.partition(".")[2]: mutant for mutant in mutants_of(sample)}
    imported_before, words = sample.check, ["a", "long one"]
    assert imported_before(words, 3) == ["long one"]
    with swapped_in(mutants["is_long: Measured(word).size >= least -> True"]):
        assert imported_before(words, 3) == words
    with swapped_in(mutants["check: all of it -> finds nothing"]):
        assert list(imported_before(words, 3)) == []
    with swapped_in(mutants["Measured.size: (found := self.word) -> False"]):
        assert imported_before(words, 1) == []
    assert imported_before(words, 3) == ["long one"]


def test_what_was_computed_before_is_not_remembered(sample: ModuleType) -> None:
    mutants = {mutant.key.partition(".")[2]: mutant for mutant in mutants_of(sample)}
    assert sample.twice(2) == 4
    with swapped_in(mutants["twice: number -> False"]):
        assert sample.twice(2) == -1
    assert sample.twice(2) == 4


@pytest.mark.parametrize(
    ("call", "changed"),
    [
        ("Finding('a')", "Finding('a', severity='warning')"),
        ("Finding('a', Severity.WARNING)", "Finding('a', Severity.ERROR)"),
        ("Finding.at(a, severity=Severity.NOTE)", "Finding.at(a, severity=Severity.WARNING)"),
        ("nearest('a')", None),
    ],
)
def test_a_severity_becomes_another_one(call: str, changed: str | None) -> None:

    tree = ast.parse(f"def f(): return {call}")
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    seen = []
    for place, node, _ in mutants._faults(function):
        place.put(node)
        seen.append(ast.unparse(function.body[0]).removeprefix("return "))
        place.restore()
    assert seen == ([changed] if changed else [])
