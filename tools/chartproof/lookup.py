"""A cluster that answers `lookup`, and nothing else: given objects behind the Kubernetes API.

Helm asks twice a lookup: GET /api/v1 or /apis/<group>/<version> for the kinds there are, then GET
.../namespaces/<namespace>/<plural>[/<name>] for one object or a list. Kubernetes' API reference
calls these paths and answers so; the plural is whatever the first answer names.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from chartproof.wiring.scope import place_of_named

_LOOKUP = re.compile(r'\blookup\s+"(?P<api>[^"]+)"\s+"(?P<kind>[^"]+)"')
_PATH = re.compile(
    r"/api(?:s/(?P<group>[^/]+))?/(?P<version>[^/?]+)"
    r"(?:/namespaces/(?P<namespace>[^/?]+)(?=/))?"
    r"(?:/(?P<plural>[^/?]+)(?:/(?P<name>[^/?]+))?)?(?:\?.*)?"
)
_POLL_S = 0.005

Object = Mapping[str, Any]


class Kind(NamedTuple):
    """A kind of object: `apps/v1`, `Deployment`."""

    api: str
    name: str

    @property
    def plural(self) -> str:
        """What it is called in paths."""
        return f"{self.name.lower()}s"


def kinds_asked_for(templates: Iterable[str]) -> set[Kind]:
    """Find the kinds that templates look up by name, as a cluster that has none of them answers."""
    return {
        Kind(found["api"], found["kind"]) for text in templates for found in _LOOKUP.finditer(text)
    }


@contextmanager
def serving(objects: Sequence[Object], kinds: Iterable[Kind], namespace: str) -> Iterator[str]:
    """Serve objects on loopback, those without a namespace in `namespace`; give a kubeconfig."""
    known = {*kinds, *(Kind(body["apiVersion"], body["kind"]) for body in objects)}
    server = _Server(("127.0.0.1", 0), _Handler)
    server.cluster = _Cluster(tuple(objects), frozenset(known), namespace)
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True)
    thread.start()
    try:
        yield _kubeconfig(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Cluster(NamedTuple):
    """What the server knows."""

    objects: tuple[Object, ...]
    kinds: frozenset[Kind]
    namespace: str

    def answer(self, path: str) -> Mapping[str, Any] | None:
        """Answer a GET; None where there is no such thing."""
        asked = _PATH.fullmatch(path)
        if asked is None:
            return None
        api = f"{asked['group']}/{asked['version']}" if asked["group"] else asked["version"]
        kinds = [kind for kind in self.kinds if kind.api == api]
        if asked["plural"] is None:
            return self._resources(api, kinds)
        for kind in kinds:
            if kind.plural == asked["plural"]:
                found = list(self._found(kind, asked["namespace"]))
                return _named(found, asked["name"]) if asked["name"] else _listed(kind, found)
        return None

    def _resources(self, api: str, kinds: Sequence[Kind]) -> Mapping[str, Any] | None:
        """Tell the kinds of an API."""
        resources = [
            {
                "name": kind.plural,
                "kind": kind.name,
                "namespaced": bool(place_of_named(kind.name, "any")),
                "verbs": ["get", "list"],
            }
            for kind in sorted(kinds)
        ]
        listed = {"kind": "APIResourceList", "groupVersion": api, "resources": resources}
        return listed if resources else None

    def _found(self, kind: Kind, namespace: str | None) -> Iterator[Object]:
        """Give the objects of a kind, in one namespace or in all."""
        for body in self.objects:
            own = body["metadata"].get("namespace") or self.namespace
            if Kind(body["apiVersion"], body["kind"]) == kind and namespace in (None, own):
                yield body


def _named(objects: Sequence[Object], name: str) -> Object | None:
    return next((body for body in objects if body["metadata"]["name"] == name), None)


def _listed(kind: Kind, objects: Sequence[Object]) -> Object:
    return {"apiVersion": kind.api, "kind": f"{kind.name}List", "metadata": {}, "items": objects}


class _Server(ThreadingHTTPServer):
    """Leaves its idle connections to end with the client."""

    daemon_threads = True
    block_on_close = False
    cluster: _Cluster


class _Handler(BaseHTTPRequestHandler):
    """One connection of Helm's."""

    server: _Server
    protocol_version = "HTTP/1.1"
    # Answered in one segment at once: unbuffered and with Nagle's algorithm, a lookup took 94 ms.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer with an object, a list, or Kubernetes' own way to say that there is none."""
        body = self.server.cluster.answer(self.path)
        status = HTTPStatus.OK if body is not None else HTTPStatus.NOT_FOUND
        missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status}
        missing["reason"] = "NotFound"
        text = json.dumps(missing if body is None else body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing: standard error is the caller's."""


def _kubeconfig(port: int) -> str:
    cluster = {"server": f"http://127.0.0.1:{port}"}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "given", "cluster": cluster}],
            "users": [{"name": "given", "user": {}}],
            "contexts": [{"name": "given", "context": {"cluster": "given", "user": "given"}}],
            "current-context": "given",
        }
    )
