"""The command line, as a process."""

from __future__ import annotations

import subprocess
from subprocess import CompletedProcess

import pytest

from tests.apps.running import WORKERS
from workers import config
from workers.exits import Exit


def run(*arguments: str, **environment: str) -> CompletedProcess[str]:
    return subprocess.run([WORKERS, *arguments], env=environment, capture_output=True, text=True)


def test_help_names_every_command_variable_and_exit_code() -> None:
    shown = run("--help").stdout
    for word in ("produce", "consume", "wait", *config.variables()):
        assert word in shown
    for code in Exit:
        assert f"{code.value}  {code.name.lower()}: {code.meaning}" in shown


@pytest.mark.parametrize("arguments", [(), ("prodce",)])
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == Exit.MISCONFIGURED


def test_faults_of_the_settings_are_all_that_is_printed() -> None:
    result = run("produce", MQ_URL="amqp://u:s3cret@h", MQ_ZZZ="test")
    assert result.returncode == Exit.MISCONFIGURED
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"MQ_ZZZ: there is no such variable; known are {', '.join(config.variables())}",
        "MQ_CH is not set; expected the queue's name",
    ]


def test_a_handler_that_is_not_there_exits_with_2() -> None:
    result = run("consume", MQ_URL="amqp://u:p@h", MQ_CH="test", MQ_HANDLER="nope:f")
    assert result.returncode == Exit.MISCONFIGURED
    assert result.stderr.startswith("MQ_HANDLER=nope:f: there is no module 'nope'")
