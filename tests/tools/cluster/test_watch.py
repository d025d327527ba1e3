"""What is made of pods: their state in a word, their standing in a line, and when to give up."""

from __future__ import annotations

from typing import Any

import pytest

from chartproof.cluster.engine import Member
from chartproof.cluster.helm import Revision
from chartproof.cluster.install import hopeless, last_good, standing
from chartproof.cluster.watch import is_hook, member, state


def pod(
    *containers: dict[str, Any], phase: str = "Running", ready: bool = False, **metadata: Any
) -> dict[str, Any]:
    """Make a pod as the API gives it; `init` in a container's name makes it an init container."""
    conditions = [{"type": "Ready", "status": str(ready)}]
    inits = [status for status in containers if "init" in status["name"]]
    mains = [status for status in containers if "init" not in status["name"]]
    return {
        "metadata": {"name": "demo-consumer-1", **metadata},
        "status": {
            "phase": phase,
            "conditions": conditions,
            "initContainerStatuses": inits,
            "containerStatuses": mains,
        },
    }


def container(
    name: str = "consumer", *, ready: bool = False, restarts: int = 0, **at: Any
) -> dict[str, Any]:
    return {"name": name, "ready": ready, "restartCount": restarts, "state": at}


RUNNING: dict[str, Any] = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
STARTING = container(waiting={"reason": "PodInitializing"})


def test_a_pod_at_work_is_running() -> None:
    assert state(pod(container(ready=True, **RUNNING), ready=True)) == "Running"


def test_the_reason_of_a_container_that_waits_is_the_state() -> None:
    waits = container(waiting={"reason": "ImagePullBackOff"})
    assert state(pod(waits, phase="Pending")) == "ImagePullBackOff"


def test_an_init_container_at_work_is_named() -> None:
    init = container("init-wait", **RUNNING)
    assert state(pod(init, STARTING, phase="Pending")) == "init-wait not ready"


def test_an_init_container_that_is_done_is_no_news() -> None:
    done = container("init-wait", terminated={"exitCode": 0, "reason": "Completed"})
    assert state(pod(done, STARTING, phase="Pending")) == "Pending"


def test_a_crash_is_told_by_its_reason() -> None:
    crashed = container(terminated={"exitCode": 2, "reason": "Error"})
    assert state(pod(crashed)) == "Error"


def test_a_container_that_runs_but_is_not_ready_is_named() -> None:
    assert state(pod(container(**RUNNING))) == "consumer not ready"


def test_a_pod_that_is_being_deleted_says_so_first() -> None:
    leaving = pod(container(ready=True, **RUNNING), deletionTimestamp="2026-01-01T00:00:00Z")
    assert state(leaving) == "Terminating"


def test_a_pod_that_nothing_is_known_of_yet_is_pending() -> None:
    assert state({"metadata": {"name": "new"}, "status": {"phase": "Pending"}}) == "Pending"


def test_a_member_sums_up_a_pod() -> None:
    labels = {"app.kubernetes.io/component": "consumer"}
    containers = container(ready=True, restarts=2, **RUNNING), container("init", restarts=1)
    found = member(pod(*containers, ready=True, labels=labels))
    assert found == Member("demo-consumer-1", "consumer", ready=True, restarts=3, state="Running")


def test_a_pod_that_helm_runs_as_a_test_is_a_hook() -> None:
    assert is_hook(pod(annotations={"helm.sh/hook": "test"}))
    assert not is_hook(pod())


def test_standing_counts_the_ready_pods_of_each_component() -> None:
    members = [
        Member("b-0", "broker", ready=True),
        Member("c-0", "consumer", ready=True),
        Member("c-1", "consumer", ready=False, state="ImagePullBackOff"),
    ]
    assert standing(members) == "broker 1/1, consumer 1/2 (ImagePullBackOff)"


def test_an_image_that_is_never_there_is_hopeless() -> None:
    stuck = Member("c-0", "consumer", ready=False, state="ErrImageNeverPull")
    reason = hopeless([Member("b-0", "broker", ready=True), stuck], [], seconds=60)
    assert reason == "c-0 does not start: ErrImageNeverPull"


def test_an_image_that_was_missed_while_the_nodes_started_may_be_there_by_now() -> None:
    stuck = Member("c-0", "consumer", ready=False, state="ErrImageNeverPull")
    assert hopeless([stuck], [], seconds=20) is None


def test_a_name_that_no_image_can_have_is_hopeless_at_once() -> None:
    stuck = Member("c-0", "consumer", ready=False, state="InvalidImageName")
    assert hopeless([stuck], [], seconds=0) == "c-0 does not start: InvalidImageName"


def test_what_only_takes_long_leaves_hope() -> None:
    slow = Member("c-0", "consumer", ready=False, state="Pending")
    assert hopeless([slow], [], seconds=3600) is None


@pytest.mark.parametrize(("restarts", "given_up"), [(2, False), (3, True)])
def test_a_crash_loop_is_given_some_restarts(restarts: int, given_up: bool) -> None:
    found = Member("c-0", "consumer", ready=False, restarts=restarts, state="CrashLoopBackOff")
    assert (hopeless([found], [], seconds=1) is not None) is given_up


def test_pods_that_the_namespace_forbids_are_hopeless_though_there_are_none() -> None:
    refused = "ReplicaSet/c: FailedCreate: pods c is forbidden: violates PodSecurity restricted"
    assert hopeless([], ["Pod/b: Unhealthy: probe failed", refused], seconds=0) == refused


def test_a_failed_probe_leaves_hope() -> None:
    assert hopeless([], ["Pod/b: Unhealthy: probe failed"], seconds=500) is None


def revisions(*statuses: str) -> list[Revision]:
    return [Revision(number, status) for number, status in enumerate(statuses, 1)]


@pytest.mark.parametrize(
    ("statuses", "good"),
    [
        (("deployed",), 1),
        (("superseded", "deployed", "pending-upgrade"), 2),
        (("superseded", "failed"), 1),
        (("superseded", "failed", "pending-rollback"), 1),
        (("pending-install",), None),
        (("failed",), None),
        (("deployed", "uninstalling"), None),
    ],
)
def test_a_release_goes_on_from_the_last_revision_that_was_deployed(
    statuses: tuple[str, ...], good: int | None
) -> None:
    found = last_good(revisions(*statuses))
    assert (found.number if found else None) == good
