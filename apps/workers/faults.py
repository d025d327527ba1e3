"""Why a session ended, and whether another one can help."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from enum import Enum, auto

from pika import exceptions
from pika.adapters.utils import connection_workflow as workflow


class Retry(Enum):
    """Whether to connect again."""

    ALWAYS = auto()
    FOR_A_WHILE = auto()
    """A broker that is starting may not have its users yet, and a password may be changing."""
    NEVER = auto()


@dataclass(frozen=True)
class Fault:
    """The end of a session that did not finish its work."""

    reason: str
    """One of few fixed words, fit for a metric's label."""
    text: str
    retry: Retry = Retry.ALWAYS


# Reply codes of AMQP 0-9-1 and RabbitMQ's extensions to it.
CHANNEL_REASONS = {
    403: ("refused", Retry.FOR_A_WHILE),
    404: ("no_queue", Retry.ALWAYS),
    406: ("precondition", Retry.NEVER),
}
REASONS: tuple[tuple[type[BaseException], str, Retry], ...] = (
    (ssl.SSLCertVerificationError, "untrusted", Retry.FOR_A_WHILE),
    (exceptions.ConnectionClosedByBroker, "closed_by_broker", Retry.ALWAYS),
    (exceptions.AMQPHeartbeatTimeout, "heartbeat", Retry.ALWAYS),
    (exceptions.StreamLostError, "connection_lost", Retry.ALWAYS),
)

PROBABLE = (exceptions.ProbableAuthenticationError, exceptions.ProbableAccessDeniedError)
"""What pika makes of every connection that ends in the midst of the login."""
REFUSAL = re.compile(r"ConnectionClosedByBroker: \((403|530)\)")
"""How pika words what RabbitMQ says of a login (403) or a virtual host (530) that it refuses."""

TIMED_OUT = "timed out"
"""What brokers before RabbitMQ 4.3 say where a handler took longer than their consumer_timeout;
it comes with the code of a precondition, and yet the next attempt may do better."""


def judge(error: BaseException) -> Fault:
    """Name the reason behind one of pika's exceptions."""
    cause = _innermost(error)
    text = _text(cause)
    if isinstance(cause, exceptions.ChannelClosedByBroker):
        if TIMED_OUT in cause.reply_text:
            return Fault("ack_timeout", text)
        reason, retry = CHANNEL_REASONS.get(cause.reply_code, ("channel_closed", Retry.ALWAYS))
        return Fault(reason, text, retry)
    if isinstance(cause, PROBABLE):
        # A network or a broker that breaks off there has refused nobody.
        refused = REFUSAL.search(text)
        retry = Retry.FOR_A_WHILE if refused else Retry.ALWAYS
        return Fault("refused" if refused else "connection_lost", text, retry)
    for kind, reason, retry in REASONS:
        if isinstance(cause, kind):
            return Fault(reason, text, retry)
    return Fault("unreachable", text)


def _innermost(error: BaseException) -> BaseException:
    """Unwrap what pika puts around the fault of one phase of connecting."""
    match error:
        case workflow.AMQPConnectorPhaseErrorBase(exception=inner):
            return _innermost(inner)
        case workflow.AMQPConnectionWorkflowFailed(exceptions=[*_, inner]):
            return _innermost(inner)
        case exceptions.AMQPConnectionError(args=[BaseException() as inner]):
            return _innermost(inner)
    return error


def _text(error: BaseException) -> str:
    """Give the words of the broker, or of who refused it, where there are any."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the broker's certificate: {error.verify_message}"
    if isinstance(error, exceptions.ConnectionClosed | exceptions.ChannelClosed):
        return error.reply_text
    return str(error) or type(error).__name__
