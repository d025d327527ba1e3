"""Which Kubernetes a render stands for, whether a chart allows it, and versions by constraint."""

from __future__ import annotations

import io
import json
import tarfile
from functools import lru_cache
from typing import NamedTuple

from chartproof import engine
from chartproof.errors import InputError
from chartproof.options import RenderOptions

ANY = ">=0-0"

_QUESTION = """\
{
  "version": "{{ .Capabilities.KubeVersion }}",
  "is_allowed": {{ semverCompare .Values.constraint .Capabilities.KubeVersion.Version }}
}
"""

_ALLOWS = "{{ semverCompare .Values.constraint .Values.version }}"


class Verdict(NamedTuple):
    """A Kubernetes version, and whether a constraint allows it."""

    version: str
    is_allowed: bool


@lru_cache(maxsize=64)
def judge(constraint: str, kube_version: str | None) -> Verdict:
    """Ask Helm's own `semverCompare`, in a chart of one template.

    None stands for the version the SDK was built with. Raises InputError for a version or a
    constraint that cannot be read.
    """
    options = RenderOptions(kube_version=kube_version)
    try:
        rendered = engine.render(_asking(_QUESTION), {"constraint": constraint}, options)
    except engine.TemplateFailedError as error:
        raise InputError(f"kubeVersion {constraint!r}: not a version constraint") from error
    except engine.EngineError as error:
        raise InputError(f"--kube-version {kube_version}: not a version") from error
    (answer,) = rendered.files.values()
    return Verdict(**json.loads(answer))


@lru_cache(maxsize=256)
def allows(constraint: str, version: str) -> bool:
    """Tell whether a constraint allows a version, as Helm compares them.

    Raises InputError for a version or a constraint that cannot be read.
    """
    asked = {"constraint": constraint, "version": version}
    try:
        (answer,) = engine.render(_asking(_ALLOWS), asked, RenderOptions()).files.values()
    except engine.EngineError as error:
        raise InputError(f"version {version}, {constraint!r}: cannot be compared") from error
    return answer == "true"


@lru_cache(maxsize=2)
def _asking(question: str) -> bytes:
    """Pack the chart that holds the question."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=0) as tar:
        for path, text in (
            ("Chart.yaml", "{name: ask, version: 0.0.0}"),
            ("templates/question", question),
        ):
            entry = tarfile.TarInfo(f"ask/{path}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
