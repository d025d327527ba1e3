"""Knowing messages again by their ids."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apps.places import told
from workers import dedup
from workers.dedup import Recent
from workers.settings import ConfigError


@given(added=st.lists(st.sampled_from("abcdefgh")), size=st.integers(1, 5))
def test_the_last_ids_are_known_and_no_others(added: list[str], size: int) -> None:
    recent = Recent(size)
    for message_id in added:
        recent.add(message_id)
    newest = list(dict.fromkeys(reversed(added)))[:size]
    assert {each for each in "abcdefgh" if recent.seen(each)} == set(newest)


class Written:
    """A store whose methods are written in C, and do not say what they take."""

    seen = staticmethod(max)
    add = staticmethod(max)


def test_a_store_that_does_not_say_what_it_takes_is_taken() -> None:
    assert isinstance(dedup.load(f"{__name__}:Written"), Written)


def test_one_is_made_from_what_the_variable_names() -> None:
    assert isinstance(dedup.load("workers.dedup:Recent"), Recent)


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("workers.dedup", "expected module:function"),
        (
            "workers.dedup:Recnt",
            "module 'workers.dedup' has no 'Recnt'; did you mean 'Recent'? (dedup.py)",
        ),
        (
            "trial:no_store",
            "it raised OSError: no route to the store"
            ' (trial.py: raise OSError("no route to the store"))',
        ),
        (
            "trial:Forgetful",
            "Forgetful.add() is not there; expected seen(message_id) and add(message_id)"
            " (trial.py: class Forgetful:)",
        ),
        (
            "trial:Asynchronous",
            "Asynchronous.seen() is async, and is run as a plain method"
            " (trial.py: class Asynchronous:)",
        ),
        (
            "trial:Timed",
            "Timed.add() takes (message_id, seconds); expected one message_id: str"
            " (trial.py: class Timed(Forgetful):)",
        ),
    ],
)
def test_a_fault_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, spec: str, fault: str) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent / "handlers")
    with pytest.raises(ConfigError) as caught:
        dedup.load(spec)
    assert told(caught.value) == f"MQ_DEDUP={spec}: {fault}"
