"""From rendered manifests to processes: what each gets, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from chartproof.chart import Chart
from chartproof.cluster.processes import images
from chartproof.cluster.processes.container import Mount
from chartproof.cluster.processes.data import Data
from chartproof.cluster.processes.environment import environment, expand
from chartproof.cluster.processes.images import StandIn
from chartproof.cluster.processes.layout import Layout
from chartproof.cluster.processes.plan import PodPlan, Probe, command, plan
from chartproof.cluster.processes.pods import Pod, hosts, pods
from chartproof.cluster.processes.volumes import File, volume_files, volumes
from chartproof.errors import ChartproofError
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render
from chartproof.values import load_values

Rendered = Callable[[str], Release]
CHART = Path(__file__).parents[3] / "chart"
OBJECTS = """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {RATE: "5", QUEUE: orders}
    ---
    apiVersion: v1
    kind: Secret
    metadata: {name: login}
    data: {password: b2xk, token: AP8=}
    stringData: {password: "s3cret"}
"""
WORKLOAD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop}
    spec:
      replicas: 2
      template:
        metadata:
          labels: {app: shop, app.kubernetes.io/component: producer}
          annotations: {note: hello}
        spec:
          serviceAccountName: seller
          containers: [{name: shop}]
"""


@pytest.fixture
def rendered(tmp_path: Path) -> Rendered:
    """Render a chart whose one template is the given text, beside OBJECTS and WORKLOAD."""

    def make(more: str = "") -> Release:
        (tmp_path / "templates").mkdir()
        (tmp_path / "Chart.yaml").write_text("apiVersion: v2\nname: shop\nversion: 1.0.0\n")
        texts = [dedent(text).strip() for text in (OBJECTS, WORKLOAD, more)]
        (tmp_path / "templates/all.yaml").write_text("\n---\n".join(texts))
        return render(Chart.load(tmp_path), options=RenderOptions(namespace="market"))

    return make


@pytest.fixture
def pod(rendered: Rendered) -> Pod:
    """Give the first pod of WORKLOAD."""
    return pods(rendered(""))[0]


@pytest.fixture
def data(pod: Pod) -> Data:
    """Give what OBJECTS hold."""
    return Data(render(pod.workload.chart))


@pytest.fixture
def stored_rabbitmq(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Have RabbitMQ's files at hand without a download."""
    image = StandIn([Mount("/rabbitmq/usr", "/usr")], {"HOME": "/var/lib/rabbitmq"}, 999)
    monkeypatch.setattr(images, "broker_image", lambda: image)
    return image


def default_plans(
    folder: Path, case: str = "default", sets: Sequence[str] = ()
) -> dict[str, PodPlan]:
    """Plan every pod of the project's own chart."""
    values = load_values([CHART / "ci" / f"{case}-values.yaml"], sets)
    release = render(Chart.load(CHART), values, RenderOptions("demo", "market"))
    return {
        pod.name.removeprefix("demo-rabbitmq-workers-"): plan(pod, Data(release), Layout(folder))
        for pod in pods(release)
    }


def test_variables_of_whole_objects_come_first_and_single_ones_win(pod: Pod, data: Data) -> None:
    container = {
        "envFrom": [
            {"configMapRef": {"name": "settings"}},
            {"prefix": "OLD_", "configMapRef": {"name": "settings"}},
        ],
        "env": [
            {"name": "RATE", "value": "7"},
            {
                "name": "PASSWORD",
                "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}},
            },
            {"name": "ADDRESS", "value": "$(QUEUE)/$(RATE)/$(LATER)"},
            {"name": "LATER", "value": "x"},
        ],
    }
    assert environment(container, pod, data) == {
        "RATE": "7",
        "QUEUE": "orders",
        "OLD_RATE": "5",
        "OLD_QUEUE": "orders",
        "PASSWORD": "s3cret",
        "ADDRESS": "orders/7/$(LATER)",
        "LATER": "x",
    }


def test_two_dollars_are_one_that_refers_to_nothing() -> None:
    assert expand("$$(A) $(A) $A $$", {"A": "1"}) == "$(A) 1 $A $"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("metadata.name", "shop-0"),
        ("metadata.namespace", "market"),
        ("metadata.labels['app']", "shop"),
        ("metadata.annotations['note']", "hello"),
        ("metadata.annotations['none']", ""),
        ("spec.serviceAccountName", "seller"),
        ("status.podIP", "10.244.0.2"),
    ],
)
def test_a_process_knows_of_its_pod(pod: Pod, data: Data, field: str, text: str) -> None:
    container = {"env": [{"name": "IT", "valueFrom": {"fieldRef": {"fieldPath": field}}}]}
    assert environment(container, pod, data) == {"IT": text}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            {"valueFrom": {"secretKeyRef": {"name": "login", "key": "pasword"}}},
            r"Secret/login has no key pasword \(did you mean password\?\)",
        ),
        (
            {"valueFrom": {"configMapKeyRef": {"name": "setting", "key": "RATE"}}},
            r"ConfigMap/setting is not in the release \(did you mean settings\?\)",
        ),
        (
            {"valueFrom": {"fieldRef": {"fieldPath": "status.podIp"}}},
            r"shop-0: a process has no field status.podIp \(did you mean status.podIP",
        ),
        (
            {"valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
            "shop-0: IT comes from resourceFieldRef, which processes lack",
        ),
    ],
)
def test_what_a_variable_lacks_is_named(
    pod: Pod, data: Data, source: dict[str, object], message: str
) -> None:
    with pytest.raises(ChartproofError, match=message):
        environment({"env": [{"name": "IT", **source}]}, pod, data)


def test_what_is_optional_may_be_missing(pod: Pod, data: Data) -> None:
    container = {
        "envFrom": [{"secretRef": {"name": "none", "optional": True}}],
        "env": [
            {
                "name": "IT",
                "valueFrom": {"secretKeyRef": {"name": "login", "key": "no", "optional": True}},
            }
        ],
    }
    assert environment(container, pod, data) == {}


def test_a_secret_is_given_decoded_and_as_its_string_data_says(data: Data) -> None:
    assert data.entries("Secret", "login") == {"password": b"s3cret", "token": b"\x00\xff"}


def test_a_volume_has_a_file_for_each_key_or_for_the_picked_ones(pod: Pod, data: Data) -> None:
    whole = {"name": "v", "configMap": {"name": "settings"}}
    assert volume_files(whole, pod, data) == {"RATE": File(b"5"), "QUEUE": File(b"orders")}
    items = [{"key": "token", "path": "deep/token", "mode": 0o400}]
    picked = {"name": "v", "secret": {"secretName": "login", "items": items}}
    assert volume_files(picked, pod, data) == {"deep/token": File(b"\x00\xff", 0o400)}


def test_a_projected_volume_joins_its_sources_under_one_mode(pod: Pod, data: Data) -> None:
    sources = [
        {"secret": {"name": "login", "items": [{"key": "password", "path": "p"}]}},
        {"configMap": {"name": "settings", "items": [{"key": "RATE", "path": "r"}]}},
        {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
    ]
    volume = {"name": "v", "projected": {"defaultMode": 0o440, "sources": sources}}
    assert volume_files(volume, pod, data) == {
        "p": File(b"s3cret", 0o440),
        "r": File(b"5", 0o440),
        "n": File(b"shop-0", 0o440),
    }


def test_a_volume_of_the_machine_is_refused(pod: Pod, data: Data) -> None:
    with pytest.raises(ChartproofError, match="shop-0: volume v is hostPath, which processes lack"):
        volume_files({"name": "v", "hostPath": {"path": "/"}}, pod, data)


def test_each_replica_has_a_name_and_an_address(rendered: Rendered) -> None:
    found = [(pod.name, str(pod.address), pod.component) for pod in pods(rendered(""))]
    assert found == [("shop-0", "10.244.0.2", "producer"), ("shop-1", "10.244.0.3", "producer")]


def test_a_service_is_known_by_all_its_names_as_each_pod_behind_it(rendered: Rendered) -> None:
    release = rendered("""
        apiVersion: v1
        kind: Service
        metadata: {name: front}
        spec: {selector: {app: shop}, ports: [{port: 80}]}
    """)
    names = "front.market.svc.cluster.local front.market.svc front.market front"
    lines = hosts(release, pods(release)).splitlines()
    assert lines[-2:] == [f"10.244.0.2 {names}", f"10.244.0.3 {names}"]


def test_a_service_that_translates_ports_is_refused(rendered: Rendered) -> None:
    release = rendered("""
        apiVersion: v1
        kind: Service
        metadata: {name: front}
        spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
    """)
    with pytest.raises(
        ChartproofError, match="Service/front: port 80 leads to port 8080 of shop-0"
    ):
        pods(release)


def test_the_broker_is_planned_as_its_manifests_say(
    tmp_path: Path, stored_rabbitmq: StandIn
) -> None:
    broker = default_plans(tmp_path)["broker-0"]
    (task,) = broker.tasks
    name = "demo-rabbitmq-workers-broker"
    assert task.ready == Probe(15672, "/api/health/checks/ready-to-serve-clients")
    assert task.container.command == ["bash", "/etc/rabbitmq/conf.d/start.sh"]
    assert (task.container.user, task.container.group) == (999, 999)
    assert task.container.env["HOME"] == stored_rabbitmq.env["HOME"]
    assert task.container.env["RABBITMQ_NODENAME"] == (
        f"rabbit@{name}-0.{name}-nodes.market.svc.cluster.local"
    )
    mounts = {mount.target: mount for mount in task.container.mounts}
    own = tmp_path / "pods" / f"{name}-0"
    claim = tmp_path / "claims" / f"data-{name}-0"
    assert mounts["/usr"] == Mount("/rabbitmq/usr", "/usr")
    assert mounts["/etc/hosts"] == Mount(str(tmp_path / "etc/hosts"), "/etc/hosts")
    assert mounts["/etc/rabbitmq/conf.d"].source == str(own / "config")
    assert mounts["/etc/rabbitmq/conf.d"].read_only
    assert mounts["/var/lib/rabbitmq/mnesia"].source == str(claim)
    assert not mounts["/var/lib/rabbitmq/mnesia"].read_only


@pytest.mark.usefixtures("stored_rabbitmq")
def test_a_probe_may_be_encrypted(tmp_path: Path) -> None:
    broker = default_plans(tmp_path, sets=["broker.tls.enabled=true"])["broker-0"]
    assert broker.tasks[0].ready == Probe(
        15671, "/api/health/checks/ready-to-serve-clients", tls=True
    )


@pytest.mark.usefixtures("stored_rabbitmq")
def test_workers_are_planned_with_what_waits_for_the_broker(tmp_path: Path) -> None:
    plans = default_plans(tmp_path, "ha")
    assert sum(one.component == "broker" for one in plans.values()) == 3
    producer = plans["producer-1"]
    assert [task.container.command for task in producer.init] == [["workers", "wait"]]
    (task,) = producer.tasks
    assert task.container.command == ["workers", "produce"]
    assert task.container.hostname == task.container.env["HOSTNAME"] == producer.name
    assert task.container.env["MQ_NAME"] == "demo-rabbitmq-workers-producer-1"
    folder = task.container.env["MQ_SECRETS_DIR"]
    (login,) = (mount.source for mount in task.container.mounts if mount.target == folder)
    assert login == str(tmp_path / "pods" / producer.name / "login")
    assert task.ready == Probe(8080, "/readyz")


@pytest.mark.usefixtures("stored_rabbitmq")
def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    broker = default_plans(tmp_path)["broker-0"]
    assert PodPlan.from_json(broker.to_json()) == broker


@pytest.mark.usefixtures("stored_rabbitmq")
def test_a_secret_that_only_the_cluster_has_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ChartproofError, match="as processes, no other objects exist"):
        default_plans(tmp_path, "existing-secrets")


def test_a_claim_is_one_of_the_volumes_of_its_pod(rendered: Rendered) -> None:
    release = rendered("""
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: store}
        spec:
          serviceName: stores
          volumeClaimTemplates: [{metadata: {name: data}}]
          template: {spec: {volumes: [{name: tmp, emptyDir: {}}]}}
    """)
    store = next(pod for pod in pods(release) if pod.name == "store-0")
    assert [volume["name"] for volume in volumes(store)] == ["data", "tmp"]
    layout = Layout(Path("/r"))
    assert layout.volume(store, volumes(store)[0]) == Path("/r/claims/data-store-0")
    assert layout.volume(store, volumes(store)[1]) == Path("/r/pods/store-0/tmp")
    assert "store-0.stores.market.svc.cluster.local" in store.names


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, ["entry", "serve"]),
        ({"args": ["help"]}, ["entry", "help"]),
        ({"command": ["sh"]}, ["sh"]),
        ({"command": ["sh"], "args": ["-c", "true"]}, ["sh", "-c", "true"]),
    ],
)
def test_the_image_says_what_the_manifest_leaves_open(
    body: dict[str, object], words: list[str]
) -> None:
    assert command(body, StandIn([], {}, 0, ["entry"], ["serve"])) == words


@pytest.mark.parametrize(
    ("reference", "is_broker"),
    [
        ("docker.io/library/rabbitmq:4.3.6-management", True),
        ("registry.test:5000/rabbitmq@sha256:00", True),
        ("localhost/rabbitmq-workers:0.1.0", False),
    ],
)
def test_the_official_image_is_known_by_its_name(
    stored_rabbitmq: StandIn, reference: str, is_broker: bool
) -> None:
    assert (images.stand_in(reference) == stored_rabbitmq) is is_broker
