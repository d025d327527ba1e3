"""What the files for CI services would have run, as scripts for a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from chartproof import yamlio

_EXPRESSION = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")
_CONDITION = re.compile(r"inputs\.([\w-]+) == '(\w+)'")


@dataclass(frozen=True)
class Step:
    """A script, its own variables, and the shell that the service gives it to."""

    name: str
    script: str
    variables: Mapping[str, str] = field(default_factory=dict)
    shell: Sequence[str] = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


def action_steps(file: Path, inputs: Mapping[str, str]) -> list[Step]:
    """Return the scripts of a composite action, those of its steps whose condition holds."""
    action = yamlio.load(file.read_text())
    given = {name: str(one["default"]) for name, one in action["inputs"].items()} | dict(inputs)

    def with_inputs(text: str) -> str:
        return _EXPRESSION.sub(lambda found: given[found[1]], text)

    return [
        Step(
            step["name"],
            with_inputs(step["run"]),
            {name: with_inputs(text) for name, text in step.get("env", {}).items()},
        )
        for step in action["runs"]["steps"]
        if "run" in step and _holds(step.get("if"), given)
    ]


def _holds(condition: str | None, given: Mapping[str, str]) -> bool:
    if condition is None:
        return True
    found = _CONDITION.fullmatch(condition)
    assert found, f"a condition that this test cannot judge: {condition}"
    return given[found[1]] == found[2]


def workflow_steps(file: Path) -> list[Step]:
    """Return the scripts of a workflow's one job."""
    workflow = yamlio.load(file.read_text())
    (job,) = workflow["jobs"].values()
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    return [Step(text, text, workflow["env"], ("bash", "-e")) for text in scripts]


def gitlab_jobs(file: Path, variables: Mapping[str, str]) -> tuple[Step, dict[str, Step]]:
    """Return what a GitLab template has run before each of its jobs, and the jobs by name."""
    template = yamlio.load(file.read_text())
    shared = {**template["variables"], **variables}
    shell = ("bash", "-eo", "pipefail")
    jobs = {name: job for name, job in template.items() if "script" in job}
    (base,) = {job["extends"] for job in jobs.values()}
    before = Step(base, "\n".join(template[base]["before_script"]), shared, shell)
    return before, {
        name: Step(name, "\n".join(job["script"]), shared, shell) for name, job in jobs.items()
    }


@dataclass(frozen=True)
class Machine:
    """A machine as such a service gives it: a Python of its own, and a clone of this repository.

    What chartproof depends on is taken from this environment, and nothing from an index.
    """

    folder: Path
    clone: Path

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """Its variables."""
        venv.create(self.folder / "python", with_pip=True)
        programs = self.folder / "python/bin"
        packages = [path for path in sys.path if path.endswith("-packages")]
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("PYTEST_", "GIT_", "CHARTPROOF_"))
        }
        return {
            **kept,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(dict.fromkeys(packages)),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip's own way to say it by a variable
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "NO_COLOR": "1",
            "GITHUB_ACTION_PATH": str(self.clone / "tools/ci/github"),
        }

    def run(self, step: Step, work: Path) -> subprocess.CompletedProcess[str]:
        """Run a step in the folder that the service has checked out."""
        return subprocess.run(
            [*step.shell, "-c", step.script],
            cwd=work,
            env={**self.environment, **step.variables},
            capture_output=True,
            text=True,
            check=False,
        )
