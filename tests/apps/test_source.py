"""What a producer takes from its source, and when."""

from __future__ import annotations

from itertools import islice

from workers.pace import Pace
from workers.source import Intake, Outgoing, greetings


def take_all(intake: Intake, now: float = 0.0) -> list[Outgoing]:
    taken = []
    while message := intake.take(now):
        taken.append(message)
    return taken


def test_the_tutorials_messages_count_from_1() -> None:
    assert list(islice(greetings(), 2)) == [b"Hello World 1!", b"Hello World 2!"]


def test_messages_are_numbered_within_their_instance() -> None:
    taken = take_all(Intake(iter([b"a", b"b"]), "5f0c", Pace(0, 0.0)))
    assert [(each.sequence, each.id, each.body) for each in taken] == [
        (1, "5f0c-1", b"a"),
        (2, "5f0c-2", b"b"),
    ]


def test_the_end_of_the_source_is_the_end() -> None:
    intake = Intake(iter([b"a"]), "5f0c", Pace(0, 0.0))
    take_all(intake)
    assert intake.over


def test_the_limit_ends_it_with_its_last_message() -> None:
    intake = Intake(greetings(), "5f0c", Pace(1, 0.0), limit=1)
    assert len(take_all(intake)) == 1
    assert intake.over


def test_nothing_is_taken_before_it_is_due() -> None:
    intake = Intake(greetings(), "5f0c", Pace(1, 0.0))
    assert len(take_all(intake, now=0.5)) == 1
    assert intake.wait(0.5) == 0.5
    assert len(take_all(intake, now=1.0)) == 1


def test_nothing_is_taken_after_a_stop() -> None:
    intake = Intake(greetings(), "5f0c", Pace(0, 0.0))
    intake.stop()
    assert take_all(intake) == []
