"""One connection to the broker, from its first packet to its last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, Protocol

import pika
from pika.adapters.select_connection import IOLoop
from pika.channel import Channel

from workers import faults, logs
from workers.address import Host
from workers.beneath import abort
from workers.beneath.inlet import guard, let_go, raised_by_pika
from workers.faults import Fault
from workers.settings import Settings

TICK = 0.1
"""Seconds between two looks at signals, deadlines and unfinished batches."""
CLOSE_WITHIN = 2.0
"""Seconds that the broker has to answer a close; a dead peer never does."""
ADDRESSES = 3
"""How many addresses of one host may be dead and yet leave time for another one."""


class Role(Protocol):
    """What a worker does with its sessions, one after the other. All runs on the I/O thread."""

    @property
    def in_flight(self) -> int:
        """How many messages would be left half-done if the worker ended now."""

    def begin(self, session: Session) -> None:
        """Start work: the channel is open and the queue exists."""

    def tick(self) -> None:
        """Do what is due; called every TICK seconds, and with no session in between too."""

    def drain(self) -> None:
        """Take nothing new, finish what is in flight, then `session.finish()`. May be repeated."""

    def end(self) -> None:
        """The session is over: what was in flight on it is undecided."""


class Session:
    """A connection with one channel. It is run once and never used again.

    A fresh I/O loop for each keeps every timer and callback of a lost connection from
    reaching the next one. Raises OSError where the files for TLS cannot be read.
    """

    def __init__(
        self, settings: Settings, host: Host, role: Role, on_tick: Callable[[Session], None]
    ) -> None:
        self.begun = False
        """The channel was open and the queue there, so that the role began its work."""
        self.ready = False
        """Messages can move; the role says so."""
        self.blocked = False
        """The broker, low on memory or disk, does not read what is published."""
        self.unblocked_at = 0.0
        self._role = role
        self._on_tick = on_tick
        self.queue = settings.queue
        """Its name; it exists once the role begins."""
        self._broker = settings.broker.at(host)
        self._fault: Fault | None = None
        self._closing = False
        self._closed = False
        self._wrong: str | None = None
        self._connect_timeout = settings.connect_timeout
        self._stage = "the connection"
        """What the broker has to answer next, for logs."""
        parameters = connection_parameters(settings, host)
        self._loop = IOLoop()
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_closed,
            on_close_callback=self._on_closed,
            custom_ioloop=self._loop,
        )
        self.channel: Channel
        guard(self._connection, self._on_wrong)

    @property
    def open(self) -> bool:
        """The channel can be used."""
        return self.channel.is_open and not self._closing

    def run(self) -> Fault | None:
        """Work until the connection is closed; None when the role had finished.

        Raises what the role raises. What pika raises is the fault of what the broker sent.
        """
        self._tick()
        self._loop.call_later(self._connect_timeout, self._on_late)
        try:
            self._loop.start()
        except Exception as error:
            if not raised_by_pika(error):
                raise
            if not self._closing and not self._closed:
                self._fault = Fault("protocol", f"{type(error).__name__}: {error}")
        finally:
            let_go(self._connection)
            self._role.end()
            self._loop.close()
        return self._fault

    def finish(self) -> None:
        """Close in good order: the role's work is done."""
        self._close(None)

    def drop(self, fault: Fault, at_once: bool = False) -> None:
        """Give the connection up, for a reason that pika does not know of.

        `at_once` leaves the broker no time to answer the close.
        """
        self._close(fault, 0.0 if at_once else CLOSE_WITHIN)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back on the I/O thread, unless the session is over by then."""
        self._loop.call_later(seconds, callback)

    def call_threadsafe(self, callback: Callable[[], None]) -> None:
        """Call back on the I/O thread soon; the only method for other threads."""
        self._loop.add_callback_threadsafe(callback)

    def _on_late(self) -> None:
        """Give up a host that leaves something unanswered before the work begins."""
        if not self.begun:
            text = f"no answer to {self._stage} in {self._connect_timeout:g} s"
            self._close(Fault("connect_timeout", text), within=0.0)

    def _on_wrong(self, what: str) -> None:
        self._wrong = what

    def _on_open(self, connection: Any) -> None:
        self._stage = "the opening of a channel"
        connection.add_on_connection_blocked_callback(self._on_blocked)
        connection.add_on_connection_unblocked_callback(self._on_unblocked)
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        self.channel = channel
        self._stage = "the question for the queue"
        channel.add_on_close_callback(self._on_channel_closed)
        channel.queue_declare(self.queue, passive=True, callback=self._on_queue)

    def _on_queue(self, _frame: object) -> None:
        if self.open:
            self.begun = True
            logs.event("connected", broker=self._broker, queue=self.queue)
            self._role.begin(self)

    def _on_blocked(self, _connection: object, frame: Any) -> None:
        self.blocked = True
        logs.event("blocked", reason=frame.method.reason)

    def _on_unblocked(self, _connection: object, _frame: object) -> None:
        self.blocked = False
        self.unblocked_at = monotonic()
        logs.event("unblocked")
        self._role.tick()

    def _on_channel_closed(self, _channel: Channel, error: Exception) -> None:
        self._close(self._judged(error))

    def _judged(self, error: BaseException) -> Fault:
        return Fault("protocol", self._wrong) if self._wrong else faults.judge(error)

    def _on_closed(self, _connection: object, error: BaseException) -> None:
        if not self._closing:
            self._fault = self._judged(error)
        self._closed = True
        self._loop.stop()

    def _close(self, fault: Fault | None, within: float = CLOSE_WITHIN) -> None:
        """Close in good order; who does not answer `within` seconds is hung up on."""
        if self._closing:
            return
        self._closing = True
        self._fault = fault
        # Nothing that pika may wait for keeps the loop beyond that.
        self._loop.call_later(within + CLOSE_WITHIN, self._loop.stop)
        if not (self._connection.is_closing or self._connection.is_closed):
            self._connection.close()
        self._loop.call_later(within, partial(abort, self._connection))

    def _tick(self) -> None:
        self._on_tick(self)
        self._loop.call_later(TICK, self._tick)


def connection_parameters(settings: Settings, host: Host) -> pika.ConnectionParameters:
    """Return pika's view of the settings for one of the hosts; retries are the worker's own.

    Raises OSError where the files for TLS cannot be read.
    """
    broker = settings.broker
    server_name = settings.tls_server_name or host.name
    return pika.ConnectionParameters(
        host=host.name,
        port=host.port,
        virtual_host=broker.vhost,
        credentials=pika.PlainCredentials(broker.username or "", broker.password or ""),
        heartbeat=settings.heartbeat,
        socket_timeout=settings.connect_timeout / ADDRESSES,
        stack_timeout=settings.connect_timeout,
        ssl_options=(
            pika.SSLOptions(settings.tls_files.context(), server_name) if broker.tls else None
        ),
        client_properties={"connection_name": settings.name, "product": "workers"},
    )
