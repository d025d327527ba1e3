"""A trial tells which test notices a mutant, and which mutants nobody notices."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE = """
def is_long(word: str) -> bool:
    return len(word) > 3


def never_called(word: str) -> bool:
    return len(word) > 5
"""
CONFTEST = """
from tests.mutation.trial import Trial

def tell(result):
    print(result.mutant.key, "by", result.killer, flush=True)

def pytest_configure(config):
    trial = Trial(["words"], tell)
    trial.pytest_configure()
    config.pluginmanager.register(trial)
    config.add_cleanup(lambda: print("fault:", trial.fault and trial.fault.splitlines()[0]))
"""
SHORT = "from words import is_long\ndef test_short(): assert not is_long('ab')\n"
LONG = "def test_long(): assert is_long('abcd')\n"


@pytest.fixture(autouse=True)
def _small_project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a module and a conftest.py that tries its mutants."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tools'}:{pytester.path}")
    pytester.makeini("[pytest]\naddopts = -s")
    pytester.makeconftest(CONFTEST)
    (pytester.path / "words.py").write_text(MODULE)


def run(pytester: pytest.Pytester, tests: str) -> list[str]:
    """Return the lines that the trial printed."""
    (pytester.path / "test_words.py").write_text(tests)
    lines = pytester.runpytest_subprocess().outlines
    return [line for line in lines if line.startswith(("words.", "fault:"))]


def test_a_mutant_is_killed_by_the_test_that_goes_red(pytester: pytest.Pytester) -> None:
    assert run(pytester, SHORT + LONG) == [
        "words.is_long: len(word) > 3 -> True by test_words.py::test_short",
        "words.is_long: len(word) > 3 -> False by test_words.py::test_long",
        "words.never_called: len(word) > 5 -> True by None",
        "words.never_called: len(word) > 5 -> False by None",
        "fault: None",
    ]


def test_a_mutant_survives_a_weak_test(pytester: pytest.Pytester) -> None:
    assert "words.is_long: len(word) > 3 -> False by None" in run(pytester, SHORT)


def test_a_test_that_fails_by_itself_ends_the_trial(pytester: pytest.Pytester) -> None:
    assert run(pytester, SHORT.replace("not ", "")) == [
        "fault: test_words.py::test_short fails without a mutant:"
    ]


def test_the_test_that_a_hint_names_is_tried_first_and_the_others_where_it_passes(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        CONFTEST.replace(
            '["words"], tell)', '["words"], tell, hint=lambda _: "test_words.py::test_slow")'
        )
    )
    slow = "def test_slow(): assert is_long('abcde')\n"
    assert run(pytester, SHORT + LONG + slow) == [
        "words.is_long: len(word) > 3 -> False by test_words.py::test_slow",
        "words.is_long: len(word) > 3 -> True by test_words.py::test_short",
        "words.never_called: len(word) > 5 -> True by None",
        "words.never_called: len(word) > 5 -> False by None",
        "fault: None",
    ]
    assert run(pytester, SHORT + slow.replace("assert", "assert not")) == [
        "fault: test_words.py::test_slow fails without a mutant:"
    ]
