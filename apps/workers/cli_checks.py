"""The commands that look at a release instead of working for it, and their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from workers import config
from workers.exits import Exit
from workers.guard import guard as guard_upgrade
from workers.management import Management
from workers.settings import ConfigError
from workers.tls import Files
from workers.upgrade import Version
from workers.verify import Expectations
from workers.verify import verify as verify_release


def verify(arguments: argparse.Namespace) -> Exit:
    """Verify a release: login, TLS, permissions, cluster size; a line for each.

    It reads the workers' variables, logs in as they would, and ends with 1 where something is not
    as it should be. `helm test` runs it. To check a handler before there is a release, there is
    `workers check`.
    """
    settings = config.load()
    url, files, name = arguments.management, settings.tls_files, settings.tls_server_name
    expected = Expectations(
        may_not_declare=arguments.may_not_declare,
        management=url and _management(url, files=files, server_name=name),
        closed=tuple(arguments.closed),
    )
    return verify_release(settings, expected)


def guard(arguments: argparse.Namespace) -> Exit:
    """Refuse to have running brokers replaced by a RabbitMQ that cannot take over from them.

    It ends with 1, and says what to do, where RabbitMQ supports no upgrade from the one that runs,
    where feature flags are not enabled, where a broker is down or has an alarm, and where none
    answers. Brokers that are not there yet are no hindrance. It needs no variable.
    """
    try:
        target = Version.parse(arguments.version)
    except ValueError as error:
        raise ConfigError(f"--version: {error}") from None
    files = Files(arguments.ca)
    for _, fault in files.faults():
        raise ConfigError(f"--ca {arguments.ca}: {fault}")
    login = [_file(arguments.login / name) for name in ("username", "password")]
    management = _management(
        arguments.management, *login, files=files, server_name=arguments.server_name
    )
    return guard_upgrade(management, target, arguments.patience)


def _file(path: Path) -> str:
    """Read a mounted Secret's key; one that is not there is no login."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--login: {path}: {error}") from None


def _management(
    url: str, username: str = "", password: str = "", *, files: Files, server_name: str | None
) -> Management:
    try:
        return Management(url, username, password, files, server_name)
    except ValueError as error:
        raise ConfigError(f"--management: {error}") from None


def _add_verify(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--may-not-declare", action="store_true", help="fail if the user may declare a queue"
    )
    command.add_argument(
        "--management", metavar="URL", help="ask there whether all brokers have joined the cluster"
    )
    command.add_argument(
        "--closed", metavar="PORT", type=int, nargs="*", default=[], help="ports to find closed"
    )


def _add_guard(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--management", metavar="URL", required=True, help="the brokers' management API"
    )
    command.add_argument(
        "--login",
        metavar="FOLDER",
        type=Path,
        required=True,
        help="folder with the administrator's name and password, the files username and password",
    )
    command.add_argument(
        "--ca", metavar="FILE", type=Path, help="authorities that may vouch for the brokers"
    )
    command.add_argument(
        "--server-name",
        metavar="NAME",
        help="name that the brokers' certificate has to be for (default: the URL's host)",
    )
    command.add_argument(
        "--version", required=True, help="the RabbitMQ to be, or an image's tag that begins with it"
    )
    command.add_argument(
        "--patience",
        metavar="SECONDS",
        type=float,
        default=60.0,
        help="time for which a broker that does not answer is asked again (default 60)",
    )


COMMANDS: Mapping[
    str, tuple[Callable[[argparse.Namespace], Exit], Callable[[argparse.ArgumentParser], None]]
] = {
    "verify": (verify, _add_verify),
    "guard": (guard, _add_guard),
}
