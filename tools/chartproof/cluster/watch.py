"""What Kubernetes says about a release: its pods, their events and logs."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import kr8s
from kr8s.objects import Pod, Service

from chartproof.cluster.engine import Member
from chartproof.cluster.helm import Target
from chartproof.errors import ChartproofError

RELEASE = "app.kubernetes.io/instance"
COMPONENT = "app.kubernetes.io/component"
HOOK = "helm.sh/hook"
LAST_LINES = 12
# What a call to the API server can end in while the server or the pod goes away.
FAULTS = (kr8s.ServerError, kr8s.APITimeoutError, kr8s.NotFoundError, httpx.HTTPError)

Object = Mapping[str, Any]


def connect(kubeconfig: Path, context: str | None) -> kr8s.Api:
    """Reach an API server. Raises ChartproofError when it does not answer."""
    try:
        with warnings.catch_warnings():
            # kr8s warns of every Kubernetes newer than the last it was tested with.
            warnings.simplefilter("ignore", UserWarning)
            # Without a namespace kr8s asks the file for its current context, which may have none.
            api: kr8s.Api = kr8s.api(
                kubeconfig=str(kubeconfig), context=context, namespace="default"
            )
    except (*FAULTS, ValueError, KeyError, RuntimeError, OSError) as error:
        where = f"context {context} of {kubeconfig}" if context else str(kubeconfig)
        raise ChartproofError(f"{where}: no Kubernetes answers: {error or repr(error)}") from error
    _forget_keys(api)
    return api


def _forget_keys(api: kr8s.Api) -> None:
    """Delete the copies of embedded keys that kr8s leaves in the folder for temporary files."""
    auth = api.auth
    for file in (auth.client_key_file, auth.client_cert_file, auth.server_ca_file):
        if file and Path(str(file)).parent == Path(tempfile.gettempdir()):
            Path(str(file)).unlink(missing_ok=True)


class _PodOverHttp(Service):
    """A pod, asked over HTTP as kr8s asks services."""

    endpoint = "pods"


class Watch:
    """Looks at one release; safe to use from several threads."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.api = connect(target.cluster.kubeconfig, target.cluster.context)

    def pods(self, selector: str = "") -> list[Object]:
        """Return the release's pods, oldest first, hooks among them; `selector` narrows them."""
        wanted = ",".join(filter(None, [f"{RELEASE}={self.target.release}", selector]))
        pods = self._list("pods", label_selector=wanted)
        return sorted(pods, key=lambda pod: (pod["metadata"]["creationTimestamp"], name(pod)))

    def find(self, pod: Object) -> Object | None:
        """Return a pod as it is now; None when it is gone, its name taken by another or not."""
        found = self._list("pods", field_selector=f"metadata.name={name(pod)}")
        uid = pod["metadata"]["uid"]
        return next((again for again in found if again["metadata"]["uid"] == uid), None)

    def members(self) -> list[Member]:
        """Return the state of each pod that is no hook."""
        return [member(pod) for pod in self.pods() if not is_hook(pod)]

    def warnings(self, since: str = "") -> list[str]:
        """Return the namespace's warnings as lines, of those for one reason the last.

        `since` is an RFC 3339 time; older ones are left out.
        """
        events = [event for event in self._list("events") if event.get("type") == "Warning"]
        messages: dict[str, str] = {}
        for event in sorted(events, key=_last_seen):
            if _last_seen(event) >= since:
                about = event["involvedObject"]
                what = f"{about['kind']}/{about['name']}: {event['reason']}"
                messages[what] = " ".join(event["message"].split())
        return [f"{what}: {message}" for what, message in messages.items()]

    def last_lines(self, pod: Object) -> Iterator[str]:
        """Give the last log lines of each container that is not ready, of its last run if ended."""
        for status in container_statuses(pod):
            if _content(status) or not _ever_started(status):
                continue
            options = {"tail_lines": LAST_LINES, "previous": "waiting" in status["state"]}
            try:
                log = list(self.log(pod, status["name"], **options))
            except FAULTS as error:
                log = [f"no log: {error}"]
            yield from (f"{status['name']}: {line}" for line in log)

    def log(self, pod: Object, container: str, **options: Any) -> Iterator[str]:
        """Give a container's log lines; `options` are those of kr8s's `Pod.logs`."""
        of = Pod(dict(pod), api=self.api)
        lines: Iterator[str] = of.logs(container=container, **options)
        return lines

    def get_from(self, pod: Object, port: int, path: str) -> str:
        """Return what a pod answers over HTTP, asked through the API server."""
        return str(_PodOverHttp(dict(pod), api=self.api).proxy_http_get(path, port).text)

    def _list(self, kind: str, **narrowed: Any) -> list[Object]:
        found = self.api.get(kind, namespace=self.target.namespace, raw=True, **narrowed)
        return [item for item in found if isinstance(item, dict)]


def name(pod: Object) -> str:
    """Return a pod's name."""
    return str(pod["metadata"]["name"])


def is_hook(pod: Object) -> bool:
    """Tell whether Helm runs a pod as a hook, a test for one."""
    return HOOK in pod["metadata"].get("annotations", {})


def member(pod: Object) -> Member:
    """Summarize a pod."""
    conditions = pod["status"].get("conditions", [])
    return Member(
        name=name(pod),
        component=pod["metadata"].get("labels", {}).get(COMPONENT, ""),
        ready=any(found["type"] == "Ready" and found["status"] == "True" for found in conditions),
        restarts=sum(status["restartCount"] for status in container_statuses(pod)),
        state=state(pod),
    )


def state(pod: Object) -> str:
    """Say in a word what a pod is at: a container's own reason where it has one."""
    if pod["metadata"].get("deletionTimestamp"):
        return "Terminating"
    for status in container_statuses(pod):
        for at in ("waiting", "terminated"):
            reason = status["state"].get(at, {}).get("reason")
            if reason not in (None, "Completed", "PodInitializing"):
                return str(reason)
        if "running" in status["state"] and not _content(status):
            return f"{status['name']} not ready"
    return str(pod["status"].get("phase", "Unknown"))


def container_statuses(pod: Object) -> list[Any]:
    """Return the statuses of a pod's containers, init containers first."""
    status = pod["status"]
    return [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]


def _content(status: Any) -> bool:
    """Tell whether a container is ready, or an init container done."""
    return bool(status["ready"]) or status["state"].get("terminated", {}).get("exitCode") == 0


def _ever_started(status: Any) -> bool:
    return "waiting" not in status["state"] or status["restartCount"] > 0


def _last_seen(event: Object) -> str:
    created = event["metadata"]["creationTimestamp"]
    return str(event.get("lastTimestamp") or event.get("eventTime") or created)
