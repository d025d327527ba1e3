"""The command line, as a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
from subprocess import CompletedProcess

import pytest

from tests.apps.running import WORKERS, with_handlers
from workers import config
from workers.exits import Exit
from workers.settings import Settings


def run(*arguments: str, **environment: str) -> CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MQ_")}
    return subprocess.run(
        [WORKERS, *arguments], env={**kept, **environment}, capture_output=True, text=True
    )


def test_help_names_every_command_variable_and_exit_code() -> None:
    shown = run("--help").stdout
    for word in ("produce", "consume", "wait", *config.variables()):
        assert word in shown
    for code in Exit:
        assert f"{code.value}  {code.name.lower()}: {code.meaning}" in shown


def test_help_lists_the_variables_by_what_they_are_for_with_their_defaults() -> None:
    shown = run("--help").stdout
    titles = [f"\n{title}:\n" for title in config.GROUPS.values()]
    assert sorted(titles, key=shown.index) == titles
    assert "MQ_CH               the queue's name (required)" in shown
    assert "at most (default 500)" in shown
    assert set(config.GROUPS) <= set(Settings.model_fields)
    assert {name for group in config.groups().values() for name in group} == set(config.variables())


@pytest.mark.parametrize(
    ("command", "named", "not_named"),
    [
        ("produce", ["MQ_URL", "MQ_SOURCE"], ["MQ_HANDLER"]),
        ("consume", ["MQ_URL", "MQ_HANDLER"], ["MQ_SOURCE"]),
        ("wait", ["MQ_URL", "MQ_CH"], ["MQ_SOURCE", "MQ_HANDLER"]),
    ],
)
def test_a_commands_help_names_its_own_variables(
    command: str, named: list[str], not_named: list[str]
) -> None:
    names = set(re.findall(r"^  (MQ_\w+)  ", run(command, "--help").stdout, re.M))
    assert names >= set(named)
    assert not names & set(not_named)


@pytest.mark.parametrize(
    "command", ["produce", "consume", "wait", "check", "redrive", "verify", "guard"]
)
def test_a_commands_help_says_in_sentences_what_it_does(command: str) -> None:
    description = run(command, "--help").stdout.split("\n\n", 1)[1]
    summary, sentences = description.split("\n\n")[:2]
    assert summary.endswith(".")
    assert sentences.count(". ") + sentences.count(".\n") + 1 >= 2
    assert max(map(len, description.splitlines())) <= 100


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


def test_a_bug_in_the_worker_is_one_line_with_its_traceback_and_exits_with_1() -> None:
    login = {"MQ_URL": "amqp://u:p@h", "MQ_CH": "test", "PYTHONPATH": with_handlers()}
    result = run("consume", MQ_HANDLER="sabotage:handle", **login)
    assert result.returncode == Exit.FAILED
    [line] = map(json.loads, result.stdout.splitlines())
    assert (line["event"], line["level"], line["detail"]) == ("crashed", "critical", "a bug")
    assert 'raise RuntimeError("a bug")' in line["traceback"]
    assert result.stderr == ""
