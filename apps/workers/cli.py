"""The command `workers`."""

from __future__ import annotations

import argparse
import inspect
import logging
import sys
import textwrap
from collections.abc import Callable

from workers import (
    cli_check,
    cli_checks,
    cli_redrive,
    config,
    dedup,
    handlers,
    health,
    logs,
    production,
)
from workers.config import BROKER, CONSUME, EVERY, GROUPS, PRODUCE, TLS, WORK
from workers.consumer import Consumer
from workers.crew import Crew
from workers.drain import Drain
from workers.exits import Exit
from workers.health import Status
from workers.metrics import ConsumerMetrics, Metrics, ProducerMetrics
from workers.session import Role
from workers.settings import ConfigError, Settings
from workers.wait import Waiter
from workers.worker import Worker


def produce(settings: Settings) -> Exit:
    """Publish what MQ_SOURCE gives until stopped, or until MQ_COUNT messages are out.

    A message counts as out once the broker has confirmed it; one that the broker refuses, or that
    a lost connection leaves unconfirmed, is published again with the same id. SIGTERM makes it take
    nothing new and wait for its confirms.
    """
    status = Status()
    metrics = ProducerMetrics(status)
    with production.assembled(settings, status, metrics) as producer:
        return _work(settings, producer, status, metrics, lambda: producer.failed)


def consume(settings: Settings) -> Exit:
    """Give messages to MQ_HANDLER until stopped, or until MQ_COUNT are handled.

    A message is acknowledged after its handler has returned; one whose handler raises comes again.
    SIGTERM makes it hand back what no handler has begun and finish what one has.
    """
    handler = handlers.load(settings.handler)
    crew = Crew(settings, handler, dedup.load(settings.dedup) if settings.dedup else None)
    status = Status()
    metrics = ConsumerMetrics(status)
    return _work(settings, Consumer(settings, crew, status, metrics), status, metrics)


def wait(settings: Settings) -> Exit:
    """Wait until the broker accepts the login and the queue exists.

    It ends with 0 when they do, and with 1 after MQ_WAIT_TIMEOUT. An init container runs it before
    what needs the queue.
    """
    status = Status()
    waiter = Waiter()
    drain = Drain(settings.grace, after=settings.wait_timeout)
    drain.listen()
    Worker(settings, waiter, drain, status, Metrics(status), settings.wait_timeout).run()
    logs.event("found" if waiter.found else "gave_up", queue=settings.queue)
    return Exit.DRAINED if waiter.found else Exit.FAILED


def _work(
    settings: Settings,
    role: Role,
    status: Status,
    metrics: Metrics,
    failed: Callable[[], bool] = lambda: False,
) -> Exit:
    """Run a role until it ends by itself or by a signal; `failed` tells a bad end from a good."""
    health.serve(settings.health_port, status, metrics.registry)
    drain = Drain(settings.grace)
    drain.listen()
    end = Worker(settings, role, drain, status, metrics, settings.refusal_grace).run()
    if end is Exit.DRAINED and failed():
        end = Exit.FAILED
    logs.event("ended", exit=end.name.lower())
    return end


def _settings() -> Settings:
    settings = config.load()
    logs.set_up(settings.log_level, settings.log_format)
    return settings


WIDTH = 100
WORKERS: dict[str, tuple[Callable[[Settings], Exit], tuple[str, ...]]] = {
    "produce": (produce, (PRODUCE,)),
    "consume": (consume, (CONSUME,)),
    "wait": (wait, ()),
}
"""The commands that variables tell all, and the group of variables that is theirs alone."""


def main() -> None:
    """Run the command line and exit with one of Exit's codes."""
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(Exit.MISCONFIGURED)
    except Exception as error:
        logs.event("crashed", logging.CRITICAL, error=True, detail=f"{error}")
        sys.exit(Exit.FAILED)


def _parser() -> argparse.ArgumentParser:
    codes = "\n".join(f"  {code.value}  {code.name.lower()}: {code.meaning}" for code in Exit)
    parser = argparse.ArgumentParser(
        prog="workers",
        description="Publish to RabbitMQ and consume from it without losing a message.",
        epilog=f"{_variables(*GROUPS.values())}\n\nexit codes:\n{codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (worker, group) in WORKERS.items():
        command = _command(commands, name, worker)
        command.epilog = _variables(BROKER, TLS, WORK, *group, EVERY)
        command.set_defaults(run=lambda _arguments, worker=worker: worker(_settings()))
    cli_check.add_arguments(_command(commands, "check", cli_check.check))
    cli_redrive.add_arguments(_command(commands, "redrive", cli_redrive.redrive))
    for name, (run, add_arguments) in cli_checks.COMMANDS.items():
        add_arguments(_command(commands, name, run))
    return parser


def _variables(*titles: str) -> str:
    """Return the text on groups of variables."""
    groups = config.groups()
    lines = ["Settings are environment variables. Times are in seconds."]
    for title in titles:
        lines += ["", f"{title}:"]
        for name, text in groups[title].items():
            lines += textwrap.wrap(f"  {name:18}  {text}", WIDTH, subsequent_indent=" " * 22)
    return "\n".join(lines)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[..., Exit],
) -> argparse.ArgumentParser:
    text = inspect.getdoc(run) or ""
    summary = text.split("\n\n")[0].replace("\n", " ")
    command = commands.add_parser(
        name,
        help=summary.rstrip("."),
        description=text,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command
