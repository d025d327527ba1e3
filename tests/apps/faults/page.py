"""docs/faults.md, written by `make faults` once every fault was borne."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[2] / "docs/faults.md"
FIGURES = "figures"
"""The name under which a test's figures stand in its report."""
COLUMNS = ("sent", "confirmed", "handled", "duplicates", "recovery_s")
HEAD = """\
# Faults

Each line below is a test that breaks something around real workers and a real RabbitMQ 4.3 while
messages flow, and that fails unless, at the end,

- every message that was confirmed to a producer was handled by a consumer,
- a message was handled twice only where its later deliveries say that they may be a repetition:
  `redelivered` is set, or the header `x-republished`,
- no producer holds an unconfirmed message, and the queue is empty,
- the dead letters are the messages that were meant to fail, and no other.

`make faults` runs them all and writes this page if all pass. *Sent* and *handled* count each
message once; *duplicates* are what was handled again. *Recovery* is the time from the end of the
fault, or from its beginning where nothing ends it, until a message was handled that was published
after it, or, where all are published before, until the last one was handled or dead-lettered. Every
test has a limit for it. Workers had a heartbeat of 1 s, MQ_CONNECT_TIMEOUT=2 and
MQ_RECONNECT_WAIT=0.5; with the defaults a dead peer is noticed after up to 30 s.
"""
FOOT = """
For RabbitMQ a worker that dies, or whose connection is lost, has failed with every message that it
held. A small delivery limit and a large prefetch then make dead letters of messages that nothing is
wrong with. So a new process takes messages that were counted one by one before it subscribes. Where
handlers may kill their process, `MQ_POOL=processes` keeps each such death to its own message.

A consumer on a broker that is cut off from the others hears nothing and cannot tell why: its
connection is in order. Messages go to the consumers on other brokers meanwhile.

`make soak-workers SECONDS=600 SEED=1` draws faults like these at random, the same for a seed, while
two producers and two consumers work. Its last line is JSON: sent, confirmed, handled, lost,
duplicates, unmarked_duplicates, faults.

Two more of the kind have no figures of this sort: `tests/apps/test_leaks.py` reconnects 5,000 times
and finds memory, sockets and threads as they were, and `tests/apps/test_wrong_frames.py` has every
wrong frame one by one.
"""


def write(figures: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the page from the figures of each test, by its node id."""
    PAGE.write_text(page(figures), "utf-8")


def page(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the page."""
    parts = [HEAD]
    for module in modules():
        own = {test: each for test, each in figures.items() if f"{module.stem}.py::" in test}
        if own:
            parts.append(f"\n## {heading(module)}\n\n{''.join(_table(own))}")
    return "".join(parts) + FOOT


def modules() -> list[Path]:
    """Return the modules with tests, in the order of the page."""
    return sorted(FOLDER.glob("test_*.py"))


def heading(module: Path) -> str:
    """Return what a module's tests are about: its docstring, without the full stop."""
    return str(ast.get_docstring(ast.parse(module.read_text("utf-8")))).splitlines()[0].rstrip(".")


def sentence(test: str) -> str:
    """Return a test's node id as the sentence that its name is; its parameters in brackets."""
    name, _, parameters = test.rpartition("::")[2].partition("[")
    words = name.removeprefix("test_").replace("_", " ")
    case = parameters.rstrip("]").replace("_", " ")
    return f"{words} ({case})" if case else words


def rows(text: str) -> Iterator[str]:
    """Give the sentence of each line of the tables on the page."""
    for line in text.splitlines():
        first = line.split("|")[1].strip() if line.startswith("| ") else ""
        if first and first != "fault":
            yield first


def _table(figures: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield f"| fault | {' | '.join(COLUMNS).replace('_s', ', s')} |\n"
    yield f"|---|{'---:|' * len(COLUMNS)}\n"
    for test, each in figures.items():
        cells = (_cell(each[column]) for column in COLUMNS)
        yield f"| {sentence(test)} | {' | '.join(cells)} |\n"


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,}"
