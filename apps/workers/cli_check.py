"""The command `workers check`, its arguments and what it prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workers import dedup, handlers, loader, logs, source
from workers.exits import Exit
from workers.kinds import Kind, kind_of
from workers.message import Message
from workers.settings import ConfigError, Settings
from workers.trial import Trial

SECONDS = 10.0
CODES = """\
exit codes:
  0  it can be used, and the trial went well
  1  the trial ended in a retry, a dead letter or a fault
  2  it cannot be used, or the command line is wrong"""
LARGEST: int = Settings.model_fields["max_body"].default


def check(arguments: argparse.Namespace) -> Exit:
    """Check a handler, a source or a de-duplication without a broker, and try it on request.

    It says which of them the name is, which variable it is for, and what keeps it from being used.
    It is looked for as `workers consume` and `workers produce` do: installed, or in a folder on
    PYTHONPATH. A handler is tried with --body or --message, a source with --count.
    """
    logs.set_up("warning", "human", sys.stderr)
    spec: str = arguments.name
    messages = list(_messages(arguments))
    if spec == source.COUNTER or spec.startswith(source.LINES):
        found, kind = None, Kind.SOURCE
    else:
        found = loader.load("", spec)
        kind = Kind(arguments.kind) if arguments.kind else kind_of(found)
    _refuse_what_is_of_no_use(arguments, kind, messages)
    trial = None
    match kind:
        case Kind.HANDLER:
            trial = _handler(spec, found, messages, arguments.timeout)
        case Kind.SOURCE:
            trial = _source(spec, found, arguments.count, arguments.timeout)
        case Kind.DEDUP:
            dedup.load(spec)
            _say(
                kind, spec, "a de-duplication: it knows handled messages again", loader.where(found)
            )
    if trial is None:
        return Exit.DRAINED
    sys.stdout.writelines(f"{line}\n" for line in trial.lines)
    return Exit.DRAINED if trial.good else Exit.FAILED


def _handler(spec: str, found: Any, messages: list[Message], seconds: float) -> Trial | None:
    handlers.check(found, spec)
    what = "a handler: a call gets one message"
    if handlers.takes_batches(found):
        what = "a batch handler: a call gets up to MQ_BATCH messages"
    _say(Kind.HANDLER, spec, what, loader.where(found))
    return Trial.of_handler(found, messages, seconds) if messages else None


def _source(spec: str, found: Any, count: int, seconds: float) -> Trial | None:
    origin = source.load(spec, LARGEST) if found is None else source.of(found, spec)
    position = "with" if origin.has_position else "without"
    where = "" if found is None else loader.where(found)
    _say(Kind.SOURCE, spec, f"a source {position} a position for MQ_RESUME", where)
    return Trial.of_source(origin, count, seconds) if count else None


def _say(kind: Kind, spec: str, what: str, where: str) -> None:
    sys.stdout.write(f"{kind.variable}={spec} is {what}{where}\n")


def _messages(arguments: argparse.Namespace) -> Iterator[Message]:
    """Give the messages to try a handler on."""
    headers = dict(map(_header, arguments.header))
    for number, body in enumerate(arguments.bodies, 1):
        own_id = arguments.id or f"check-{number}"
        yield Message(body, own_id, arguments.redelivered, headers=headers)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path}: {error.strerror}") from None


def _header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise ConfigError(f"--header {text}: expected NAME=VALUE")
    return name, value


def _refuse_what_is_of_no_use(
    arguments: argparse.Namespace, kind: Kind, messages: list[Message]
) -> None:
    what = f"{arguments.name} is a {kind.value}"
    if messages and kind is not Kind.HANDLER:
        hint = "; expected --count" if kind is Kind.SOURCE else ""
        raise ConfigError(f"--body and --message are for a handler; {what}{hint}")
    if arguments.count and kind is not Kind.SOURCE:
        hint = "; expected --body or --message" if kind is Kind.HANDLER else ""
        raise ConfigError(f"--count is for a source; {what}{hint}")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    command.epilog = CODES
    command.add_argument("name", metavar="module:function", help="what to check")
    command.add_argument(
        "--as",
        dest="kind",
        choices=[kind.value for kind in Kind],
        help="what it is meant to be; default: what it looks like",
    )
    handler = command.add_argument_group(
        "trying a handler", "Each message is given to it once; its exceptions are shown."
    )
    handler.add_argument(
        "--body",
        metavar="TEXT",
        dest="bodies",
        type=str.encode,
        action="append",
        default=[],
        help="try it on this body",
    )
    handler.add_argument(
        "--message",
        metavar="FILE",
        dest="bodies",
        type=_read,
        action="append",
        help="try it on the body in this file",
    )
    handler.add_argument("--id", help="the messages' id; default: check-1, check-2 ...")
    handler.add_argument(
        "--header", metavar="NAME=VALUE", action="append", default=[], help="a header of each"
    )
    handler.add_argument(
        "--redelivered", action="store_true", help="as messages that were delivered before"
    )
    giver = command.add_argument_group("trying a source")
    giver.add_argument(
        "--count", metavar="N", type=_natural, default=0, help="show its first N messages"
    )
    command.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=SECONDS,
        help="how long a handler may run, or a source may let wait (default %(default)g)",
    )


def _natural(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text}: expected a number from 1 on")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: expected seconds, more than 0")
    return seconds
