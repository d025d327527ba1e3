"""The commands of the Makefile, as README.md and other pages type them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.pages.conftest import REPOSITORY
from tests.support import make as commands
from tests.support.clones import git


def make(*words: str, folder: Path = REPOSITORY) -> str:
    """Run make, expect that it succeeds, and return what it printed."""
    done = commands.make(*words, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_make_test_lints_and_runs_every_test_and_is_what_ci_runs() -> None:
    lint, tests = make("--dry-run", "lint"), make("--dry-run", "test")
    assert tests.startswith(lint)
    runs = shlex.split(tests.partition("for run in ")[2].partition(";")[0])
    rest, *folders = map(str.split, runs)
    assert [run[-1] for run in folders] == ["tests/apps", "tests/cluster"]
    assert rest == ["--numprocesses=2", *(f"--ignore={run[-1]}" for run in folders)]
    assert (REPOSITORY / ".ci/run").read_text("utf-8").endswith("exec make test\n")


def test_the_make_of_a_test_prints_the_same_when_make_runs_the_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_hand = make("--dry-run", "lint")
    monkeypatch.setenv("MAKELEVEL", "1")
    monkeypatch.setenv("MAKEFLAGS", "w")
    assert make("--dry-run", "lint") == by_hand


def test_make_docs_leaves_the_pages_as_they_are_committed(clone: Path) -> None:
    make("docs", folder=clone)
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.needs("broker")
def test_make_soak_workers_loses_nothing_in_a_few_seconds() -> None:
    *_, last = make("soak-workers", "SECONDS=5", "SEED=1").splitlines()
    figures = json.loads(last)
    assert figures["confirmed"] > 0
    assert figures["lost"] == 0


@pytest.mark.needs("helm4")
def test_make_bench_render_ends_with_its_figures() -> None:
    *_, last = make("bench-render").splitlines()
    figures = json.loads(last)
    assert all(figures[f"{case}_ms"] > 0 for case in ("defaults", "everything_on"))


@pytest.mark.needs("broker")
def test_make_bench_workers_runs_a_contestant_in_its_short_form() -> None:
    told = make("bench-workers", "QUICK=1", "ONLY=500 in flight")
    assert "workers, 500 in flight" in told
    assert "load_average" in json.loads(told.splitlines()[-1])


@pytest.mark.needs("helm4", "kubeconform")
def test_make_bench_tools_measures_every_way_in_its_short_form() -> None:
    told = make("bench-tools", "QUICK=1")
    figures = json.loads(told.splitlines()[-1])
    assert figures["vs_helm_unittest"].keys() == {"scaffold", "own", "large"}


def test_make_coverage_tells_what_the_tests_that_are_named_run(clone: Path) -> None:
    told = make("coverage", "ONLY=test_backoff", folder=clone)
    assert re.search(r"^apps/workers/deadline.py +\d+ +\d+", told, re.M)
    assert "apps/workers/backoff.py" not in told, "it is whole, and only what is not is listed"


@pytest.mark.needs("broker")
def test_make_faults_tries_those_that_are_named_and_leaves_the_page(clone: Path) -> None:
    assert "1 passed" in make("faults", "ONLY=the_queue_is_deleted", folder=clone)
    assert git(clone, "status", "--porcelain") == ""


def test_make_mutate_rules_breaks_a_module_and_finds_its_section_right(clone: Path) -> None:
    told = make("mutate-rules", "MODULES=chartproof.coverage.branches", folder=clone)
    assert "0 survive without a reason" in told
    assert git(clone, "diff", "--unified=0").count("\n+#") == 0, "it has its section already"
