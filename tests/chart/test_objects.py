"""Every object of every case is one that Kubernetes takes, in a namespace that takes little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kubernetes_validate.utils import validate

from chartproof.options import RenderOptions
from chartproof.release import Release
from tests.chart.pods import containers, pod_specs, violations
from tests.support import custom_resources
from tests.support.charts import rendering_cases

CASES = rendering_cases(Path(__file__).parents[2] / "chart")
OLDEST, NEWEST = "1.29", "1.37"

Render = Callable[..., Release]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def release(request: pytest.FixtureRequest, render: Render) -> Release:
    return render(request.param.values)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_knows_every_field(release: Release, version: str) -> None:
    for manifest in release.manifests:
        if not custom_resources.is_custom(manifest):
            validate(manifest.body, version, strict=True)


@pytest.mark.needs("go")
def test_custom_resources_have_no_field_that_their_definitions_lack(release: Release) -> None:
    for manifest in filter(custom_resources.is_custom, release.manifests):
        custom_resources.validate(manifest)


def test_pods_meet_pod_security_restricted(release: Release) -> None:
    assert [(name, fault) for name, pod in pod_specs(release) for fault in violations(pod)] == []


def test_no_pod_gets_a_token_or_a_root_file_system_to_write_on(release: Release) -> None:
    for name, pod in pod_specs(release):
        account = release.all_values.get(name.rpartition("-")[2], {}).get("serviceAccount", {})
        assert pod["automountServiceAccountToken"] is account.get("automount", False)
        assert all(each["securityContext"]["readOnlyRootFilesystem"] for each in containers(pod))


def test_pods_run_as_a_service_account_that_the_release_makes_or_the_values_name(
    release: Release,
) -> None:
    made = {account.name for account in release.of_kind("ServiceAccount")}
    values = release.all_values
    components = [values[name] for name in ("broker", "producer", "consumer")]
    accounts = [
        each.get("serviceAccount", {}) for each in (*components, *values["workers"].values())
    ]
    there = {each.get("name") or "default" for each in accounts if not each.get("create", True)}
    # A Job before an upgrade runs before the upgrade makes an account for it.
    before = {job.name for job in release.of_kind("Job") if job.is_hook}
    pods = {name: pod["serviceAccountName"] for name, pod in pod_specs(release)}
    assert {account for name, account in pods.items() if name not in before} <= made | there
    assert {pods[name] for name in before} <= {"default"}


@pytest.mark.parametrize("component", ["broker", "producer", "consumer"])
def test_a_service_account_can_be_given_a_name(render: Render, component: str) -> None:
    release = render({component: {"serviceAccount": {"name": "mine"}}})
    pods = dict(pod_specs(release))
    (workload,) = (name for name in pods if name.endswith(f"-{component}"))
    assert pods[workload]["serviceAccountName"] == "mine"
    names = {account.name for account in release.of_kind("ServiceAccount")}
    assert "mine" in names
    assert workload not in names


@pytest.mark.parametrize("component", ["broker", "producer", "consumer"])
def test_a_token_is_mounted_for_code_that_asks_the_api(render: Render, component: str) -> None:
    release = render({component: {"serviceAccount": {"automount": True}}})
    mounted = {name for name, pod in pod_specs(release) if pod["automountServiceAccountToken"]}
    assert [name for name in mounted if name.endswith(f"-{component}")]
    assert len(mounted - {name for name in mounted if name.endswith("-test")}) == 1


def test_nothing_asks_for_rights_in_the_api(release: Release) -> None:
    kinds = {manifest.kind for manifest in release.manifests}
    assert not kinds & {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}


def test_the_longest_release_name_leaves_room_for_what_kubernetes_appends(render: Render) -> None:
    release = render(options=RenderOptions(release="a" * 53))
    (broker,) = release.of_kind("StatefulSet")
    # The pods' label controller-revision-hash is <name>-<10 characters>, at most 63.
    assert len(broker.name) <= 52
    assert all(len(service.name) <= 63 for service in release.of_kind("Service"))
