"""Loading a handler by its name."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any, List, Protocol  # noqa: UP035 (a case that is tested)

import pytest

from tests.apps.places import told
from workers import Message, handlers, loader
from workers.settings import ConfigError

FOLDER = Path(__file__).parent / "handlers"
INSTALLED = "is it installed, or its folder on PYTHONPATH?"
SHAPE = "expected one parameter: message: Message, or messages: list[Message]"


@pytest.fixture(autouse=True)
def folder_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)


def test_a_function_is_found_by_module_and_name() -> None:
    assert getattr(handlers.load("trial:nothing"), "__name__", None) == "nothing"


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("trial", "expected module:function"),
        (":nothing", "expected module:function"),
        ("trail:nothing", "there is no module 'trail'; did you mean 'trial'?"),
        ("zzzyzx:nothing", f"there is no module 'zzzyzx'; {INSTALLED}"),
        ("trial.deep:nothing", f"there is no module 'trial.deep'; {INSTALLED}"),
        ("trial:nothin", "module 'trial' has no 'nothin'; did you mean 'nothing'? (trial.py)"),
        ("trial:zzz", "module 'trial' has no 'zzz' (trial.py)"),
        ("trial:NOT_A_FUNCTION", "'NOT_A_FUNCTION' is of type int, not a function"),
        (
            "needs_more:f",
            "its module imports 'not_installed_anywhere', which is not installed"
            " (needs_more.py: import not_installed_anywhere  # noqa: F401)",
        ),
        (
            "breaks:f",
            "its module raised RuntimeError: no database"
            ' (breaks.py: raise RuntimeError("no database"))',
        ),
        (
            "trial:asleep",
            "it is async, and is run as a plain function"
            " (trial.py: async def asleep(_message: Message) -> None:)",
        ),
        (
            "trial:generated",
            "it is a generator, and is run as a plain function"
            " (trial.py: def generated(_message: Message) -> Iterator[None]:)",
        ),
        (
            "trial:Forgetful",
            f"it is a class, and a call only makes one; {SHAPE} (trial.py: class Forgetful:)",
        ),
        ("trial:no_store", f"it takes (); {SHAPE} (trial.py: def no_store() -> None:)"),
        (
            "trial:two_of_them",
            f"it takes (message, count); {SHAPE}"
            " (trial.py: def two_of_them(message: Message, count: int) -> None:)",
        ),
        (
            "trial:named_only",
            f"it takes (message); {SHAPE} (trial.py: def named_only(*, message: Message) -> None:)",
        ),
        (
            "trial:takes_bytes",
            f"its parameter 'body' is annotated bytes; {SHAPE}"
            " (trial.py: def takes_bytes(body: bytes) -> None:)",
        ),
        (
            "trial:takes_a_tuple",
            "its parameter 'messages' is annotated tuple[Message, ...];"
            f" {SHAPE} (trial.py: def takes_a_tuple(messages: tuple[Message, ...]) -> None:)",
        ),
    ],
)
def test_a_fault_says_which_part_is_wrong_and_where_it_was_written(spec: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        handlers.load(spec)
    assert told(caught.value) == f"MQ_HANDLER={spec}: {fault}"


def test_a_module_that_cannot_be_read_is_told_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unreadable.py").write_text("x = (\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError) as caught:
        handlers.load("unreadable:f")
    assert told(caught.value).endswith("SyntaxError: '(' was never closed (unreadable.py: x = ()")


def test_a_module_that_ends_the_program_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ends_at_once.py").write_text("raise SystemExit('no configuration')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match="its module raised SystemExit: no configuration"):
        handlers.load("ends_at_once:f")


def test_a_module_in_this_folder_is_told_to_go_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders_here.py").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        handlers.load("orders_here:handle")
    hint = "orders_here.py is in this folder, which has to be on PYTHONPATH"
    assert str(caught.value).endswith(f"there is no module 'orders_here'; {hint}")


class HasBody(Protocol):
    """What a user's own code may ask of a message."""

    body: bytes


def takes_a_protocol(message: HasBody) -> None:
    """Take whatever has a body."""


def takes_either(message: Message | None) -> None:
    """Take nothing as well."""


def takes_an_object(message: object) -> None:
    """Take all."""


@pytest.mark.parametrize(
    "handler",
    [
        print,
        max,  # written in C, it does not say what it takes
        partial(lambda _other, _message: None, 1),
        lambda *messages: messages,
        lambda message=None: message,
        lambda message, *, strict=False: (message, strict),
        takes_a_protocol,
        takes_either,
        takes_an_object,
    ],
)
def test_whatever_can_be_called_with_one_message_is_taken(handler: Any) -> None:
    handlers.check(handler, "trial:it")


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


def takes_as_of_old(messages: List[Message]) -> None:  # noqa: UP006 (the case that is tested)
    """Take many, in the way of Python 3.8."""


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
        (takes_as_of_old, True),
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


def test_an_object_was_written_where_its_class_was() -> None:
    assert told(loader.where(Counting())) == " (test_handlers.py: class Counting:)"


def test_what_was_written_in_no_file_has_no_place() -> None:
    scope: dict[str, Any] = {}
    exec("def handle(message): ...", scope)  # noqa: S102
    assert loader.where(scope["handle"]) == loader.where(max) == loader.where({}) == ""
