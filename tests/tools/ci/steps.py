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
from typing import Any

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


def gitlab_jobs(file: Path, variables: Mapping[str, str]) -> dict[str, Step]:
    """Return the jobs of a GitLab template, each as the script that its runner makes."""
    template = yamlio.load(file.read_text())
    shared = {**template["variables"], **variables}
    jobs = dict[str, Step]()
    for name, job in template.items():
        if isinstance(job, dict) and "script" in job:
            whole: dict[str, Any] = {**template[job["extends"]], **job}
            script = "\n".join([*whole["before_script"], *whole["script"]])
            jobs[name] = Step(name, script, shared, ("bash", "-eo", "pipefail"))
    return jobs


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
