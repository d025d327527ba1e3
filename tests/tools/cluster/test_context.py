"""The user's own contexts: found by name, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from chartproof.cluster.context import ContextEngine, NamedCluster, find
from chartproof.cluster.engine import Image
from chartproof.errors import ChartproofError, InputError


@pytest.fixture
def kubeconfigs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    files = [tmp_path / "work", tmp_path / "home"]
    for file, names in zip(files, (["staging", "production"], ["laptop"]), strict=True):
        contexts = [{"name": name, "context": {"cluster": name, "user": name}} for name in names]
        clusters = [{"name": name, "cluster": {"server": "https://127.0.0.1:9"}} for name in names]
        users = [{"name": name, "user": {"token": "none"}} for name in names]
        file.write_text(
            yaml.safe_dump({"contexts": contexts, "clusters": clusters, "users": users})
        )
    monkeypatch.setenv("KUBECONFIG", ":".join(map(str, [*files, tmp_path / "missing"])))
    return files


def test_a_context_is_found_in_whichever_file_has_it(kubeconfigs: list[Path]) -> None:
    assert find("production") == kubeconfigs[0]
    assert find("laptop") == kubeconfigs[1]


@pytest.mark.usefixtures("kubeconfigs")
def test_an_unknown_context_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError) as refused:
        find("produktion")
    assert "did you mean production" in str(refused.value)
    assert "staging, production, laptop" in str(refused.value)


def test_a_broken_kubeconfig_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config"
    file.write_text("contexts: [")
    monkeypatch.setenv("KUBECONFIG", str(file))
    with pytest.raises(InputError, match=f"{file}: no readable kubeconfig"):
        find("any")


@pytest.mark.usefixtures("kubeconfigs")
def test_a_context_whose_cluster_is_silent_is_not_usable() -> None:
    check = ContextEngine("laptop").check()
    assert not check.usable
    assert "no Kubernetes answers" in check.reason


def test_images_for_a_cluster_of_the_user_must_come_from_a_registry(tmp_path: Path) -> None:
    cluster = NamedCluster(tmp_path, "production", ["node0"])
    with pytest.raises(ChartproofError, match="must be pullable"):
        cluster.load([Image("localhost/workers", "1", tmp_path / "workers.tar")])


def test_a_cluster_of_the_user_that_pulls_every_image_needs_none_brought(tmp_path: Path) -> None:
    NamedCluster(tmp_path, "production", ["node0"]).load([])
