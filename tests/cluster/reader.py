"""Somebody who types at a cluster what a page says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from chartproof.cluster.helm import Target
from chartproof.cluster.install import ensure_namespace
from chartproof.cluster.watch import Watch, connect
from tests.cluster.conftest import REPOSITORY, Brought
from tests.pages.guide import Outcome, follow
from tests.support.go_modules import kubectl
from tests.support.helm import homes
from tests.support.tools import HELM4

RELEASE = "demo"
FULLNAME = f"{RELEASE}-rabbitmq-workers"


@dataclass(frozen=True)
class Reader:
    """A reader in `folder`, whose kubectl and Helm are set to the namespace of `target`."""

    folder: Path
    target: Target

    @property
    def watch(self) -> Watch:
        """What there is to see of the release."""
        return Watch(self.target)

    def types(self, page: str, code: int = 0, **environment: str) -> Sequence[Outcome]:
        """Do what a page says; every command has to end with `code` and print what is shown."""
        programs = (HELM4.path().parent, kubectl().parent)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("KUBECONFIG", str(self.folder / "kubeconfig"))
            for name, text in {**homes(self.folder / "helm"), **environment}.items():
                patch.setenv(name, text)
            outcomes = list(follow(page, self.folder, os.pathsep.join(map(str, programs))))
        for outcome in outcomes:
            told = f"$ {outcome.command.words}\n{outcome.printed}"
            assert outcome.code == code, told
            assert not outcome.missing, told
        return outcomes

    def runs(self, command: str, code: int = 0) -> str:
        """Type one command, and return what it printed."""
        (outcome,) = self.types(f"```console\n$ {command}\n```\n", code)
        return outcome.printed


def reader(cluster: Brought, namespace: str, folder: Path) -> Reader:
    """Give a reader a namespace that enforces `restricted`, and a folder with a chart in it.

    It is this repository's unless there is one.
    """
    ensure_namespace(connect(cluster.kubeconfig, None), namespace)
    if not (folder / "chart").exists():
        (folder / "chart").symlink_to(REPOSITORY / "chart")
    settings = yaml.safe_load(cluster.kubeconfig.read_text())
    for each in settings["contexts"]:
        each["context"]["namespace"] = namespace
    (folder / "kubeconfig").write_text(yaml.safe_dump(settings))
    (folder / "kubeconfig").chmod(0o600)
    return Reader(folder, Target(cluster, namespace, RELEASE))
