"""Logins are found where Helm and Docker keep them."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest

from chartproof.login import Login, find_login, registry_config
from tests.support.tools import HELM4

HOST = "registry.example.com"


@pytest.fixture(scope="module")
def helm4() -> Path:
    """Give Helm's command, which is looked for in the home of before."""
    return HELM4.path()


@pytest.fixture(autouse=True)
def _homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    (tmp_path / "docker").mkdir()


def auth(name: str, password: str, **more: str) -> dict[str, object]:
    packed = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"auths": {HOST: {"auth": packed, **more}}}


def helper(folder: Path, name: str, answer: object, code: int = 0) -> None:
    """Put a credential helper on the path, which answers for HOST."""
    script = folder / f"docker-credential-{name}"
    asked = f'[ "$1 $(cat)" = "get {HOST}" ] || exit 9'
    script.write_text(f"#!/bin/sh\n{asked}\necho '{json.dumps(answer)}'\nexit {code}\n")
    script.chmod(0o755)


def test_helms_file_goes_before_dockers_as_helm_has_it(tmp_path: Path) -> None:
    helms = tmp_path / "helm.json"
    (tmp_path / "docker/config.json").write_text(json.dumps(auth("docker", "d")))
    assert find_login(HOST, helms) == Login("docker", "d")
    helms.write_text(json.dumps(auth("helm", "with:colon")))
    assert find_login(HOST, helms) == Login("helm", "with:colon")
    assert find_login("elsewhere.example.com", helms) is None


def test_docker_hub_is_known_by_its_older_name(tmp_path: Path) -> None:
    file = tmp_path / "helm.json"
    body = auth("me", "p")["auths"]
    assert isinstance(body, dict)
    file.write_text(json.dumps({"auths": {"https://index.docker.io/v1/": body[HOST]}}))
    assert find_login("registry-1.docker.io", file) == Login("me", "p")


def test_a_token_that_stands_for_a_login_is_found(tmp_path: Path) -> None:
    file = tmp_path / "helm.json"
    file.write_text(json.dumps(auth("00000000", "", identitytoken="t0ken")))
    assert find_login(HOST, file) == Login("", "t0ken")


@pytest.mark.parametrize(
    "named", [{"credHelpers": {HOST: "safe"}}, {"auths": {HOST: {}}, "credsStore": "safe"}]
)
def test_a_credential_helper_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: dict[str, object]
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    file = tmp_path / "helm.json"
    file.write_text(json.dumps(named))
    helper(tmp_path, "safe", {"Username": "kept", "Secret": "s"})
    assert find_login(HOST, file) == Login("kept", "s")
    helper(tmp_path, "safe", {"Username": "<token>", "Secret": "t0ken"})
    assert find_login(HOST, file) == Login("", "t0ken")
    helper(tmp_path, "safe", "credentials not found", code=1)
    assert find_login(HOST, file) is None


@pytest.mark.needs("helm4")
@pytest.mark.parametrize(
    "variable", ["HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME", "HOME"]
)
def test_helms_file_is_where_helm_says_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helm4: Path, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "there"))
    said = subprocess.check_output([helm4, "env", "HELM_REGISTRY_CONFIG"], text=True)
    assert str(registry_config()) == said.strip()
