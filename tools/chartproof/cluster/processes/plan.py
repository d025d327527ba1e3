"""From a rendered release to what a supervisor runs: pure, nothing is written or started."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chartproof.cluster.processes.container import Container, Mount
from chartproof.cluster.processes.data import Data
from chartproof.cluster.processes.environment import environment, expand
from chartproof.cluster.processes.images import StandIn, stand_in
from chartproof.cluster.processes.layout import Layout
from chartproof.cluster.processes.pods import Pod
from chartproof.cluster.processes.rabbitmq import LOOKUP
from chartproof.cluster.processes.volumes import volumes
from chartproof.errors import ChartproofError
from chartproof.walk import each, fields


@dataclass(frozen=True)
class Probe:
    """A GET request whose answer says whether a container is ready."""

    port: int
    path: str = "/"
    tls: bool = False


@dataclass(frozen=True)
class Task:
    """A container of a pod by its name."""

    name: str
    container: Container
    ready: Probe | None = None


@dataclass(frozen=True)
class PodPlan:
    """A pod: `init` runs to its end, one after another, before all of `tasks` run for good."""

    name: str
    component: str
    address: str
    init: Sequence[Task]
    tasks: Sequence[Task]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> PodPlan:
        """Read what `to_json` returned."""
        init, tasks = (
            [
                Task(
                    task["name"],
                    Container.from_json(task["container"]),
                    Probe(**task["ready"]) if task["ready"] else None,
                )
                for task in body[kind]
            ]
            for kind in ("init", "tasks")
        )
        return cls(body["name"], body["component"], body["address"], init, tasks)


def plan(pod: Pod, data: Data, layout: Layout) -> PodPlan:
    """Say how to run a pod. Raises ChartproofError for what processes cannot do."""
    init, tasks = (
        [_task(body, pod, data, layout) for _, body in each(pod.spec, kind)]
        for kind in ("initContainers", "containers")
    )
    return PodPlan(pod.name, pod.component, str(pod.address), init, tasks)


def _task(body: Mapping[str, Any], pod: Pod, data: Data, layout: Layout) -> Task:
    image = stand_in(str(body.get("image")))
    env = {**image.env, "HOSTNAME": pod.name, **environment(body, pod, data)}
    security = {**fields(pod.spec, "securityContext"), **fields(body, "securityContext")}
    user = security.get("runAsUser", image.user)
    container = Container(
        command=[expand(word, env) for word in command(body, image)],
        mounts=[*image.mounts, *_etc(layout), *_mounts(body, pod, layout)],
        env=env,
        user=user,
        group=security.get("runAsGroup", user),
        hostname=pod.name,
        workdir=str(body.get("workingDir", "/")),
    )
    return Task(str(body["name"]), container, _probe(body))


def command(body: Mapping[str, Any], image: StandIn) -> list[str]:
    """Return a container's command line: `command` replaces the image's, `args` add to either."""
    if given := body.get("command"):
        return [*given, *body.get("args", [])]
    return [*image.entrypoint, *body.get("args", image.command)]


def _etc(layout: Layout) -> Iterator[Mount]:
    for name in ("hosts", *LOOKUP):
        yield Mount(str(layout.etc / name), f"/etc/{name}")


def _mounts(body: Mapping[str, Any], pod: Pod, layout: Layout) -> Iterator[Mount]:
    there = {volume["name"]: volume for volume in volumes(pod)}
    for _, mount in each(body, "volumeMounts"):
        volume = there.get(mount["name"])
        if volume is None:
            raise ChartproofError(f"{pod.name}: {body['name']} mounts no volume: {mount['name']}")
        source = layout.volume(pod, volume) / mount.get("subPath", "")
        writable = "emptyDir" in volume or "persistentVolumeClaim" in volume
        yield Mount(str(source), mount["mountPath"], mount.get("readOnly", not writable))


def _probe(body: Mapping[str, Any]) -> Probe | None:
    get = fields(body, "readinessProbe", "httpGet")
    if not get:
        return None
    ports = {port.get("name"): port["containerPort"] for _, port in each(body, "ports")}
    port = ports.get(get["port"], get["port"])
    return Probe(port, get.get("path", "/"), get.get("scheme") == "HTTPS")
