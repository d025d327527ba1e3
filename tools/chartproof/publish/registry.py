"""An OCI registry, as far as Helm's SDK does not reach: manifests are read, artifacts put.

See the OCI distribution specification 1.1; tokens are asked for as Docker's registry wants it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin

import httpx

from chartproof.errors import ChartproofError
from chartproof.login import DOCKER_HUB, Login

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_READ = ", ".join(
    [
        MANIFEST,
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ]
)
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
TIMEOUT_S = 60


class Manifest(NamedTuple):
    """What a tag names: its digest (sha256:...) and its content."""

    digest: str
    body: Mapping[str, Any]

    def layer(self, media_type: str) -> str | None:
        """Return the digest of its layer of a type, or None."""
        layers = self.body.get("layers") or ()
        return next((it["digest"] for it in layers if it.get("mediaType") == media_type), None)


class Blob(NamedTuple):
    """Content with its type, as a manifest lists it."""

    media_type: str
    content: bytes
    annotations: Mapping[str, str] = {}

    def descriptor(self) -> dict[str, Any]:
        """Describe it for a manifest."""
        described: dict[str, Any] = {
            "mediaType": self.media_type,
            "digest": f"sha256:{hashlib.sha256(self.content).hexdigest()}",
            "size": len(self.content),
        }
        return {**described, "annotations": self.annotations} if self.annotations else described


@dataclass
class Registry:
    """A registry at `host`; every failure is a ChartproofError that names the reference."""

    host: str
    plain_http: bool = False
    login: Login | None = None
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT_S))
    _tokens: dict[str, str] = field(default_factory=dict)

    def manifest(self, repository: str, tag: str) -> Manifest | None:
        """Return what a tag names, or None where there is no such tag or repository."""
        path = f"/v2/{repository}/manifests/{tag}"
        answer = self._ask("GET", repository, path, headers={"Accept": _READ}, allowed=(404,))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        digest = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        try:
            return Manifest(digest, answer.json())
        except ValueError as error:
            raise ChartproofError(f"oci://{self.host}/{repository}:{tag}: no manifest") from error

    def blob(self, repository: str, digest: str) -> bytes:
        """Return a blob's content."""
        path = f"/v2/{repository}/blobs/{digest}"
        return self._ask("GET", repository, path, follow_redirects=True).content

    def put(self, repository: str, tag: str, config: Blob, layers: Sequence[Blob]) -> None:
        """Put an artifact under a tag, the tag last."""
        for blob in (config, *layers):
            self._put_blob(repository, blob)
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": config.descriptor(),
            "layers": [layer.descriptor() for layer in layers],
        }
        path = f"/v2/{repository}/manifests/{tag}"
        content, headers = json.dumps(manifest).encode(), {"Content-Type": MANIFEST}
        self._ask("PUT", repository, path, headers=headers, content=content)

    def _put_blob(self, repository: str, blob: Blob) -> None:
        digest = blob.descriptor()["digest"]
        path = f"/v2/{repository}/blobs/{digest}"
        if self._ask("HEAD", repository, path, allowed=(404,)).is_success:
            return
        begun = self._ask("POST", repository, f"/v2/{repository}/blobs/uploads/")
        where = urljoin(str(begun.url), begun.headers["Location"])
        target = f"{where}{'&' if '?' in where else '?'}{urlencode({'digest': digest})}"
        headers = {"Content-Type": "application/octet-stream"}
        self._ask("PUT", repository, target, headers=headers, content=blob.content)

    def _ask(
        self,
        method: str,
        repository: str,
        path: str,
        *,
        allowed: Sequence[int] = (),
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        follow_redirects: bool = False,
    ) -> httpx.Response:
        address = urljoin(f"{'http' if self.plain_http else 'https'}://{self._server}", path)
        where = f"oci://{self.host}/{repository}"

        def send() -> httpx.Response:
            known = self._tokens.get(repository)
            added = {"Authorization": known} if known and self._is_here(address) else {}
            return self._client.request(
                method,
                address,
                headers={**(headers or {}), **added},
                content=content,
                follow_redirects=follow_redirects,
            )

        try:
            answer = send()
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._tokens[repository] = self._authorization(answer, repository, where)
                answer = send()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChartproofError(f"{where}: {self.host} cannot be asked: {error}") from error
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise ChartproofError(f"{where}: {_said(answer)}; {self._how_to_log_in()}")
        if not answer.is_success and answer.status_code not in allowed:
            raise ChartproofError(f"{where}: {method} {path}: {_said(answer)}")
        return answer

    @property
    def _server(self) -> str:
        """The host that answers: Docker Hub's name is not that of its registry."""
        return "registry-1.docker.io" if self.host in DOCKER_HUB else self.host

    def _is_here(self, address: str) -> bool:
        """Tell whether an address is this registry's: its login is for nobody else."""
        return httpx.URL(address).netloc == httpx.URL(f"http://{self._server}").netloc

    def _authorization(self, refused: httpx.Response, repository: str, where: str) -> str:
        """Return the header that the registry wants, by a token of the server that it names."""
        challenge = refused.headers.get("WWW-Authenticate", "")
        basic = httpx.BasicAuth(*self.login) if self.login else None
        if challenge.lower().startswith("basic"):
            if self.login is None:
                raise ChartproofError(f"{where}: it wants a login; {self._how_to_log_in()}")
            request = httpx.Request("GET", refused.url)
            return str(
                next(httpx.BasicAuth(*self.login).auth_flow(request)).headers["Authorization"]
            )
        wanted = dict(_CHALLENGE.findall(challenge))
        if "realm" not in wanted:
            raise ChartproofError(f"{where}: it refuses, and does not say what it wants")
        asked = {
            "service": wanted.get("service", self.host),
            "scope": wanted.get("scope", f"repository:{repository}:pull,push"),
        }
        answer = self._token(wanted["realm"], asked, basic)
        if not answer.is_success:
            raise ChartproofError(f"{where}: {_said(answer)}; {self._how_to_log_in()}")
        token = answer.json()
        return f"Bearer {token.get('token') or token.get('access_token')}"

    def _token(
        self, realm: str, asked: Mapping[str, str], basic: httpx.BasicAuth | None
    ) -> httpx.Response:
        if self.login and not self.login.name:
            refresh = {"grant_type": "refresh_token", "refresh_token": self.login.password}
            form = {**asked, **refresh, "client_id": "chartproof"}
            return self._client.post(realm, data=form)
        return self._client.get(realm, params=dict(asked), auth=basic)

    def _how_to_log_in(self) -> str:
        flag = " --plain-http" if self.plain_http else ""
        return f"log in by: helm registry login {self.host}{flag}"


def _said(answer: httpx.Response) -> str:
    """Return what a registry says of a failure, in its own words where it has any."""
    try:
        faults = [it.get("message") or it.get("code") for it in answer.json()["errors"]]
        words = ", ".join(str(fault) for fault in faults if fault)
    except (ValueError, LookupError, TypeError, AttributeError):
        words = ""
    return words or f"{answer.status_code} {answer.reason_phrase}"
