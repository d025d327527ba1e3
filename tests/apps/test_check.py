"""`workers check` says of what users wrote whether it can be used, with no broker."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps.places import told
from tests.apps.running import WORKERS, with_handlers
from workers.kinds import Kind, kind_of


class Checked:
    """What the command printed and how it ended."""

    def __init__(self, *arguments: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MQ_")}
        done = subprocess.run(
            [WORKERS, "check", *arguments],
            env={**kept, "PYTHONPATH": with_handlers()},
            capture_output=True,
            text=True,
            check=False,
        )
        self.code = done.returncode
        self.lines = told(done.stdout).splitlines()
        self.errors = told(done.stderr)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "trial:nothing",
            "MQ_HANDLER=trial:nothing is a handler: a call gets one message"
            " (trial.py: def nothing(_message: Message) -> None:)",
        ),
        (
            "trial:add_up",
            "MQ_HANDLER=trial:add_up is a batch handler: a call gets up to MQ_BATCH messages"
            " (trial.py: def add_up(messages: list[Message]) -> None:)",
        ),
        (
            "sources:three",
            "MQ_SOURCE=sources:three is a source without a position for MQ_RESUME"
            " (sources.py: def three() -> Iterator[str | bytes | Publishing]:)",
        ),
        (
            "sources:numbers",
            "MQ_SOURCE=sources:numbers is a source with a position for MQ_RESUME"
            " (sources.py: def numbers(start: int) -> Iterator[str]:)",
        ),
        ("counter", "MQ_SOURCE=counter is a source with a position for MQ_RESUME"),
        ("workers.dedup:Recent", "MQ_DEDUP=workers.dedup:Recent is a de-duplication: it knows"),
    ],
)
def test_it_says_what_a_name_is_and_where_it_goes(name: str, said: str) -> None:
    checked = Checked(name)
    [line] = checked.lines
    assert line.startswith(said)
    assert (checked.code, checked.errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["trial"], "trial: expected module:function"),
        (["trial:nothin"], "trial:nothin: module 'trial' has no 'nothin'; did you mean 'nothing'?"),
        (
            ["trial:two_of_them"],
            "MQ_HANDLER=trial:two_of_them: it takes (message, count); expected one parameter:"
            " message: Message, or messages: list[Message]"
            " (trial.py: def two_of_them(message: Message, count: int) -> None:)",
        ),
        (["trial:asleep"], "MQ_HANDLER=trial:asleep: it is async, and is run as a plain function"),
        (["sources:later"], "MQ_SOURCE=sources:later: it is asynchronous; expected a plain"),
        (["trial:Forgetful"], "MQ_DEDUP=trial:Forgetful: Forgetful.add() is not there; expected"),
        (["conter", "--as", "source"], "conter: expected module:function"),
        (
            ["sources:three", "--as", "handler"],
            "MQ_HANDLER=sources:three: it is a generator, and is run as a plain function",
        ),
        (
            ["sources:three", "--body", "x"],
            "--body and --message are for a handler; sources:three is a source; expected --count",
        ),
        (
            ["trial:nothing", "--count", "3"],
            "--count is for a source; trial:nothing is a handler; expected --body or --message",
        ),
        (
            ["trial:nothing", "--body", "x", "--header", "kind"],
            "--header kind: expected NAME=VALUE",
        ),
        (
            ["lines:/no/such"],
            "MQ_SOURCE=lines:/no/such: No such file or directory; expected counter",
        ),
    ],
)
def test_what_cannot_be_used_exits_with_2_and_is_told_why(arguments: list[str], fault: str) -> None:
    checked = Checked(*arguments)
    assert checked.errors.startswith(fault)
    assert "Traceback" not in checked.errors
    assert (checked.code, checked.lines) == (2, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["sources:three", "--count", "none"],
        ["sources:three", "--count", "0"],
        ["trial:nothing", "--timeout", "0"],
        ["trial:nothing", "--timeout", "soon"],
        ["trial:nothing", "--message", "/no/such"],
        ["trial:nothing", "--as", "consumer"],
    ],
)
def test_an_argument_that_is_none_exits_with_2(arguments: list[str]) -> None:
    checked = Checked(*arguments)
    assert checked.code == 2
    assert f"argument {arguments[1]}: {'invalid' if arguments[1] == '--as' else arguments[2]}" in (
        checked.errors
    )


def test_a_handler_that_takes_its_message_ends_in_an_ack(tmp_path: Path) -> None:
    (tmp_path / "order").write_bytes(b"x" * 1000)
    checked = Checked("trial:fail_on_poison", "--body", "1!", "--message", f"{tmp_path}/order")
    assert checked.lines[1:] == ["message 1  2 bytes  ack", "message 2  1000 bytes  ack"]
    assert checked.code == 0


def test_a_handler_that_raises_ends_in_a_retry_and_names_the_line() -> None:
    checked = Checked("trial:fail_on_poison", "--body", "3!")
    assert checked.lines[1:] == [
        "message 1  2 bytes  retry: ValueError: cannot digest a 3"
        ' (trial.py: raise ValueError("cannot digest a 3"))'
    ]
    assert checked.code == 1


def test_a_handler_that_rejects_ends_in_a_dead_letter() -> None:
    checked = Checked("trial:reject_poison", "--body", "3!")
    assert checked.lines[1:] == [
        'message 1  2 bytes  dead letter: Reject: no threes (trial.py: raise Reject("no threes"))'
    ]
    assert checked.code == 1


def test_a_batch_handler_gets_all_messages_at_once_and_each_has_its_own_end() -> None:
    bodies = [word for body in ("1!", "3!", "7!", "9!") for word in ("--body", body)]
    checked = Checked("trial:fail_poison_of_many", *bodies)
    assert [line.split("  ", 2)[2] for line in checked.lines[1:]] == [
        "ack",
        "dead letter: Reject: no threes",
        "retry: ValueError: cannot digest a 7",
        "ack",
    ]


def test_a_handler_that_runs_too_long_is_interrupted() -> None:
    checked = Checked("trial:wait_for_long", "--body", "3!", "--timeout", "0.3")
    assert checked.lines[1:] == [
        "message 1  2 bytes  retry: HandlerTimeout: the handler ran longer than 0.3 s"
    ]
    assert checked.code == 1


def test_one_that_cannot_be_interrupted_is_left_behind() -> None:
    checked = Checked("trial:stuck_in_c", "--body", "3!", "--timeout", "0.3")
    assert checked.lines[1:] == ["it still runs after 0.6 s, and cannot be interrupted"]
    assert checked.code == 1


def test_a_message_has_the_id_headers_and_mark_that_were_asked_for() -> None:
    asked = ["--id", "a-7", "--header", "kind=x=y", "--header", "n=1", "--redelivered"]
    checked = Checked("trial:tell", "--body", "hello", *asked)
    assert checked.lines[1] == "a-7 {'kind': 'x=y', 'n': '1'} True"


def test_a_source_shows_its_first_messages() -> None:
    checked = Checked("sources:rich", "--count", "3")
    assert checked.lines[1:] == [
        "message 1  2 bytes  application/json  headers {'x-shop': 'north', 'x-try': 2}  '{}'",
        "it ended after 1 message",
    ]
    assert checked.code == 0


def test_a_source_without_an_end_is_left_after_as_many_as_were_asked_for() -> None:
    assert len(Checked("sources:numbers", "--count", "7").lines) == 1 + 7


def test_of_a_long_body_only_the_beginning_is_shown(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("x" * 100 + "\n")
    checked = Checked(f"lines:{tmp_path}/lines", "--count", "1")
    assert checked.lines[1] == f"message 1  100 bytes  text/plain  '{'x' * 40}'..."


@pytest.mark.parametrize(
    ("name", "shown", "fault"),
    [
        ("sources:gives_a_number", 2, "message 3: the source gave int; expected bytes, str or"),
        ("sources:breaks_later", 1, "message 2: the source raised ValueError: row 2 is spoilt ("),
        ("sources:slow_and_tidy", 1, "message 2: it did not come within 1.5 s"),
        ("sources:large", 1, "message 2: the body is of 17000000 bytes; expected at most 16777216"),
    ],
)
def test_a_source_that_fails_is_told_at_which_message(name: str, shown: int, fault: str) -> None:
    checked = Checked(name, "--count", "5", "--timeout", "1.5")
    assert [line.split("  ")[0] for line in checked.lines[1:-1]] == [
        f"message {number}" for number in range(1, shown + 1)
    ]
    assert checked.lines[-1].startswith(fault)
    assert checked.code == 1


class Store:
    """A store."""

    def seen(self, _message_id: str) -> bool:
        return False


def makes_a_store() -> Store:
    return Store()


def takes_whatever(*messages):  # type: ignore[no-untyped-def]
    return messages


def counts(n: int):  # type: ignore[no-untyped-def]
    yield n


def collects() -> set[str]:
    return set()


def answers(event) -> str:  # type: ignore[no-untyped-def]
    return str(event)


def yields_for(message):  # type: ignore[no-untyped-def]
    yield message


def can_be_told_a_table(table: str = "orders") -> Iterator[str]:
    yield table


def does_nothing() -> None:
    """Take nothing and give nothing."""


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (makes_a_store, Kind.DEDUP),
        (Store, Kind.DEDUP),
        (takes_whatever, Kind.HANDLER),
        (print, Kind.HANDLER),
        (max, Kind.HANDLER),
        (counts, Kind.SOURCE),
        (collects, Kind.SOURCE),
        (can_be_told_a_table, Kind.SOURCE),
        (answers, Kind.HANDLER),
        (yields_for, Kind.HANDLER),
        (does_nothing, Kind.HANDLER),
    ],
)
def test_it_is_told_by_its_looks_what_it_is_meant_to_be(found: object, kind: Kind) -> None:
    assert kind_of(found) is kind  # type: ignore[arg-type]
