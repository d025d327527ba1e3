"""The audit lines that a proof is built on."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.tables import timestamp, with_headers
from workers.audit import ConfirmedAudit, HandledAudit, message_id, ranges
from workers.message import Message, received


def message(id_: str | None, redelivered: bool = False) -> Message:
    return Message(b"", id_, redelivered, None, {})


@given(st.lists(st.integers(1, 20), max_size=60))
def test_a_sequence_is_in_as_many_runs_as_it_was_given_times(sequences: list[int]) -> None:
    runs = ranges(message_id("5f0c", each) for each in sequences).get("5f0c", [])
    named = Counter(each for first, last in runs for each in range(first, last + 1))
    assert named == Counter(sequences)


@given(st.sets(st.integers(1, 60)))
def test_ranges_name_exactly_the_sequences_they_were_made_of(sequences: set[int]) -> None:
    runs = ranges(message_id("5f0c", each) for each in sequences).get("5f0c", [])
    assert {each for first, last in runs for each in range(first, last + 1)} == sequences
    assert all(before[1] + 1 < after[0] for before, after in pairwise(runs))


def test_ids_of_other_publishers_are_left_out() -> None:
    assert ranges(["a-1", "7d9b2c", "a-", "-3", "x-y", "a-2"]) == {"a": [[1, 2]]}


def test_a_handled_line_says_what_came_since_the_last_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit = HandledAudit(enabled=True)
    republished = Message(b"", "a-2", headers={"x-republished": True})
    for each in (message("a-1"), message("b-7", redelivered=True), message(None), republished):
        audit.add(each)
    audit.write()
    audit.write()
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "event": "handled",
            "ranges": {"a": [[1, 2]], "b": [[7, 7]]},
            "marked": {"a": [[2, 2]], "b": [[7, 7]]},
            "redelivered": 1,
        }
    ]


def test_a_message_whose_properties_cannot_be_read_has_no_place_in_the_audit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit = HandledAudit(enabled=True)
    audit.add(received(b"", True, "", "queue", with_headers(timestamp(2**62))))
    audit.write()
    assert json.loads(capsys.readouterr().out) == {
        "event": "handled",
        "ranges": {},
        "marked": {},
        "redelivered": 1,
    }


def test_a_confirmed_line_is_written_once_for_each_progress(
    capsys: pytest.CaptureFixture[str],
) -> None:
    audit = ConfirmedAudit("a", enabled=True)
    for through in (0, 3, 3, 5):
        audit.write(through)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {"event": "confirmed", "instance": "a", "through": 3},
        {"event": "confirmed", "instance": "a", "through": 5},
    ]


def test_an_audit_that_is_off_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    handled, confirmed = HandledAudit(enabled=False), ConfirmedAudit("a", enabled=False)
    handled.add(message("a-1"))
    handled.write()
    confirmed.write(1)
    assert not confirmed.due(100.0)
    assert capsys.readouterr().out == ""
