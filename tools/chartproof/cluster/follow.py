"""Follows many logs at once: of pods that come and go, or files that grow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import kr8s

from chartproof.cluster.watch import FAULTS, Object, Watch, container_statuses, name

LOOK_S = 0.5
# A stream silent for so long is opened anew: a dead connection looks like a quiet pod.
SILENCE_S = 5.0


@dataclass(frozen=True)
class Line:
    """A log line: where it stands, and whether that log is known from its first line."""

    source: str
    text: str
    whole: bool


Emit = Callable[[Line], None]
Tell = Callable[[str], None]


def _nobody(_: str) -> None:
    """Tell nobody."""


class PodFollower:
    """Follows every container of the pods that a selector matches, new pods too.

    Of pods there at the start, the lines of the last `history_s` seconds are given; of later
    ones all. A line is given once, whatever becomes of the connection. A pod deleted by force is
    read to the end of what the kubelet still gives; of one that is gone before its log was seen to
    end, `cut` is told the source.
    """

    def __init__(
        self,
        watch: Watch,
        selector: str,
        emit: Emit,
        history_s: float = 0,
        cut: Tell = _nobody,
    ) -> None:
        self._watch = watch
        self._selector = selector
        self._emit = emit
        self._cut = cut
        since = datetime.now(UTC) - timedelta(seconds=history_s)
        self._since = since.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")
        self._stop = threading.Event()
        self._followed: set[tuple[str, str]] = set()
        self._first_look = threading.Event()

    def __enter__(self) -> PodFollower:
        threading.Thread(target=self._look, daemon=True).start()
        self._first_look.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _look(self) -> None:
        while not self._stop.is_set():
            with suppress(*FAULTS):
                for pod in self._watch.pods(self._selector):
                    self._follow_new(pod)
                self._first_look.set()
            self._stop.wait(LOOK_S)

    def _follow_new(self, pod: Object) -> None:
        for status in container_statuses(pod):
            key = (pod["metadata"]["uid"], status["name"])
            started = "waiting" not in status["state"] or status["restartCount"] > 0
            if started and key not in self._followed:
                self._followed.add(key)
                source = f"{name(pod)}/{status['name']}"
                follow = (source, pod, status["name"], self._first_look.is_set())
                threading.Thread(target=self._follow, args=follow, name=source, daemon=True).start()

    def _follow(self, source: str, pod: Object, container: str, whole: bool) -> None:
        stream = _Stream(self._watch, pod, container, "" if whole else self._since)
        now: Object | None = pod
        ended = False
        while not self._stop.is_set():
            try:
                now = self._watch.find(pod)
                for text in stream.read(now or pod):
                    self._emit(Line(source, text, stream.whole))
                    if self._stop.is_set():
                        return
                ended = True
            except FAULTS:  # the pod is gone, or the connection: the next look tells
                ended = ended and now is None
            if now is None and not ended:
                self._cut(source)
            if now is None or _over(now, container):
                return
            self._stop.wait(LOOK_S)


class _Stream:
    """One container's log across connections and restarts, each line once.

    Lines are known by the time stamps of the kubelet, which are all of one length and so sort
    as text. `since` is one, or empty for the whole log.
    """

    def __init__(self, watch: Watch, pod: Object, container: str, since: str) -> None:
        self._watch = watch
        self._container = container
        self._last = since
        self.whole = not since
        self._restarts = 0 if self.whole else self._restarts_of(pod)

    def read(self, pod: Object) -> Iterator[str]:
        """Give the lines that came since the last call, and those to come until silence."""
        if self._restarts < (restarts := self._restarts_of(pod)):
            with suppress(kr8s.ServerError):  # the kubelet keeps one ended run, or none
                yield from self._new(pod, previous=True)
            self._restarts = restarts
            self.whole = True
        yield from self._new(pod, follow=True, timeout=SILENCE_S)

    def _new(self, pod: Object, **options: Any) -> Iterator[str]:
        if self._last:
            options["since_time"] = self._last
        for line in self._watch.log(pod, self._container, timestamps=True, **options):
            stamp, _, text = line.partition(" ")
            if stamp > self._last:
                self._last = stamp
                yield text

    def _restarts_of(self, pod: Object) -> int:
        return next(
            int(status["restartCount"])
            for status in container_statuses(pod)
            if status["name"] == self._container
        )


def _over(pod: Object, container: str) -> bool:
    """Tell whether a container will never write again."""
    status = pod["status"]
    return status["phase"] in ("Succeeded", "Failed") or any(
        init["name"] == container and "terminated" in init["state"]
        for init in status.get("initContainerStatuses", [])
    )


class FileFollower:
    """Follows the files that `files` names, from their first line; new ones too."""

    def __init__(self, files: Callable[[], Iterable[Path]], emit: Emit) -> None:
        self._files = files
        self._emit = emit
        self._stop = threading.Event()
        self._read: dict[Path, int] = {}

    def __enter__(self) -> FileFollower:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _look(self) -> None:
        while not self._stop.is_set():
            for file in self._files():
                self._read_new(file)
            self._stop.wait(LOOK_S)

    def _read_new(self, file: Path) -> None:
        with file.open("rb") as log:
            log.seek(self._read.get(file, 0))
            for line in log:
                if not line.endswith(b"\n"):
                    return  # half written: it is read again when it is whole
                self._read[file] = self._read.get(file, 0) + len(line)
                self._emit(Line(file.stem, line.decode(errors="replace").rstrip("\n"), True))
