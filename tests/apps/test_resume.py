"""The mark on disk: whatever moment a producer is killed at, nothing is lost or unmarked."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from workers import resume
from workers.resume import EVERY, Mark, Resume
from workers.settings import ConfigError

SOURCE, INSTANCE = "lines:/data/orders", "5f0c"


class KilledAtAnyMoment(RuleBasedStateMachine):
    """A producer that sends, gets confirms in order, and is killed; the model knows all of it."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "mark"
        self.now = 0.0
        self.confirmed: set[int] = set()
        self.sent: set[int] = set()
        self.start()

    def start(self) -> None:
        mark = resume.load(self.path, SOURCE) or Mark(SOURCE, INSTANCE, 0, 0)
        self.mark = mark
        self.taken = mark.confirmed
        self.open: list[int] = []
        self.resume = Resume(self.path, mark, self.confirmed_through)

    def confirmed_through(self) -> int:
        return min(self.open, default=self.taken + 1) - 1

    @rule(wanted=st.integers(1, 50))
    def send(self, wanted: int) -> None:
        for _ in range(min(wanted, self.resume.room(self.taken, self.now))):
            self.taken += 1
            marked = self.taken <= self.mark.reserved
            assert marked or self.taken not in self.sent, "a message went out twice, unmarked"
            self.sent.add(self.taken)
            self.open.append(self.taken)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.open))
        self.open.remove(number)
        self.confirmed.add(number)

    @rule(seconds=st.floats(0, 3))
    def tick(self, seconds: float) -> None:
        self.now += seconds
        self.resume.tick(self.taken, self.now)

    @rule()
    def kill(self) -> None:
        self.start()

    @rule()
    def end_in_good_order(self) -> None:
        self.resume.close(self.taken)
        self.start()

    @invariant()
    def what_the_next_run_leaves_out_is_confirmed(self) -> None:
        if mark := resume.load(self.path, SOURCE):
            assert set(range(1, mark.confirmed + 1)) <= self.confirmed
            assert max(self.sent, default=0) <= mark.reserved
            assert mark.instance == INSTANCE

    def teardown(self) -> None:
        self.folder.cleanup()


KilledAtAnyMoment.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
TestKilledAtAnyMoment = KilledAtAnyMoment.TestCase


@given(
    source=st.text(), instance=st.text(min_size=1), confirmed=st.integers(0), more=st.integers(0)
)
def test_a_mark_is_read_as_it_was_written(
    source: str, instance: str, confirmed: int, more: int
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "mark"
        mark = Mark(source, instance, confirmed, confirmed + more)
        resume.save(path, mark)
        assert resume.load(path, source) == mark
        assert [each.name for each in path.parent.iterdir()] == ["mark"]


def test_where_there_is_no_mark_a_run_begins_anew(tmp_path: Path) -> None:
    assert resume.load(tmp_path / "mark", SOURCE) is None


FIELDS = "source, instance, confirmed, reserved"
NO_MARK = "it holds no mark of a producer"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", f"{NO_MARK}: Expecting value"),
        ("\x00\x00", f"{NO_MARK}: Expecting value"),
        ("[]", f"{NO_MARK}: it has no object with {FIELDS}"),
        ('{"source": "a"}', f"{NO_MARK}: it has no object with {FIELDS}"),
        (
            '{"source": "a", "instance": "b", "confirmed": "1", "reserved": 2}',
            f"{NO_MARK}: confirmed is not of type int",
        ),
        (
            '{"source": "a", "instance": "b", "confirmed": true, "reserved": 2}',
            f"{NO_MARK}: confirmed is not of type int",
        ),
        (
            '{"source": "a", "instance": "b", "confirmed": 3, "reserved": 2}',
            f"{NO_MARK}: confirmed is 3, reserved is 2",
        ),
        (
            '{"source": "counter", "instance": "b", "confirmed": 1, "reserved": 2}',
            f"it is the mark of 'counter', not of '{SOURCE}'",
        ),
    ],
)
def test_a_spoilt_mark_or_anothers_is_refused_and_says_what_to_do(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "mark"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        resume.load(path, SOURCE)
    assert str(caught.value).startswith(f"MQ_RESUME={path}: {fault}")
    assert str(caught.value).endswith("remove the file to begin anew")


def test_a_mark_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        resume.load(tmp_path, SOURCE)
    with pytest.raises(ConfigError, match="No such file or directory"):
        resume.lock(tmp_path / "no-such-folder" / "mark")


def test_two_producers_never_share_a_mark(tmp_path: Path) -> None:
    held = resume.lock(tmp_path / "mark")
    with pytest.raises(ConfigError, match="another producer uses it"):
        resume.lock(tmp_path / "mark")
    held.close()
    resume.lock(tmp_path / "mark").close()


def test_the_mark_is_written_seldom_and_never_lags_what_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    taken, writes, last = 0, 0, None
    keeper = Resume(path, Mark(SOURCE, INSTANCE, 0, 0), lambda: taken)
    for _ in range(200):
        room = keeper.room(taken, now=0.0)
        assert room > 0
        taken += min(room, 500)
        mark = resume.load(path, SOURCE)
        assert mark
        assert mark.reserved >= taken
        writes += mark != last
        last = mark
    assert taken > 50_000
    assert writes < 20


def test_at_its_end_a_run_reserves_nothing_that_it_did_not_send(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    keeper = Resume(path, Mark(SOURCE, INSTANCE, 0, 0), lambda: 3)
    assert keeper.room(0, now=0.0) > 3
    keeper.close(taken=3)
    assert json.loads(path.read_text()) == {
        "source": SOURCE,
        "instance": INSTANCE,
        "confirmed": 3,
        "reserved": 3,
    }


def test_without_a_place_for_the_mark_nothing_is_sent_until_there_is_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "folder" / "mark"
    keeper = Resume(path, Mark(SOURCE, INSTANCE, 0, 0), lambda: 0)
    assert [keeper.room(0, now) for now in (1.0, 1.1, 1.0 + EVERY)] == [0, 0, 0]
    path.parent.mkdir()
    assert keeper.room(0, 1.5 + EVERY) == 0
    assert keeper.room(0, 1.1 + 2 * EVERY) > 0
    [line] = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert line.msg == "mark_unwritten"
