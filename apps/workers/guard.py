"""The guard: what a running cluster says to the RabbitMQ that is to replace it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic, sleep

from workers.exits import Exit
from workers.management import Management, NoHostError, RefusedError, UnansweredError
from workers.upgrade import Cluster, Version, refusals

AGAIN = 2.0
"""Seconds between two questions to a broker that does not answer."""
OFF = "set broker.upgradeGuard.enabled to false"


def guard(management: Management, target: Version, patience: float) -> Exit:
    """Ask what runs, say what is wrong with replacing it by the target, and end accordingly."""
    try:
        cluster = _patiently(management.cluster, patience)
    except NoHostError as error:
        return _let(f"nothing runs yet that {target} could harm ({error})")
    except UnansweredError as error:
        return _refuse(
            f"the broker does not answer, so that nobody knows what {target} would do to it "
            f"({error}). Have it run first; or if this upgrade is what will mend it, {OFF}"
        )
    except RefusedError as error:
        return _refuse(
            f"{error}: the Secret has another password than the broker. "
            f"Upgrade with the old one first, and change it afterwards; or {OFF}"
        )
    return _judge(cluster, target)


def _judge(cluster: Cluster, target: Version) -> Exit:
    reasons = list(refusals(cluster, target))
    if reasons:
        return _refuse(*reasons)
    running = ", ".join(sorted({str(version) for version in cluster.versions.values()}))
    return _let(f"{running} may be replaced by {target}")


def _patiently(look: Callable[[], Cluster], patience: float) -> Cluster:
    """Look again at a broker that is about to answer, for so many seconds."""
    end = monotonic() + patience
    while True:
        try:
            return look()
        except UnansweredError:
            if monotonic() > end:
                raise
        sleep(AGAIN)


def _let(why: str) -> Exit:
    sys.stdout.write(f"upgrade guard: {why}\n")
    return Exit.DRAINED


def _refuse(*reasons: str) -> Exit:
    lines = "\n".join(f"- {reason}" for reason in reasons)
    sys.stdout.write(f"upgrade guard: the brokers are left as they are\n{lines}\n")
    return Exit.FAILED
