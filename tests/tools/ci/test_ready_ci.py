"""What other repositories can use in their CI does there what it says."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chartproof.scaffold import create
from tests.support.clones import commit, git
from tests.tools.ci.steps import Machine, Step, action_steps, gitlab_jobs, workflow_steps

REPOSITORY = Path(__file__).parents[3]
ACTION = REPOSITORY / "tools/ci/github/action.yml"
TEMPLATE = REPOSITORY / "tools/ci/gitlab/chart.gitlab-ci.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
WORKFLOW = ".github/workflows/chart.yaml"
CHECKS = ("lint", "test", "docs")

FAULTS = {
    "lint": ("templates/service.yaml", "targetPort: http", "targetPort: web"),
    "test": ("templates/deployment.yaml", "periodSeconds: 20", "periodSeconds: 30"),
    "docs": ("values.yaml", "# -- Number of pods", "# -- How many pods"),
}
"""What each check alone has to find: a file of the chart, a text in it and another."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Give a machine on which the action has installed chartproof."""
    folder = tmp_path_factory.mktemp("machine")
    git(folder, "clone", "--quiet", str(REPOSITORY), "clone")
    machine = Machine(folder, folder / "clone")
    install, *_ = action_steps(ACTION, {})
    assert install.name == "Install chartproof"
    done = machine.run(install, folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "python/bin/chartproof").is_file()
    return machine


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Give a repository with a chart."""
    folder = tmp_path / "shop"
    create(folder)
    commit(folder)
    return folder


def plant(fault: str, shop: Path) -> None:
    """Change the chart so that one check finds something."""
    name, old, new = FAULTS[fault]
    file = shop / "chart" / name
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    if fault == "lint":  # what is rendered is taken as right
        chartproof(shop, "test", "chart", "--update")


def chartproof(folder: Path, *words: str) -> None:
    """Run chartproof in a folder."""
    code = "from chartproof.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, *words], cwd=folder, check=True)


def results(machine: Machine, steps: list[Step], work: Path) -> dict[str, int]:
    """Run steps, each whatever became of those before it, and return their exit codes."""
    return {step.name: machine.run(step, work).returncode for step in steps}


def test_the_actions_steps_pass_on_a_new_chart(machine: Machine, shop: Path) -> None:
    _, *checks = action_steps(ACTION, {})
    assert results(machine, checks, shop) == {"Lint": 0, "Test": 0, "Documentation": 0}


@pytest.mark.parametrize(
    ("fault", "step"), [("lint", "Lint"), ("test", "Test"), ("docs", "Documentation")]
)
def test_each_step_of_the_action_fails_on_what_it_is_for(
    machine: Machine, shop: Path, fault: str, step: str
) -> None:
    plant(fault, shop)
    _, *checks = action_steps(ACTION, {})
    codes = results(machine, checks, shop)
    assert {name for name, code in codes.items() if code == 1} == {step}


def test_the_action_shows_findings_beside_their_lines(machine: Machine, shop: Path) -> None:
    plant("lint", shop)
    (lint,) = (step for step in action_steps(ACTION, {}) if step.name == "Lint")
    shown = machine.run(lint, shop).stdout
    assert "::error file=chart/templates/service.yaml,line=" in shown


def test_the_action_takes_a_folder_and_leaves_out_what_is_switched_off(
    machine: Machine, shop: Path
) -> None:
    (shop / "my charts").mkdir()
    shutil.move(shop / "chart", shop / "my charts" / "chart")
    inputs = {"chart": "my charts/chart", "lint": "false"}
    _, *checks = action_steps(ACTION, inputs)
    assert results(machine, checks, shop) == {"Test": 0, "Documentation": 0}


def test_a_new_charts_own_workflow_passes(machine: Machine, shop: Path) -> None:
    install, *checks = workflow_steps(shop / WORKFLOW)
    for step in (install, *checks):
        given = Step(step.name, step.script, {"CHARTPROOF": str(machine.clone)}, step.shell)
        done = machine.run(given, shop)
        assert done.returncode == 0, (step.script, done.stdout, done.stderr)
    first_words = [" ".join(step.script.split()[:3]) for step in checks]
    assert first_words == ["chartproof lint chart", "chartproof docs chart", "python -m pytest"]


def test_a_chart_that_the_installed_chartproof_begins_is_the_same(
    machine: Machine, shop: Path, tmp_path: Path
) -> None:
    made = machine.run(Step("new", "chartproof new again/shop"), tmp_path)
    assert made.returncode == 0, made.stderr

    def texts(folder: Path) -> dict[Path, str]:
        files = (file for file in folder.rglob("*") if file.is_file() and ".git" not in file.parts)
        return {file.relative_to(folder): file.read_text() for file in files}

    assert texts(tmp_path / "again/shop") == texts(shop)


def test_gitlabs_jobs_pass_on_a_new_chart_and_fail_on_what_they_are_for(
    machine: Machine, shop: Path
) -> None:
    install, jobs = gitlab_jobs(TEMPLATE, {"CHARTPROOF": str(machine.clone)})
    assert machine.run(install, shop).returncode == 0
    assert list(jobs) == ["chartproof lint", "chartproof test", "chartproof docs"]
    assert set(results(machine, list(jobs.values()), shop).values()) == {0}
    assert "<testsuite" in (shop / "chartproof-lint.xml").read_text()
    for fault in CHECKS:
        git(shop, "checkout", "--quiet", ".")
        plant(fault, shop)
        assert machine.run(jobs[f"chartproof {fault}"], shop).returncode == 1, fault


def test_pre_commit_runs_the_hooks_from_a_clone(machine: Machine, shop: Path) -> None:
    def hook(name: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "pre_commit", "run", f"chartproof-{name}", "--all-files"]
        home = {"PRE_COMMIT_HOME": str(machine.folder / "pre-commit")}
        step = Step(name, shlex.join(words), home)
        return machine.run(step, shop)

    hooks = [{"id": f"chartproof-{check}"} for check in CHECKS]
    revision = git(machine.clone, "rev-parse", "HEAD").strip()
    repository = {"repo": str(machine.clone), "rev": revision, "hooks": hooks}
    (shop / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [repository]}))
    commit(shop)
    for check in CHECKS:
        passed = hook(check)
        assert "Passed" in passed.stdout, passed.stdout + passed.stderr
        plant(check, shop)
        assert "Failed" in hook(check).stdout
        git(shop, "reset", "--quiet", "--hard")


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", ACTION),
        ("vendor.gitlab-ci", TEMPLATE),
        ("vendor.github-workflows", WORKFLOW),
    ],
)
def test_the_services_schemas_accept_the_files(schema: str, file: Path | str, shop: Path) -> None:
    words = ["check_jsonschema", "--builtin-schema", schema, str(shop / file)]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_pre_commit_accepts_the_hooks() -> None:
    words = ["pre_commit", "validate-manifest", str(HOOKS)]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
