"""What the end of a session means for the next one."""

from __future__ import annotations

import pytest
from pika import exceptions
from pika.adapters.utils import connection_workflow as workflow

from workers.faults import Fault, Retry, judge

LOGIN = repr(exceptions.ConnectionClosedByBroker(403, "ACCESS_REFUSED - Login was refused"))
VHOST = repr(exceptions.ConnectionClosedByBroker(530, "NOT_ALLOWED - vhost shop not found"))
SHUT_DOWN = repr(exceptions.ConnectionClosedByBroker(320, "CONNECTION_FORCED - shutdown"))
LOST = repr(exceptions.StreamLostError("Stream connection lost: reset by peer"))
"""What pika wraps as a probable refusal: only the first two are one."""


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (
            exceptions.ChannelClosedByBroker(403, "ACCESS_REFUSED - no write permission"),
            Fault("refused", "ACCESS_REFUSED - no write permission", Retry.FOR_A_WHILE),
        ),
        (
            exceptions.ChannelClosedByBroker(404, "NOT_FOUND - no queue"),
            Fault("no_queue", "NOT_FOUND - no queue"),
        ),
        (
            exceptions.ChannelClosedByBroker(406, "PRECONDITION_FAILED - unknown delivery tag"),
            Fault("precondition", "PRECONDITION_FAILED - unknown delivery tag", Retry.NEVER),
        ),
        (
            exceptions.ChannelClosedByBroker(406, "PRECONDITION_FAILED - delivery timed out"),
            Fault("ack_timeout", "PRECONDITION_FAILED - delivery timed out"),
        ),
        (
            exceptions.ChannelClosedByBroker(541, "INTERNAL_ERROR"),
            Fault("channel_closed", "INTERNAL_ERROR"),
        ),
        (
            exceptions.ConnectionClosedByBroker(320, "CONNECTION_FORCED - shutdown"),
            Fault("closed_by_broker", "CONNECTION_FORCED - shutdown"),
        ),
        (exceptions.StreamLostError("reset by peer"), Fault("connection_lost", "reset by peer")),
        (exceptions.AMQPHeartbeatTimeout("too late"), Fault("heartbeat", "too late")),
        (
            exceptions.ProbableAuthenticationError(LOGIN),
            Fault("refused", LOGIN, Retry.FOR_A_WHILE),
        ),
        (
            exceptions.ProbableAccessDeniedError(VHOST),
            Fault("refused", VHOST, Retry.FOR_A_WHILE),
        ),
        (
            exceptions.ProbableAuthenticationError(LOST),
            Fault("connection_lost", LOST, Retry.ALWAYS),
        ),
        (
            exceptions.ProbableAccessDeniedError(SHUT_DOWN),
            Fault("connection_lost", SHUT_DOWN, Retry.ALWAYS),
        ),
        (TimeoutError(), Fault("unreachable", "TimeoutError")),
    ],
)
def test_an_error_has_a_reason_and_says_whether_a_retry_can_help(
    error: Exception, fault: Fault
) -> None:
    assert judge(error) == fault


def test_what_pika_wraps_around_an_error_is_taken_off() -> None:
    inner = workflow.AMQPConnectorSocketConnectError(ConnectionRefusedError("no one listens"))
    wrapped = exceptions.AMQPConnectionError(workflow.AMQPConnectionWorkflowFailed([inner]))
    assert judge(wrapped) == Fault("unreachable", "no one listens")
