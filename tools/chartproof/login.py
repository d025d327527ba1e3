"""The logins that `helm registry login` and `docker login` have left."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chartproof.cluster.shell import run
from chartproof.errors import InputError

DOCKER_HUB = {"docker.io", "index.docker.io", "registry-1.docker.io"}
_DOCKER_HUBS_LOGIN = "https://index.docker.io/v1/"


class Login(NamedTuple):
    """A name and a password; an identity token goes with an empty name."""

    name: str
    password: str


def registry_config() -> Path:
    """Return the file in which Helm keeps its logins, as `helm env HELM_REGISTRY_CONFIG` does."""
    if given := os.environ.get("HELM_REGISTRY_CONFIG"):
        return Path(given)
    if given := os.environ.get("HELM_CONFIG_HOME"):
        return Path(given, "registry", "config.json")
    home = "Library/Preferences" if sys.platform == "darwin" else ".config"
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / home
    return Path(base, "helm", "registry", "config.json")


def docker_config() -> Path:
    """Return the file in which Docker keeps its logins; Helm looks there too."""
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker", "config.json")


def find_login(host: str, config: Path) -> Login | None:
    """Return the login for a registry from Helm's file, else from Docker's, or None.

    Raises InputError for a file that is no JSON.
    """
    key = _DOCKER_HUBS_LOGIN if host in DOCKER_HUB else host
    for file in (config, docker_config()):
        if file.is_file():
            for login in _logins(_read(file), key):
                return login
    return None


def _logins(config: Mapping[str, Any], key: str) -> Iterator[Login]:
    entry = (config.get("auths") or {}).get(key) or {}
    if entry.get("auth"):
        name, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
        yield (
            Login("", entry["identitytoken"])
            if entry.get("identitytoken")
            else Login(name, password)
        )
    helper = (config.get("credHelpers") or {}).get(key) or config.get("credsStore")
    if helper:
        done = run([f"docker-credential-{helper}", "get"], input=key, check=False)
        if done.returncode == 0:
            found = json.loads(done.stdout)
            is_token = found["Username"] == "<token>"
            yield Login("" if is_token else found["Username"], found["Secret"])


def _read(file: Path) -> Mapping[str, Any]:
    try:
        config = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise InputError(f"{file}: expected logins as JSON: {error}") from error
    if not isinstance(config, dict):
        raise InputError(f"{file}: expected logins as a JSON object")
    return config
