"""Loading a handler by its name."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from workers import Message, handlers
from workers.settings import ConfigError

INSTALLED = "is it installed, or its folder on PYTHONPATH?"


@pytest.fixture(autouse=True)
def folder_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent / "handlers")


def test_a_function_is_found_by_module_and_name() -> None:
    assert handlers.load("trial:nothing").__name__ == "nothing"


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("trial", "expected module:function"),
        (":nothing", "expected module:function"),
        ("trail:nothing", f"there is no module 'trail'; {INSTALLED}"),
        ("trial.deep:nothing", f"there is no module 'trial.deep'; {INSTALLED}"),
        ("trial:nothin", "module 'trial' has no 'nothin'; did you mean 'nothing'?"),
        ("trial:zzz", "module 'trial' has no 'zzz'"),
        ("trial:NOT_A_FUNCTION", "'NOT_A_FUNCTION' is of type int, not a function"),
        ("needs_more:f", "its module imports 'not_installed_anywhere', which is not installed"),
        ("breaks:f", "its module raised RuntimeError: no database"),
        ("trial:asleep", "it is async, and is run as a plain function"),
        ("trial:generated", "it is a generator, and is run as a plain function"),
    ],
)
def test_a_fault_says_which_part_is_wrong(spec: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        handlers.load(spec)
    assert str(caught.value) == f"MQ_HANDLER={spec}: {fault}"


def test_the_default_handler_logs_the_body(caplog: pytest.LogCaptureFixture) -> None:
    message = Message(b"Hello World 7! \xff", "a-7", False, None, {})
    with caplog.at_level(logging.INFO, logger="workers"):
        handlers.log_message(message)
    [record] = caplog.records
    assert vars(record)["fields"] == {
        "body": "Hello World 7! \N{REPLACEMENT CHARACTER}",
        "id": "a-7",
    }


class Counting:
    """A handler that is an object."""

    def __call__(self, messages: list[Message]) -> None:
        """Take many."""


def takes_quoted(messages: "list[Message]") -> None:  # noqa: UP037 (the case that is tested)
    """Take many, in the words of a string."""


def takes_for_checkers(messages: list[Message], other: NoSuchType = None) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Take many, beside a type that only type checkers know."""


def takes_strings(messages: list[str]) -> None:
    """Take a list of something else."""


def takes_nothing() -> None:
    """Take no parameter."""


def takes_anything(message) -> None:  # type: ignore[no-untyped-def]
    """Say nothing of its parameter."""


@pytest.mark.parametrize(
    ("handler", "batches"),
    [
        (Counting(), True),
        (takes_quoted, True),
        (takes_for_checkers, True),
        (takes_strings, False),
        (takes_nothing, False),
        (takes_anything, False),
        (handlers.log_message, False),
        (print, False),
    ],
)
def test_a_handler_says_by_its_annotation_that_it_takes_batches(
    handler: Any, batches: bool
) -> None:
    assert handlers.takes_batches(handler) is batches
