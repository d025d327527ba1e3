"""A process that runs a handler for one thread, so that handlers share no interpreter lock."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

from workers.deadline import HandlerTimeout
from workers.message import Message, Reject, SomeFailed
from workers.reply import Failed, Handled, PartlyFailed, Rejected, Reply, Unloadable
from workers.settings import ConfigError, Settings

END_WITHIN = 5.0
"""Seconds that a process has to end after its connection is closed or it was killed."""


class ProcessDiedError(Exception):
    """The process ended in the middle of a handler; the message is to be given to another one."""

    def __init__(self, code: int) -> None:
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        super().__init__(f"the handler's process ended with {how}")
        self.detail = str(self)


class HandlerError(Exception):
    """What a handler raised in its process: `detail` is its type and text."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.detail)
        self.detail = failed.detail
        self.__cause__ = Exception(f"in the handler's process\n{failed.traceback}")


class Process:
    """A child that has loaded the handler. All calls come from the thread that it works for.

    One that dies, or is killed because its `timeout` in seconds is over, is replaced when the next
    message comes.
    """

    def __init__(self, settings: Settings, timeout: float | None) -> None:
        self._settings = settings
        self._timeout = timeout
        self._start()

    def wait_until_ready(self) -> None:
        """Wait until the handler is loaded. Raises ConfigError when it cannot be."""
        try:
            reply: Reply = self._connection.recv()
        except (EOFError, OSError):
            raise ConfigError(
                f"MQ_HANDLER={self._settings.handler}: {ProcessDiedError(self._end())}"
            ) from None
        if isinstance(reply, Unloadable):
            raise ConfigError(reply.fault)

    def handle(self, messages: Message | list[Message]) -> None:
        """Have a message or a batch handled.

        Raises what the handler raised: Reject, SomeFailed or, for all else, HandlerError; and
        HandlerTimeout or ProcessDiedError.
        """
        if self._child.poll() is not None:
            self._replace()
        try:
            self._connection.send(messages)
            if not self._connection.poll(self._timeout):
                self._kill()
                raise HandlerTimeout(f"the handler ran longer than {self._timeout:g} s")
            reply: Reply = self._connection.recv()
        except (EOFError, OSError):
            raise ProcessDiedError(self._end()) from None
        _raise(reply, messages)

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            settings = self._settings
            # -P: what a handler may import is what it may in threads, not also the working folder.
            command = [sys.executable, "-P", "-m", "workers.child", str(theirs.fileno())]
            self._child = subprocess.Popen(
                [
                    *command,
                    settings.handler,
                    settings.log_level,
                    settings.log_format,
                    settings.queue if settings.trace else "",
                ],
                pass_fds=[theirs.fileno()],
            )
        self._connection: Connection[Any, Any] = Connection(ours.detach())

    def _replace(self) -> None:
        self._end()
        self._start()
        self.wait_until_ready()

    def _kill(self) -> None:
        self._child.kill()
        self._end()

    def _end(self) -> int:
        """Let go of the child, and return its exit code."""
        self._connection.close()
        try:
            return self._child.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()


def _raise(reply: Reply, messages: Message | list[Message]) -> None:
    """Raise what the reply stands for."""
    match reply:
        case Handled():
            return
        case PartlyFailed(errors) if isinstance(messages, list):
            raise SomeFailed({messages[index]: _error(each) for index, each in errors.items()})
        case Rejected() | Failed():
            raise _error(reply)
    raise HandlerError(Failed(f"the handler's process answered {reply!r}", ""))


def _error(reply: Rejected | Failed) -> Exception:
    return Reject(reply.reason) if isinstance(reply, Rejected) else HandlerError(reply)
