"""What a producer takes from its source, when, and under which number."""

from __future__ import annotations

import pytest

from workers import Publishing
from workers.intake import Intake
from workers.pace import Pace
from workers.publishing import Outgoing
from workers.source import greetings
from workers.supply import Direct

LARGEST = 100


def intake(given: object, rate: float = 0, **details: int) -> Intake:
    return Intake(Direct(given), "5f0c", Pace(rate, 0.0), LARGEST, **details)  # type: ignore[arg-type]


def take_all(source: Intake, now: float = 0.0) -> list[Outgoing]:
    taken: list[Outgoing] = []
    while batch := source.take(now, room=2):
        taken += batch
    return taken


def failures(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [vars(record)["fields"] for record in caplog.records if record.msg == "source_failed"]


def test_messages_are_numbered_within_their_instance() -> None:
    taken = take_all(intake([b"a", "b", b"c"]))
    assert [(each.sequence, each.id, each.body) for each in taken] == [
        (1, "5f0c-1", b"a"),
        (2, "5f0c-2", b"b"),
        (3, "5f0c-3", b"c"),
    ]


def test_an_id_of_the_sources_own_takes_the_place_of_ours() -> None:
    [message] = take_all(intake([Publishing("a", "order-7", {"n": 1}, "text/csv")]))
    assert message.id == "order-7"
    assert message.headers == {"n": 1}
    assert message.content_type == "text/csv"


def test_no_more_is_taken_than_there_is_room_for() -> None:
    source = intake(greetings())
    assert len(source.take(0.0, room=7)) == 7
    assert source.take(0.0, room=0) == []
    assert source.taken == 7


class Late(Direct):
    """A source that raises when all that it gave is taken, as one in a thread of its own may."""

    def raise_now(self) -> None:
        self.failure = "OSError: gone"
        self.over = True


@pytest.mark.parametrize("ask", ["take", "stop"])
def test_a_source_that_raises_after_all_was_taken_has_failed(
    ask: str, caplog: pytest.LogCaptureFixture
) -> None:
    supply = Late([b"a", b"b"])
    source = Intake(supply, "5f0c", Pace(0, 0.0), LARGEST)
    source.take(0.0, room=1)
    supply.raise_now()
    assert source.over
    source.take(0.0, room=1) if ask == "take" else source.stop()
    assert source.failed
    [line] = failures(caplog)
    assert line == {"sequence": 2, "detail": "the source raised OSError: gone"}


def test_the_end_of_the_source_is_the_end() -> None:
    source = intake([b"a"])
    take_all(source)
    assert source.over
    assert not source.failed


def test_the_limit_ends_it_with_its_last_message() -> None:
    source = intake(greetings(), limit=3)
    assert len(source.take(0.0, room=9)) == 3
    assert source.over


def test_nothing_is_taken_before_it_is_due() -> None:
    source = intake(greetings(), rate=1)
    assert len(take_all(source, now=0.5)) == 1
    assert source.wait(0.5) == 0.5
    assert len(take_all(source, now=1.0)) == 1


def test_nothing_is_taken_after_a_stop() -> None:
    source = intake(greetings())
    source.stop()
    assert take_all(source) == []
    assert source.over


def test_a_run_that_goes_on_numbers_on_and_marks_what_may_have_been_sent() -> None:
    taken = take_all(intake(greetings(6), after=5, perhaps_sent=7, limit=9))
    assert [each.id for each in taken] == ["5f0c-6", "5f0c-7", "5f0c-8", "5f0c-9"]
    assert [bool(each.headers) for each in taken] == [True, True, False, False]
    assert taken[0].headers == {"x-republished": True}


def test_a_run_that_was_through_takes_nothing() -> None:
    source = intake(greetings(10), after=9, limit=9)
    assert source.over
    assert take_all(source) == []


def test_what_a_source_gave_before_it_raised_is_taken(caplog: pytest.LogCaptureFixture) -> None:
    def source() -> object:
        yield b"a"
        raise ValueError("row 2 is spoilt")

    failing = intake(source())
    assert [each.body for each in take_all(failing)] == [b"a"]
    assert failing.failed
    [line] = failures(caplog)
    assert line["sequence"] == 2
    assert str(line["detail"]).startswith("the source raised ValueError: row 2 is spoilt (")


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        (3, "the source gave int; expected bytes, str or workers.Publishing"),
        (None, "the source gave NoneType; expected bytes, str or workers.Publishing"),
        (Publishing(3), "the source gave int; expected bytes, str or workers.Publishing"),  # type: ignore[arg-type]
        (b"x" * 101, "the body is of 101 bytes; expected at most 100, as MQ_MAX_BODY says"),
        ("\u00e9" * 51, "the body is of 102 bytes; expected at most 100, as MQ_MAX_BODY says"),
        ("\ud800", "the body is no text: 'utf-8' codec can't encode character '\\ud800' in "),
        (Publishing("", ""), "the id takes 0 bytes; expected 1 to 255: ''"),
        (Publishing("", "\u00e9" * 128), "the id takes 256 bytes; expected 1 to 255: '\u00e9"),
        (Publishing("", 7), "the id is of type int; expected str"),  # type: ignore[arg-type]
        (Publishing("", content_type=""), "the content_type takes 0 bytes; expected 1 to 255"),
        (Publishing("", headers=[1]), "the headers are of type list; expected a dict"),  # type: ignore[arg-type]
        (Publishing("", headers={1: 2}), "the header 1 is no str"),  # type: ignore[dict-item]
        (Publishing("", headers={"n" * 256: 2}), "the name of a header takes 256 bytes"),
        (Publishing("", headers={"n": {1}}), "AMQP has no way to write a header of type set: {1}"),
        (Publishing("", headers={"n": 1 << 70}), "the headers cannot be written: "),
        (Publishing("", headers={"n": "x" * 140_000}), "the headers take 140"),
    ],
)
def test_what_cannot_be_published_ends_it_and_says_which_message_it_is(
    given: object, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = intake([b"a", given, b"c"])
    assert [each.body for each in source.take(0.0, room=9)] == [b"a"]
    assert source.failed
    assert source.over
    assert source.take(0.0, room=9) == []
    [line] = failures(caplog)
    assert line["sequence"] == 2
    assert str(line["detail"]).startswith(detail)


def test_any_bytes_are_a_body() -> None:
    taken = take_all(intake([bytearray(b"a"), memoryview(b"b")]))
    assert [each.body for each in taken] == [b"a", b"b"]
