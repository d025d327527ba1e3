"""The producer's ledger against a model, and the rules it must never break."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from workers.ledger import Ledger


class Letter(NamedTuple):
    id: str


class LedgerAgainstAModel(RuleBasedStateMachine):
    """A broker that confirms, refuses, returns and vanishes; the model is a plain list."""

    @initialize(window=st.integers(1, 6))
    def start(self, window: int) -> None:
        self.window = window
        self.ledger: Ledger[Letter] = Ledger(window)
        self.wire: list[tuple[int, str]] = []
        self.again: list[str] = []
        self.returned: set[str] = set()
        self.confirmed: list[str] = []
        self.taken = 0
        self.next_tag = 1

    @precondition(lambda self: len(self.wire) < self.window)
    @rule()
    def publish(self) -> None:
        if self.again:
            letter = self.ledger.again.popleft()
            assert letter.id == self.again.pop(0)
        else:
            letter = Letter(str(self.taken))
            self.taken += 1
        tag = self.ledger.send(letter, float(self.taken))
        assert tag == self.next_tag
        self.wire.append((tag, letter.id))
        self.next_tag += 1

    @precondition(lambda self: self.wire)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        _, id_ = data.draw(st.sampled_from(self.wire))
        self.ledger.give_back(id_)
        self.returned.add(id_)

    @rule(data=st.data(), multiple=st.booleans())
    def confirm(self, data: st.DataObject, multiple: bool) -> None:
        settled = self.take(tag := self.draw_tag(data), multiple)
        returned = [id_ for id_ in settled if id_ in self.returned]
        result = self.ledger.confirm(tag, multiple)
        assert result.returned == len(returned)
        assert result.confirmed == len(settled) - len(returned)
        self.confirmed += [id_ for id_ in settled if id_ not in returned]
        self.put_again(returned)

    @rule(data=st.data(), multiple=st.booleans())
    def refuse(self, data: st.DataObject, multiple: bool) -> None:
        settled = self.take(tag := self.draw_tag(data), multiple)
        assert self.ledger.refuse(tag, multiple) == len(settled)
        self.put_again(settled)

    @rule()
    def lose_the_connection(self) -> None:
        assert self.ledger.lose() == len(self.wire)
        self.put_again([id_ for _, id_ in self.wire])
        self.wire.clear()
        self.next_tag = 1

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        on_the_way = [letter.id for letter in self.ledger]
        assert sorted(on_the_way + self.confirmed, key=int) == [str(n) for n in range(self.taken)]

    @invariant()
    def the_window_holds(self) -> None:
        assert len(self.ledger) == len(self.wire) + len(self.again) <= self.window
        assert self.ledger.room == self.window - len(self.wire)

    @invariant()
    def what_goes_again_keeps_its_order(self) -> None:
        assert [letter.id for letter in self.ledger.again] == self.again

    def draw_tag(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, self.next_tag))

    def take(self, tag: int, multiple: bool) -> list[str]:
        settled = [entry for entry in self.wire if entry[0] == tag or (multiple and entry[0] < tag)]
        self.wire = [entry for entry in self.wire if entry not in settled]
        return [id_ for _, id_ in settled]

    def put_again(self, ids: list[str]) -> None:
        self.again = ids + self.again
        self.returned.difference_update(ids)


TestLedgerAgainstAModel = LedgerAgainstAModel.TestCase


def test_the_oldest_message_is_the_one_sent_first_and_still_open() -> None:
    ledger: Ledger[Letter] = Ledger(3)
    assert ledger.oldest is None
    ledger.send(Letter("a"), 1.0)
    ledger.send(Letter("b"), 2.0)
    ledger.confirm(1, multiple=False)
    assert ledger.oldest == 2.0


def test_a_settlement_tells_when_its_oldest_message_was_sent() -> None:
    ledger: Ledger[Letter] = Ledger(3)
    ledger.send(Letter("a"), 1.0)
    ledger.send(Letter("b"), 2.0)
    assert ledger.confirm(2, multiple=True).oldest == 1.0
