"""Which host a worker tries next."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from workers.address import Host
from workers.rota import Rota

THREE = [Host(name, 5672) for name in "abc"]


def test_a_round_has_every_host_once() -> None:
    rota = Rota()
    taken = [rota.take(THREE) for _ in THREE]
    assert sorted(taken, key=str) == THREE
    assert rota.over


def test_the_first_host_is_another_for_each_worker() -> None:
    first = Counter(Rota().take(THREE) for _ in range(300))
    assert set(first) == set(THREE)


@given(st.randoms(use_true_random=False))
def test_the_host_that_has_just_failed_is_the_last_of_the_next_round(random: object) -> None:
    rota = Rota(mix=random.shuffle)  # type: ignore[attr-defined]
    failed = rota.take(THREE)
    rota.renew()
    assert rota.over
    assert [rota.take(THREE) for _ in THREE][-1] == failed


def test_other_hosts_begin_another_round() -> None:
    rota = Rota()
    rota.take(THREE)
    other = [Host("d", 5672)]
    assert rota.take(other) == other[0]
    assert rota.over


def test_a_host_that_is_named_twice_is_tried_once() -> None:
    rota = Rota()
    rota.take([THREE[0], THREE[0]])
    assert rota.over
