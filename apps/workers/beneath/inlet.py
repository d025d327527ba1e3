"""What a peer sends, on its way to pika: held to bounds, and read where pika cannot read it.

As all of this package it is below pika's public API; a pika with other insides is left as it is.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

from pika import SelectConnection, frame, spec

from workers import bounds
from workers.deliveries import CONTENT, END, FRAME, HEADER, frame_size
from workers.message import Undecoded

OnData: TypeAlias = Callable[[bytes], None]
SMALLEST_HEADER = FRAME.size + 12 + 1
"""Bytes of a header frame before its properties, and of its end."""


class Inlet:
    """Stands between a pika connection's socket and what reads it, and holds it to its bounds.

    `on_wrong` is told, in words, what the peer sent that no broker sends. The connection is lost
    in any case: pika gives it up after every exception.
    """

    def __init__(self, connection: Any, on_wrong: Callable[[str], None]) -> None:
        self.read: OnData = connection._on_data_available
        """What reads: pika, or a DeliveryReader before it."""
        self._connection = connection
        self._on_wrong = on_wrong
        self._begun = False

    def on_data(self, data: bytes) -> None:
        """Have what came read, and look at what is kept of it."""
        try:
            if not self._begun:
                self._begun = True
                bounds.check_first(data)
            self.read(data)
            bounds.check_unfinished(self._connection._frame_buffer)
            for channel in self._connection._channels.values():
                bounds.check_body(body_size(channel))
        except Exception as error:
            if isinstance(error, bounds.WrongInputError):
                self._on_wrong(str(error))
            elif raised_by_pika(error):
                self._on_wrong(f"{type(error).__name__}: {error}")
            raise


def guard(connection: Any, on_wrong: Callable[[str], None]) -> bool:
    """Put an Inlet in place; False from a pika with other insides, which is left as it is.

    Also have pika pass on messages whose properties it cannot decode. It would give up the
    connection, as often as the broker delivers such a message, and each time RabbitMQ would count
    a failed delivery of all that were delivered with it.
    """
    if not (
        isinstance(getattr(connection, "_frame_buffer", None), bytes)
        and isinstance(getattr(connection, "_channels", None), dict)
        and callable(getattr(connection, "_on_data_available", None))
        and callable(getattr(connection, "_read_frame", None))
    ):
        return False

    def read_frame() -> tuple[int, Any]:
        try:
            return frame.decode_frame(connection._frame_buffer)
        except Exception:
            header = undecoded_header(connection._frame_buffer)
            if header is None:
                raise
            return header

    connection._read_frame = read_frame
    connection._on_data_available = Inlet(connection, on_wrong).on_data
    return True


def undecoded_header(data: bytes) -> tuple[int, frame.Header] | None:
    """Return the header frame of a message and its size in bytes, its properties as they are.

    None where there is something else.
    """
    size = frame_size(data, 0)
    if data[0] != HEADER or size < SMALLEST_HEADER or data[size - 1] != END:
        return None
    _, channel, _ = FRAME.unpack_from(data)
    _, class_id, _weight, body = CONTENT(data, FRAME.size - 4)
    if class_id != spec.BasicProperties.INDEX:
        return None
    properties = Undecoded(data[FRAME.size + 12 : size - 1])
    return size, frame.Header(channel, body, properties)


def body_size(channel: Any) -> int:
    """Return the size that the body under way on a channel is to have; 0 without one."""
    assembler = getattr(channel, "_content_assembler", None)
    header = getattr(assembler, "_header_frame", None)
    return int(getattr(header, "body_size", 0))


def let_go(connection: SelectConnection) -> None:
    """Close the socket of a connection whose loop has ended, if pika has left it open."""
    transport = getattr(connection, "_transport", None)
    open_socket = getattr(transport, "_sock", None)
    if open_socket is not None:
        with suppress(OSError):
            open_socket.close()


def raised_by_pika(error: Exception) -> bool:
    """Tell what pika raised of what it called: the worker's own code, or a role's."""
    last = [level for level, _ in traceback.walk_tb(error.__traceback__)][-1]
    return str(last.f_globals.get("__name__", "")).partition(".")[0] == "pika"
