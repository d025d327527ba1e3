"""The table of what this machine can run a release on, and how long a start takes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from chartproof.cluster.choose import at_work, candidates, choose, named_engine
from chartproof.cluster.context import ContextEngine
from chartproof.cluster.engine import Check
from chartproof.cluster.preflight import Candidate, duration, patience, survey, table
from chartproof.errors import InputError


@dataclass
class FakeEngine:
    """A cluster engine that says what it is told to say."""

    name: str
    found: Check = field(default_factory=lambda: Check(True, "it is there"))
    started: bool = False

    def check(self) -> Check:
        return self.found

    def running(self) -> bool:
        return self.started

    def images(self, references: Any, progress: Any) -> Any:
        raise NotImplementedError

    def start(self, progress: Any) -> Any:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


def usable(name: str, seconds: int = 10) -> Candidate:
    return Candidate(FakeEngine(name), Check(True, "it is there", first_start_s=seconds))


def unusable(name: str, seconds: int = 10) -> Candidate:
    return Candidate(FakeEngine(name), Check(False, f"no {name} here", f"install {name}", seconds))


def shown(surveyed: Sequence[Candidate]) -> str:
    text = io.StringIO()
    Console(file=text, width=120).print(table(surveyed))
    return text.getvalue()


def test_every_engine_has_a_line_with_its_reason_and_remedy() -> None:
    lines = shown([unusable("k3d"), usable("node", 400)]).splitlines()
    assert [word in lines[1] for word in ("k3d", "no", "no k3d here", "install k3d")] == [True] * 4
    assert [word in lines[2] for word in ("node", "yes", "it is there", "7 min")] == [True] * 4


def test_brackets_in_a_reason_are_shown_as_they_are() -> None:
    odd = Candidate(FakeEngine("k3d"), Check(False, "exit [1]", "see [red] docs"))
    assert "exit [1]" in shown([odd])
    assert "see [red] docs" in shown([odd])


def test_the_first_usable_engine_is_chosen() -> None:
    chosen = choose([unusable("k3d"), usable("kind"), usable("node")])
    assert chosen.engine.name == "kind"


def test_where_nothing_is_usable_every_remedy_is_named() -> None:
    with pytest.raises(InputError) as refused:
        choose([unusable("k3d"), unusable("node")])
    assert "nothing here can run a release" in str(refused.value)
    assert "install k3d" in str(refused.value)
    assert "install node" in str(refused.value)
    assert refused.value.exit_code == 2


def test_an_engine_at_work_is_found_whatever_its_place_in_the_order() -> None:
    node = FakeEngine("node", started=True)
    assert at_work([FakeEngine("k3d"), node]) is node
    assert at_work([FakeEngine("k3d")]) is None


def test_survey_asks_each_engine() -> None:
    engine = FakeEngine("kind", Check(False, "no Docker", "start Docker"))
    assert survey([engine]) == [Candidate(engine, engine.found)]


def test_a_quick_start_needs_no_patience() -> None:
    assert patience(usable("node", 12), [unusable("k3d"), usable("node", 12)]) is None


def test_a_long_start_says_how_long_and_what_would_be_quicker() -> None:
    node = usable("node", 420)
    advice = patience(node, [unusable("k3d", 60), node])
    assert advice is not None
    assert "about 7 min" in advice
    assert "k3d would take about 60 s, if you install k3d" in advice


def test_a_long_start_that_is_the_quickest_names_no_other() -> None:
    node = usable("node", 420)
    assert patience(node, [node]) == "node: the first start takes about 7 min, once"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (119, "119 s"), (120, "2 min")])
def test_durations_read_as_a_person_would_say_them(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_a_named_context_is_the_only_candidate() -> None:
    (only,) = candidates("production", None)
    assert isinstance(only, ContextEngine)


def test_a_named_engine_is_the_only_candidate() -> None:
    assert [engine.name for engine in candidates(None, "kind")] == ["kind"]


def test_without_a_name_the_order_is_k3d_kind_node_processes() -> None:
    names = [engine.name for engine in candidates(None, None)]
    assert names == ["k3d", "kind", "node", "processes"]


def test_no_automatic_choice_ever_is_a_context() -> None:
    assert not any(isinstance(engine, ContextEngine) for engine in candidates(None, None))


def test_a_mistyped_engine_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean kind"):
        named_engine("knd")


def test_context_and_engine_together_are_refused() -> None:
    with pytest.raises(InputError, match="not both"):
        candidates("production", "k3d")
