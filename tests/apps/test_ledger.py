"""The producer's ledger against a model, and the rules it must never break."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from workers.ledger import Ledger


class Letter(NamedTuple):
    id: str
    number: int = 0


class LedgerAgainstAModel(RuleBasedStateMachine):
    """A broker that confirms, refuses, returns and vanishes; the model is a plain list.

    Some letters share their id, as a user's own ids may.
    """

    @initialize(window=st.integers(1, 6))
    def start(self, window: int) -> None:
        self.window = window
        self.ledger: Ledger[Letter] = Ledger(window)
        self.wire: list[tuple[int, Letter, float]] = []
        self.again: list[Letter] = []
        self.returned: set[str] = set()
        self.confirmed: list[Letter] = []
        self.taken = 0
        self.next_tag = 1
        self.clock = 0.0

    @precondition(lambda self: not self.again and len(self.wire) < self.window)
    @rule(wanted=st.integers(0, 6), ids=st.lists(st.sampled_from("abcdefgh"), min_size=6))
    def publish(self, wanted: int, ids: list[str]) -> None:
        count = min(wanted, self.window - len(self.wire))
        letters = [Letter(id_, self.taken + n) for n, id_ in enumerate(ids[:count])]
        self.taken += count
        self.send(letters)

    @precondition(lambda self: self.again)
    @rule()
    def publish_again(self) -> None:
        room = self.window - len(self.wire)
        expected, self.again = self.again[:room], self.again[room:]
        assert self.ledger.take_again() == expected
        self.send(expected)

    @precondition(lambda self: self.wire)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        _, letter, _ = data.draw(st.sampled_from(self.wire))
        self.ledger.give_back(letter.id)
        self.returned.add(letter.id)

    @rule(data=st.data(), multiple=st.booleans())
    def confirm(self, data: st.DataObject, multiple: bool) -> None:
        settled = self.take(tag := self.draw_tag(data), multiple)
        returned = [letter for _, letter, _ in settled if letter.id in self.returned]
        result = self.ledger.confirm(tag, multiple)
        assert result.returned == len(returned)
        assert result.confirmed == len(settled) - len(returned)
        if settled:
            assert result.oldest == settled[0][2]
        self.confirmed += [letter for _, letter, _ in settled if letter not in returned]
        self.put_again(returned)

    @rule(data=st.data(), multiple=st.booleans())
    def refuse(self, data: st.DataObject, multiple: bool) -> None:
        settled = self.take(tag := self.draw_tag(data), multiple)
        assert self.ledger.refuse(tag, multiple) == len(settled)
        self.put_again([letter for _, letter, _ in settled])

    @rule()
    def lose_the_connection(self) -> None:
        assert self.ledger.lose() == len(self.wire)
        lost = [letter for _, letter, _ in self.wire]
        self.wire.clear()
        self.put_again(lost)
        self.next_tag = 1

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        on_the_way = [letter.number for letter in self.ledger]
        done = [letter.number for letter in self.confirmed]
        assert sorted(on_the_way + done) == list(range(self.taken))

    @invariant()
    def the_window_holds(self) -> None:
        assert len(self.ledger) == len(self.wire) + len(self.again) <= self.window
        assert self.ledger.room == self.window - len(self.wire)

    @invariant()
    def the_last_tag_is_that_of_what_was_sent_last(self) -> None:
        assert self.ledger.last_tag == self.next_tag - 1

    @invariant()
    def what_goes_again_keeps_its_order(self) -> None:
        assert list(self.ledger.again) == self.again

    @invariant()
    def the_oldest_is_the_first_on_the_wire(self) -> None:
        assert self.ledger.oldest == (self.wire[0][2] if self.wire else None)

    def send(self, letters: list[Letter]) -> None:
        self.clock += 1.0
        self.ledger.send(letters, self.clock)
        for letter in letters:
            self.wire.append((self.next_tag, letter, self.clock))
            self.next_tag += 1

    def draw_tag(self, data: st.DataObject) -> int:
        return data.draw(st.integers(0, self.next_tag))

    def take(self, tag: int, multiple: bool) -> list[tuple[int, Letter, float]]:
        settled = [entry for entry in self.wire if entry[0] == tag or (multiple and entry[0] < tag)]
        self.wire = [entry for entry in self.wire if entry not in settled]
        return settled

    def put_again(self, letters: list[Letter]) -> None:
        self.again = letters + self.again
        if letters:
            self.returned &= {letter.id for _, letter, _ in self.wire}


LedgerAgainstAModel.TestCase.settings = settings(max_examples=1000, stateful_step_count=30)
TestLedgerAgainstAModel = LedgerAgainstAModel.TestCase


def test_a_message_confirmed_before_those_in_front_of_it_leaves_them_on_the_wire() -> None:
    ledger: Ledger[Letter] = Ledger(3)
    ledger.send([Letter("a"), Letter("b"), Letter("c")], 1.0)
    assert ledger.confirm(2, multiple=False).confirmed == 1
    assert [letter.id for letter in ledger] == ["a", "c"]
    assert ledger.confirm(3, multiple=True).confirmed == 2
    assert not ledger


def test_either_of_two_messages_that_share_an_id_may_be_the_one_that_came_back() -> None:
    ledger: Ledger[Letter] = Ledger(2)
    ledger.send([Letter("order", 1), Letter("order", 2)], 1.0)
    ledger.give_back("order")
    for tag in (1, 2):
        assert ledger.confirm(tag, multiple=False).returned == 1
    ledger.send(ledger.take_again(), 2.0)
    assert ledger.confirm(4, multiple=True).confirmed == 2


def test_returns_of_strangers_take_no_room_and_hide_no_return_of_ours() -> None:
    ledger: Ledger[Letter] = Ledger(5)
    ledger.send([Letter("a"), Letter("b")], 1.0)
    ledger.give_back("a")
    for number in range(1000):
        ledger.give_back(f"stranger-{number}")
        assert len(ledger._returned) <= 10
    assert ledger.confirm(2, multiple=True) == (1, 1, 1.0)
    assert [letter.id for letter in ledger.again] == ["a"]
