"""The ack mark against a broker that, as RabbitMQ does, closes the channel on a wrong tag."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workers.acks import AckMark


class AckMarkAgainstABroker(RuleBasedStateMachine):
    """Handlers that finish in any order, and acks that may come at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = AckMark()
        self.unacked: list[int] = []
        self.running: set[int] = set()
        self.handled: set[int] = set()
        self.delivered = 0

    @rule()
    def deliver(self) -> None:
        self.delivered += 1
        self.unacked.append(self.delivered)
        self.running.add(self.delivered)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def handle(self, data: st.DataObject) -> None:
        tag = self.end_one(data)
        self.handled.add(tag)
        self.mark.handled(tag)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        tag = self.end_one(data)
        self.unacked.remove(tag)
        self.mark.settled(tag)

    @rule()
    def acknowledge_up_to_the_mark(self) -> None:
        covered = self.mark.ready
        tag = self.mark.take()
        if tag is None:
            assert covered == 0
            return
        assert tag in self.unacked, "406 PRECONDITION_FAILED - unknown delivery tag"
        acked = {each for each in self.unacked if each <= tag}
        assert acked <= self.handled, "a message was acknowledged before it was handled"
        assert covered == len(acked)
        self.unacked = [each for each in self.unacked if each > tag]

    @rule()
    def acknowledge_beyond_the_mark(self) -> None:
        for tag in self.mark.take_beyond():
            assert tag in self.unacked, "406 PRECONDITION_FAILED - unknown delivery tag"
            assert tag in self.handled
            self.unacked.remove(tag)

    @invariant()
    def no_handled_message_is_forgotten(self) -> None:
        if not self.running:
            assert self.mark.ready == len(self.unacked)

    def end_one(self, data: st.DataObject) -> int:
        tag = data.draw(st.sampled_from(sorted(self.running)))
        self.running.remove(tag)
        return tag

    def teardown(self) -> None:
        """Let all handlers end: then everything is acknowledged, and nothing twice."""
        for tag in sorted(self.running, reverse=True):
            self.handled.add(tag)
            self.mark.handled(tag)
        self.running.clear()
        self.acknowledge_up_to_the_mark()
        self.acknowledge_beyond_the_mark()
        assert not self.unacked


TestAckMarkAgainstABroker = AckMarkAgainstABroker.TestCase
TestAckMarkAgainstABroker.settings = settings(max_examples=2000, stateful_step_count=40)


def test_nothing_to_acknowledge_is_none_and_never_tag_0() -> None:
    assert AckMark().take() is None


def test_an_ack_does_not_name_a_tag_that_was_rejected() -> None:
    mark = AckMark()
    mark.handled(1)
    mark.settled(2)
    assert mark.take() == 1
