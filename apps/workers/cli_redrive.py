"""The command `workers redrive`, its arguments and what it prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from time import time

from workers import config, logs
from workers.drain import Drain
from workers.exits import Exit
from workers.health import Status
from workers.metrics import Metrics
from workers.redrive import Plan, Redrive, Report, Row
from workers.settings import ConfigError, Settings
from workers.worker import Worker

HEADINGS = ("ID", "REASON", "DEATHS", "AGE", "REDRIVES", "TARGET")
UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
NOTHING = "-"


def redrive(arguments: argparse.Namespace) -> Exit:
    """Move dead letters back to the queues they died in, or to another.

    Each one is published, confirmed and only then taken out of FROM, without the headers of its
    death and with x-redrives counted up. It reads the workers' variables but MQ_CH, and ends with 1
    where messages are left.
    """
    plan = _plan(arguments)
    settings = config.load(queue=arguments.source)
    given = settings.model_fields_set
    logs.set_up(
        settings.log_level if "log_level" in given else "warning",
        settings.log_format if "log_format" in given else "human",
        sys.stderr,
    )
    report, end = move(settings, plan)
    if plan.dry_run:
        _print(table(report.rows, time()))
    _print(summary(report, plan, settings.queue))
    if end is not Exit.DRAINED:
        return end
    done = report.complete and not report.left and report.found >= plan.ids
    return Exit.DRAINED if done else Exit.FAILED


def move(settings: Settings, plan: Plan) -> tuple[Report, Exit]:
    """Carry a plan out, through as many connections as it takes, until done or told to stop."""
    role = Redrive(plan, settings.confirm_timeout)
    status = Status()
    drain = Drain(settings.grace)
    drain.listen()
    # A queue of dead letters that is not there is a typing error, and no reason to wait.
    end = Worker(
        settings, role, drain, status, Metrics(status), settings.refusal_grace, ("no_queue",)
    ).run()
    return role.report, end


def table(rows: Sequence[Row], now: float) -> Iterator[str]:
    """Give the lines of a dry run; `now` is in seconds since 1970."""
    cells = [HEADINGS, *(_cells(row, now) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    for line in cells:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        yield "  ".join(padded).rstrip()


def summary(report: Report, plan: Plan, source: str) -> Iterator[str]:
    """Give a line for what was moved, for each reason why some were left, and each id in vain."""
    if plan.dry_run:
        yield f"would move {sum(row.target is not None for row in report.rows)} from {source}"
    else:
        where = ", ".join(f"{count} to {queue}" for queue, count in sorted(report.moved.items()))
        yield f"moved {sum(report.moved.values())} from {source}{where and f': {where}'}"
    for why, count in sorted(report.left.items()):
        yield f"left {count} there: {why}"
    if not report.complete:
        yield "it ended before it was through"
        return
    for each in sorted(plan.ids - report.found):
        yield f"there is no message {each}"


def _cells(row: Row, now: float) -> tuple[str, ...]:
    letter = row.letter
    return (
        letter.id or NOTHING,
        letter.reason or NOTHING,
        str(letter.deaths),
        NOTHING if letter.died_at is None else age(now - letter.died_at),
        str(letter.redrives),
        row.target or NOTHING,
    )


def age(seconds: float) -> str:
    """Write an age by its largest unit, rounded down: 3d, 5h, 12m, 7s."""
    whole = max(0, int(seconds))
    size, unit = next((each for each in UNITS if whole >= each[0]), UNITS[-1])
    return f"{whole // size}{unit}"


def _plan(arguments: argparse.Namespace) -> Plan:
    if arguments.to == arguments.source:
        raise ConfigError(f"--to {arguments.to}: it is the queue of the dead letters itself")
    if (arguments.max_redrives is None) != (arguments.parking is None):
        raise ConfigError("--max-redrives and --parking go together; expected both or neither")
    return Plan(
        to=arguments.to,
        limit=arguments.limit or 0,
        ids=frozenset(arguments.id),
        max_redrives=arguments.max_redrives,
        parking=arguments.parking,
        dry_run=arguments.dry_run,
    )


def _print(lines: Iterator[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "number above 0"  # argparse shows it where the text is none


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what the command line may say."""
    command.add_argument("source", metavar="FROM", help="the queue of the dead letters")
    command.add_argument(
        "--to", metavar="QUEUE", help="where all go; default: where each of them died first"
    )
    command.add_argument(
        "--limit", metavar="N", type=_positive, help="move so many at most; default: all there are"
    )
    command.add_argument(
        "--id", metavar="ID", nargs="+", default=[], help="move only the messages with these ids"
    )
    command.add_argument(
        "--max-redrives",
        metavar="N",
        type=_positive,
        help="what was moved back so often already goes to the queue of --parking instead",
    )
    command.add_argument("--parking", metavar="QUEUE", help="the queue for those")
    command.add_argument(
        "--dry-run", action="store_true", help="show what would be moved and change nothing"
    )
