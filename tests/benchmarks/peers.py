"""The same work, checking every case of a project's chart, as chartproof and as others do it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from chartproof.cluster.cache import cache_dir, once
from chartproof.cluster.node.programs import go
from chartproof.cluster.shell import run
from tests.benchmarks.measure import Command
from tests.support.tools import HELM4, KUBECONFORM, kubernetes_schemas
from tests.support.words import Words

HELM_UNITTEST = "github.com/helm-unittest/helm-unittest"
HELM_UNITTEST_VERSION = "v1.1.2"
SUITES = 10
SCHEMAS = "1.37.0"
# Pytest with chartproof and what it brings along, whatever plugins this environment holds.
PYTEST = (sys.executable, "-m", "pytest")
WITH_CHARTPROOF = ("-p", "syrupy", "-p", "chartproof.plugin")
AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}
"""Packages have their bytecode with them once pip has installed them, ours and its peers' alike."""
NO_OTHER_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **AS_INSTALLED}


def cases_in(project: Path) -> list[Path]:
    """List the values files of a project's cases."""
    return sorted((project / "chart" / "ci").iterdir())


def check(project: Path, *options: str) -> Command:
    """Run the project's plain test and the snapshot check of every case, none of it known."""
    passed = f"{len(cases_in(project)) + 1} passed"
    words = [*PYTEST, *WITH_CHARTPROOF, "--cache-clear", *options]
    return Command(words, project, passed, NO_OTHER_PLUGINS)


def check_again(project: Path) -> Command:
    """Run the same after a run that has found every case as approved."""
    known = f"({len(cases_in(project))} cases known from an earlier run)"
    return Command([*PYTEST, *WITH_CHARTPROOF], project, known, NO_OTHER_PLUGINS)


def collect(project: Path) -> Command:
    """Collect the same tests."""
    collected = f"{len(cases_in(project)) + 1} tests collected"
    words = [*PYTEST, *WITH_CHARTPROOF, "--collect-only"]
    return Command(words, project, collected, NO_OTHER_PLUGINS)


def collect_bare(project: Path) -> Command:
    """Collect the plain test by a pytest without plugins."""
    return Command([*PYTEST, "--collect-only"], project, "1 test collected", NO_OTHER_PLUGINS)


def lint(chart: Path, *options: str) -> Command:
    """Lint a chart with its defaults and every case."""
    words: Words = [Path(sys.executable).with_name("chartproof"), "lint", chart, *options]
    return Command(words, chart.parent, env=AS_INSTALLED)


def helm_unittest() -> Path:
    """Return helm-unittest, built once on a machine.

    `go install` does not do: it refuses a module that replaces another one, as this does.
    """

    def build(part: Path) -> None:
        module = f"{HELM_UNITTEST}@{HELM_UNITTEST_VERSION}"
        fetched = json.loads(run([go(), "mod", "download", "-json", module]).stdout)
        words = [go(), "build", "-C", fetched["Dir"], "-o", part, "./cmd/helm-unittest"]
        run(words, env={"CGO_ENABLED": "0"})

    return once(cache_dir() / "tools" / f"helm-unittest-{HELM_UNITTEST_VERSION}", build)


def write_suites(project: Path) -> None:
    """Write suites for helm-unittest that check what chartproof checks: all of every case.

    They stand outside of the chart: inside it they would be loaded as a part of it.
    """
    (project / "suites").mkdir()
    cases = cases_in(project)
    for number in range(SUITES):
        suite = {
            "suite": str(number),
            "release": {"name": "release-name", "namespace": "default"},
            "tests": [
                {"it": case.stem, "values": [str(case)], "asserts": [{"matchSnapshot": {}}]}
                for case in cases[number::SUITES]
            ],
        }
        (project / "suites" / f"{number}_test.yaml").write_text(json.dumps(suite))


def run_suites(project: Path, *options: str, processes: int = 1) -> Sequence[Command]:
    """Share the suites out among processes of helm-unittest, as this version has no workers."""
    commands = []
    for share in range(processes):
        suites = [f"../suites/{number}_test.yaml" for number in range(share, SUITES, processes)]
        files = [word for suite in suites for word in ("-f", suite)]
        passed = f"Test Suites: {len(suites)} passed, {len(suites)} total"
        commands.append(Command([helm_unittest(), *options, *files, "chart"], project, passed))
    return commands


def helm_template(project: Path, case: Path) -> Command:
    """Render a case with the Helm CLI; what a test would do with its output is left out."""
    return Command([HELM4.path(), "template", "chart", "-f", case], project)


def render_for_schemas(project: Path, cases: Sequence[Path]) -> Path:
    """Write what the Helm CLI prints for each case into a folder, a file a case."""
    folder = project / "rendered"
    folder.mkdir()
    for case in cases:
        printed = run([HELM4.path(), "template", "chart", "-f", case], cwd=project).stdout
        (folder / case.name).write_text(printed)
    return folder


def check_schemas(rendered: Path) -> Command:
    """Hold rendered objects against Kubernetes' schemas, as lint does."""
    words: Words = [sys.executable, "-m", "tests.benchmarks.schemas", rendered, SCHEMAS]
    return Command(words, Path(__file__).parents[2], "objects, 0 faults")


def kubeconform(rendered: Path) -> Command:
    """Do the same by kubeconform, from the same schemas, passing over the same kinds."""
    folder = "{{ .NormalizedKubernetesVersion }}-local{{ .StrictSuffix }}"
    location = kubernetes_schemas() / folder / "{{ .ResourceKind }}{{ .KindSuffix }}.json"
    options = ["-strict", "-summary", "-ignore-missing-schemas", "-kubernetes-version", SCHEMAS]
    words: Words = [KUBECONFORM.path(), *options, "-schema-location", str(location), rendered]
    return Command(words, rendered, "Invalid: 0, Errors: 0")
