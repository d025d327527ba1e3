"""Workers as the processes that they are in a pod, watched by the lines they log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from typing import Any, TypeVar

from prometheus_client.parser import text_string_to_metric_families

from chartproof.cluster.processes import linux

HERE = Path(__file__).parent
WORKERS = Path(sys.executable).with_name("workers")
PATIENCE = 30.0
"""Seconds after which something that should happen has failed to."""
LOOK_AGAIN = 0.05

Line = dict[str, Any]
Found = TypeVar("Found")


class Running:
    """A worker process. `variables` are given without their MQ_.

    It runs in the network namespace `network`, by its file, if there is one.
    """

    def __init__(
        self,
        command: str,
        variables: dict[str, Any],
        network: Path | None = None,
        **environment: str,
    ) -> None:
        settings = {f"MQ_{name.upper()}": str(value) for name, value in variables.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MQ_")}
        self._process = subprocess.Popen(
            [*(["nsenter", f"--net={network}"] if network else []), WORKERS, command],
            env={**kept, "PYTHONPATH": with_handlers(), **environment, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[Line] = []
        self.handled: Counter[str] = Counter()
        """How often a consumer handled each id."""
        self.marked: Counter[str] = Counter()
        """How often each of these was redelivered or republished."""
        self.reached: dict[str, int] = {}
        """The highest sequence of each instance that a consumer handled."""
        self._network = network
        self._news = Condition()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, event: str, **fields: Any) -> Line:
        """Wait until an event with these fields was logged, and return its line."""
        return self.until(lambda: self.find(event, **fields), f"{event} {fields}")[0]

    def until(self, look: Callable[[], Found], what: str) -> Found:
        """Wait until `look` finds something, and return it."""
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline:
            with self._news:
                if found := look():
                    return found
                self._news.wait(LOOK_AGAIN)
        raise AssertionError(f"no {what} in {PATIENCE} s; the last lines: {self.lines[-5:]}")

    def find(self, event: str, **fields: Any) -> list[Line]:
        """Return the lines of an event with these fields."""
        wanted = {"event": event, **fields}
        return [line for line in self.lines if wanted == {name: line.get(name) for name in wanted}]

    @property
    def confirmed(self) -> set[str]:
        """The ids of a producer's confirmed messages."""
        lines = self.find("confirmed")
        if not lines:
            return set()
        return {f"{lines[-1]['instance']}-{n}" for n in range(1, lines[-1]["through"] + 1)}

    def ask(self, path: str) -> tuple[int, str]:
        """Return the status and body that the health server gives."""
        port = self.wait_for("listening")["port"]
        if self._network is None:
            return ask(port, path)
        # A thread can be in a network of its own, and so are the sockets that it makes.
        with ThreadPoolExecutor(1, initializer=linux.join, initargs=(self._network,)) as inside:
            return inside.submit(ask, port, path).result()

    def metric(self, name: str, **labels: str) -> float:
        """Return the value of a metric; 0 for labels that were not counted yet."""
        families = text_string_to_metric_families(self.ask("/metrics")[1])
        samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }
        found = samples.get((f"workers_{name}", *sorted(labels.items())))
        assert found is not None or labels, f"there is no metric {name}"
        return found or 0.0

    @property
    def sent(self) -> int:
        """How many messages a producer has published, each counted once."""
        return int(self.metric("published_total") - self.metric("republished_total"))

    def stop(self) -> int:
        """Ask it to end, as a pod is, and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.exit_code()

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def exit_code(self) -> int:
        """Wait for its end and its last line, and return its exit code."""
        code = self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    @property
    def ended(self) -> bool:
        """It has ended, however."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Leave nothing behind."""
        self._process.kill()
        self.exit_code()
        if self._process.stdout:
            self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"event": "not JSON", "line": line.rstrip("\n")}
            with self._news:
                self.lines.append(entry)
                if entry.get("event") == "handled" and "ranges" in entry:
                    self._enter(entry)
                self._news.notify_all()

    def _enter(self, entry: Line) -> None:
        self.handled.update(ids(entry["ranges"]))
        self.marked.update(ids(entry["marked"]))
        for instance, runs in entry["ranges"].items():
            highest = max(last for _, last in runs)
            self.reached[instance] = max(highest, self.reached.get(instance, 0))


def ids(ranges: Mapping[str, list[list[int]]]) -> Iterator[str]:
    """Give the ids of an audit line's runs."""
    for instance, runs in ranges.items():
        for first, last in runs:
            yield from (f"{instance}-{n}" for n in range(first, last + 1))


def with_handlers() -> str:
    """Return this process's PYTHONPATH with the tests' handlers on it."""
    return os.pathsep.join(filter(None, [str(HERE / "handlers"), os.environ.get("PYTHONPATH")]))


def ask(port: int, path: str) -> tuple[int, str]:
    """Return the status and body that a server on this machine gives."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()
