"""A cluster of the user's own, used only when its context is named."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from chartproof import yamlio
from chartproof.cluster.engine import Check, Image
from chartproof.cluster.progress import Progress
from chartproof.cluster.watch import connect
from chartproof.errors import ChartproofError, InputError, nearest


@dataclass(frozen=True)
class NamedCluster:
    """The cluster behind a context of the user's kubeconfig."""

    kubeconfig: Path
    context: str | None
    nodes: Sequence[str]

    def load(self, images: Sequence[Image]) -> None:
        """Refuse any image: only a registry can bring them to a cluster that is not ours."""
        if not images:
            return
        names = ", ".join(image.reference for image in images)
        raise ChartproofError(
            f"{names}: images cannot be put on the nodes of context {self.context}, "
            "they must be pullable there"
        )


class ContextEngine:
    """The user's cluster: never made, never deleted."""

    name = "context"

    def __init__(self, context: str) -> None:
        self.context = context

    def check(self) -> Check:
        """Usable when the context exists and its cluster answers."""
        try:
            api = connect(find(self.context), self.context)
        except ChartproofError as error:
            return Check(False, str(error), "see kubectl config get-contexts")
        return Check(True, f"Kubernetes {api.version()['gitVersion']} answers")

    def running(self) -> bool:
        """Tell whether it answers."""
        return self.check().usable

    def images(self, references: Sequence[str], progress: Progress) -> Sequence[Image]:
        """Return nothing: what the nodes cannot pull is not for us to load."""
        progress.note(f"pullable for context {self.context} must be: {', '.join(references)}")
        return ()

    def start(self, progress: Progress) -> NamedCluster:
        """Reach the cluster; nothing is started."""
        del progress
        kubeconfig = find(self.context)
        nodes = [str(node) for node in connect(kubeconfig, self.context).get("nodes")]
        return NamedCluster(kubeconfig, self.context, nodes)

    def stop(self) -> None:
        """Leave it alone."""


def find(context: str) -> Path:
    """Return the kubeconfig file that holds `context`. Raises InputError, naming those there are.

    The files are those of $KUBECONFIG, else ~/.kube/config, as kubectl has it.
    """
    known: list[str] = []
    for file in _kubeconfigs():
        names = _contexts(file)
        if context in names:
            return file
        known += names
    near = nearest(context, known)
    hint = f" (did you mean {near}?)" if near else ""
    raise InputError(f"no context {context}{hint} among: {', '.join(known) or 'none'}")


def _kubeconfigs() -> Iterator[Path]:
    listed = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    for name in listed.split(os.pathsep):
        file = Path(name).expanduser()
        if file.is_file():
            yield file


def _contexts(file: Path) -> list[str]:
    try:
        config = yamlio.load(file.read_text())
        return [context["name"] for context in config.get("contexts") or []]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{file}: no readable kubeconfig: {error}") from error
