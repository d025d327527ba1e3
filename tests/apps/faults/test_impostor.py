"""What answers at the broker's address is none, or one gone mad."""

from __future__ import annotations

from collections.abc import Mapping
from time import sleep

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.apps.faults import wrong
from tests.apps.faults.flow import Flow
from tests.apps.impostor import Conversation, Impostor, Script
from tests.apps.running import Running

pytestmark = pytest.mark.needs("broker")

QUIET = 0.2
"""Seconds for which a script that nobody notices says nothing more."""
MAY_GROW = 48 * 1024 * 1024
"""Bytes, though floods of a few hundred mebibytes each are among what comes."""


def test_wrong_frames_come_from_what_is_no_broker(flow: Flow) -> None:
    flow.settings["confirm_timeout"] = 1
    flow.settings["reconnect_wait"] = 0.05
    port = flow.bench.broker.amqp_port
    with (
        Impostor(*scripts(wrong.LOGIN | wrong.PUBLISHED), lambda peer: peer.pass_on(port)) as one,
        Impostor(*scripts(wrong.LOGIN | wrong.CONSUMED), lambda peer: peer.pass_on(port)) as two,
    ):
        producer, consumer = flow.produce(url=one.url), flow.consume(url=two.url)
        before = {worker: memory(worker) for worker in (producer, consumer)}
        for worker, impostor in ((producer, one), (consumer, two)):
            wrongs = len(impostor.scripts) - 1
            worker.until(lambda: impostor.done >= wrongs, "an end of all conversations")  # noqa: B023
        flow.recovers(within=10.0)
        for worker in (producer, consumer):
            assert memory(worker) - before[worker] < MAY_GROW
            assert not worker.find("crashed")
        assert len(producer.find("disconnected")) >= len(one.scripts) - 1
        flow.ends()


def scripts(named: Mapping[str, Script]) -> list[Script]:
    """Return scripts that end by themselves where nothing happens."""
    return [
        hanging_up(script) if name in wrong.UNNOTICED else staying(script)
        for name, script in named.items()
    ]


def hanging_up(script: Script) -> Script:
    def then_leave(peer: Conversation) -> None:
        script(peer)
        sleep(QUIET)

    return then_leave


def staying(script: Script) -> Script:
    def then_stay(peer: Conversation) -> None:
        script(peer)
        peer.stay()

    return then_stay


def memory(worker: Running) -> float:
    """Return the bytes that a worker has in memory."""
    families = text_string_to_metric_families(worker.ask("/metrics")[1])
    (bytes_,) = (
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == "process_resident_memory_bytes"
    )
    return bytes_
