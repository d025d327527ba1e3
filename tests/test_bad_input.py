"""Bad input gets one clear message and an exit code; no traceback reaches a user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

CHART = Path(__file__).parents[1] / "chart"
BIN = Path(sys.executable).parent
# Nobody, who may still read this interpreter where it lives in root's home.
UNPRIVILEGED = (
    *("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)


def run(
    command: str,
    *words: str | Path,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] = os.environ,
) -> subprocess.CompletedProcess[str]:
    """Run one of the two commands as a user would, without a terminal."""
    done = subprocess.run(
        [*prefix, BIN / command, *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def refused(
    command: str,
    *words: str | Path,
    prefix: Sequence[str] = (),
    env: Mapping[str, str] = os.environ,
) -> str:
    """Run a command that must be refused as bad input, and return what it said."""
    done = run(command, *words, prefix=prefix, env=env)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.strip()


def test_a_value_of_the_wrong_type_is_named_with_what_was_expected() -> None:
    said = refused("chartproof", "render", CHART, "--set", "broker.replicas=three")
    assert "broker.replicas" in said
    assert "got string, want integer" in said


def test_a_typo_in_a_key_is_named_with_the_nearest_right_key() -> None:
    said = refused("chartproof", "render", CHART, "--set", "broker.replica=3")
    assert "broker" in said
    assert "replica" in said
    assert "did you mean replicas?" in said


def test_an_even_broker_count_is_refused() -> None:
    said = refused("chartproof", "render", CHART, "--set", "broker.replicas=2")
    assert "broker.replicas is 2: an even number of brokers" in said
    assert "use 1 or 3" in said


def test_a_syntax_error_in_a_values_file_is_given_with_its_line(tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("broker:\n  replicas: [1\n")
    assert refused("chartproof", "render", CHART, "-f", values).startswith(f"{values}:")


def test_a_missing_chart_folder_is_named(tmp_path: Path) -> None:
    said = refused("chartproof", "lint", tmp_path / "chrat")
    assert said == f"{tmp_path}/chrat: no such chart folder"


def test_an_error_in_a_template_leads_with_its_file_and_line(tmp_path: Path) -> None:
    chart = shutil.copytree(CHART, tmp_path / "chart")
    (chart / "templates" / "broken.yaml").write_text("a: b\nc: {{ .Values.no.such.key }}\n")
    done = run("chartproof", "render", chart)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{chart}/templates/broken.yaml:2:13: nil pointer")
    assert "values at no: not set, and the template reads no.such.key" in done.stderr


def test_a_url_without_a_password_is_refused_by_the_workers() -> None:
    environment = {**os.environ, "MQ_URL": "amqp://workers@broker:5672/", "MQ_CH": "test"}
    said = refused("workers", "produce", env=environment)
    assert said.count("\n") == 0
    assert "MQ_URL" in said
    assert "password" in said


@pytest.mark.needs("root")
def test_up_without_root_and_without_an_engine_says_what_would_help() -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        no_tools = {"PATH": home, "HOME": home}
        said = refused("chartproof", "up", CHART, prefix=UNPRIVILEGED, env=no_tools)
    for engine in ("k3d", "kind", "node", "processes"):
        assert engine in said
