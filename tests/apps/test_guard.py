"""`workers guard`, before a real RabbitMQ and before APIs of releases that are older."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

from tests.apps.management import answers_of, serving
from tests.apps.running import WORKERS
from tests.support.certificates import Authority
from workers.exits import Exit

if TYPE_CHECKING:
    from tests.support.broker import Broker

KHEPRI = ("khepri_db", "enabled", "stable")


@pytest.fixture
def login(tmp_path: Path) -> Path:
    """Give a folder as a mounted Secret makes it."""
    for name in ("username", "password"):
        (tmp_path / name).write_text("guest")
    return tmp_path


def guard(url: str, version: str, login: Path, *more: str) -> CompletedProcess[str]:
    words = ("--management", url, "--login", login, "--version", version, "--patience", "0")
    return subprocess.run(
        [WORKERS, "guard", *words, *more], env=os.environ, capture_output=True, text=True
    )


@pytest.mark.needs("broker")
@pytest.mark.parametrize("version", ["4.3.6-management", "4.3.0", "4.4.0"])
def test_a_real_broker_may_be_replaced_by_its_like_and_the_next(
    broker: Broker, login: Path, version: str
) -> None:
    result = guard(f"http://127.0.0.1:{broker.management_port}", version, login)
    assert result.returncode == Exit.DRAINED, result.stdout + result.stderr
    assert "4.3.6 may be replaced by" in result.stdout


@pytest.mark.needs("broker")
def test_a_real_broker_is_not_replaced_by_an_older_one(broker: Broker, login: Path) -> None:
    result = guard(f"http://127.0.0.1:{broker.management_port}", "4.2.10", login)
    assert result.returncode == Exit.FAILED
    assert "4.3.6 runs, and 4.2.10 is older" in result.stdout


@pytest.mark.needs("broker")
def test_a_password_that_the_broker_does_not_take_is_told_apart(
    broker: Broker, login: Path
) -> None:
    (login / "password").write_text("s3cret")
    result = guard(f"http://127.0.0.1:{broker.management_port}", "4.3.6", login)
    assert result.returncode == Exit.FAILED
    assert "refuses the user guest (401)" in result.stdout
    assert "upgradeGuard.enabled" in result.stdout
    assert "s3cret" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("version", "flags", "said"),
    [
        ("4.1.8", [KHEPRI], "upgrade to 4.2, then to 4.3"),
        ("4.2.10", [KHEPRI, ("new", "disabled", "stable")], "feature flags new are not enabled"),
        ("3.13.7", [("khepri_db", "enabled", "experimental")], "Move to a new cluster"),
    ],
)
def test_an_older_release_is_left_as_it_is(
    login: Path, version: str, flags: list[tuple[str, str, str]], said: str
) -> None:
    with serving(answers_of(version, *flags)) as url:
        result = guard(url, "4.3.6-management", login)
    assert result.returncode == Exit.FAILED
    assert "the brokers are left as they are\n- " in result.stdout
    assert said in result.stdout


def test_a_release_in_order_is_let_through(login: Path) -> None:
    with serving(answers_of("4.2.10", KHEPRI, ("trial", "disabled", "experimental"))) as url:
        result = guard(url, "4.3.6", login)
    assert (result.returncode, result.stderr) == (Exit.DRAINED, "")


def test_a_broker_that_is_down_stops_the_upgrade(login: Path) -> None:
    nodes = {"rabbit@0": True, "rabbit@1": False}
    with serving(answers_of("4.2.10", KHEPRI, **nodes)) as url:
        result = guard(url, "4.3.6", login)
    assert result.returncode == Exit.FAILED
    assert "rabbit@1 does not run" in result.stdout


def test_where_no_service_is_there_is_nothing_to_guard(login: Path) -> None:
    for name in ("username", "password"):
        (login / name).unlink()
    result = guard("http://nothing.invalid:15672", "4.3.6", login)
    assert result.returncode == Exit.DRAINED, result.stdout
    assert "nothing runs yet" in result.stdout


def test_a_broker_that_does_not_answer_stops_the_upgrade_and_says_how_to_go_on(
    login: Path,
) -> None:
    result = guard("http://127.0.0.1:1", "4.3.6", login)
    assert result.returncode == Exit.FAILED
    assert "does not answer" in result.stdout
    assert "set broker.upgradeGuard.enabled to false" in result.stdout


def test_what_is_no_management_api_is_told_apart(login: Path) -> None:
    with serving({}) as url:
        result = guard(url, "4.3.6", login)
    assert result.returncode == Exit.FAILED
    assert "answers 404, and not as RabbitMQ does" in result.stdout


def test_brokers_that_speak_tls_have_to_be_those_that_the_authority_vouches_for(
    login: Path, tmp_path: Path
) -> None:
    authority, other = Authority(tmp_path / "own"), Authority(tmp_path / "other")
    with serving(answers_of("4.2.10", KHEPRI), authority.issue("localhost")) as url:
        known = guard(url, "4.3.6", login, "--ca", str(authority.ca))
        unknown = guard(url, "4.3.6", login, "--ca", str(other.ca))
    assert known.returncode == Exit.DRAINED, known.stdout + known.stderr
    assert unknown.returncode == Exit.FAILED
    assert "certificate verify failed" in unknown.stdout


def test_a_certificate_may_be_for_another_name_than_the_host(tmp_path: Path, login: Path) -> None:
    authority = Authority(tmp_path)
    trusted = ("--ca", str(authority.ca))
    with serving(answers_of("4.2.10", KHEPRI), authority.issue("rabbit.example.com")) as url:
        named = guard(url, "4.3.6", login, *trusted, "--server-name", "rabbit.example.com")
        unnamed = guard(url, "4.3.6", login, *trusted)
    assert named.returncode == Exit.DRAINED, named.stdout + named.stderr
    assert unnamed.returncode == Exit.FAILED
    assert "certificate is not valid for 'localhost'" in unnamed.stdout


@pytest.mark.parametrize(
    ("url", "version", "more", "said"),
    [
        ("http://h", "latest", (), "--version: 'latest' does not begin with a version"),
        ("h:15672", "4.3.6", (), "--management: 'h:15672' is no address of a management API"),
        ("https://h", "4.3.6", ("--ca", "/nowhere"), "--ca /nowhere: No such file or directory"),
    ],
)
def test_a_wrong_argument_exits_with_2(
    login: Path, url: str, version: str, more: tuple[str, ...], said: str
) -> None:
    result = guard(url, version, login, *more)
    assert result.returncode == Exit.MISCONFIGURED
    assert said in result.stderr
