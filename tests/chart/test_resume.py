"""Where a producer notes how far it came: in the pod, or on a volume that outlives it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import pytest

from chartproof.release import Release
from tests.chart.pods import container
from tests.chart.workers import pod, settings

Render = Callable[..., Release]

USER = 10001


def noting(render: Render, **resume: Any) -> Release:
    """Render a producer that resumes."""
    return render({"producer": {"resume": resume}})


def volume(release: Release, worker: str = "producer") -> dict[str, Any]:
    """Return the volume that a worker's note is on."""
    spec = pod(release, worker)
    mounts = container(spec, worker)["volumeMounts"]
    folder = str(PurePath(settings(release, worker)["MQ_RESUME"]).parent)
    (mount,) = (each for each in mounts if each["mountPath"] == folder)
    (found,) = (each for each in spec["volumes"] if each["name"] == mount["name"])
    return dict(found)


def test_a_note_in_the_pod_outlives_its_container(render: Render) -> None:
    release = noting(render, type="pod")
    assert volume(release)["emptyDir"] == {}
    assert release.of_kind("PersistentVolumeClaim") == []
    assert "strategy" not in release.get("Deployment", "producer").body["spec"]


def test_a_note_on_a_volume_outlives_the_pod_and_the_release(render: Render) -> None:
    release = noting(render, type="volume", size="1Gi", storageClass="fast")
    (claim,) = release.of_kind("PersistentVolumeClaim")
    assert volume(release)["persistentVolumeClaim"] == {"claimName": claim.name}
    assert claim.body["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert claim.body["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "1Gi"}},
    }


def test_two_pods_never_hold_the_volume_at_the_same_time(render: Render) -> None:
    deployment = noting(render, type="volume").get("Deployment", "producer").body["spec"]
    assert deployment["strategy"] == {"type": "Recreate"}
    assert deployment["replicas"] == 1


def test_the_worker_may_write_on_a_volume_that_belongs_to_root(render: Render) -> None:
    context = pod(noting(render, type="volume"), "producer")["securityContext"]
    assert context["fsGroup"] == context["runAsGroup"] == USER
    assert "fsGroup" not in pod(noting(render, type="pod"), "producer")["securityContext"]


@pytest.mark.parametrize(
    ("given", "group"),
    [({"fsGroup": 7}, 7), ({"runAsGroup": 20001}, 20001), ({"runAsGroup": None}, None)],
    ids=str,
)
def test_the_group_of_the_volume_follows_the_values(
    render: Render, given: dict[str, Any], group: int | None
) -> None:
    release = render({"producer": {"resume": {"type": "volume"}, "podSecurityContext": given}})
    assert pod(release, "producer")["securityContext"].get("fsGroup") == group


def test_workers_that_share_a_claim_do_not_share_the_note(render: Render) -> None:
    resume = {"type": "volume", "existingClaim": "mine"}
    release = render({"producer": {"resume": resume}, "workers": {"more": {"role": "producer"}}})
    assert release.of_kind("PersistentVolumeClaim") == []
    for worker in ("producer", "more"):
        assert volume(release, worker)["persistentVolumeClaim"] == {"claimName": "mine"}
    notes = [settings(release, worker)["MQ_RESUME"] for worker in ("producer", "more")]
    assert len(set(notes)) == 2


def test_helm_test_leaves_the_note_alone(render: Render) -> None:
    test = noting(render, type="volume").get("Pod", "test").body["spec"]
    assert "resume" not in str(test)
