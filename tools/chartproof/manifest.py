"""One document of a render, parsed when someone looks inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from chartproof import yamlio
from chartproof.errors import ChartproofError

HOOK = "helm.sh/hook"
_KIND = re.compile(r"^kind:[ \t]*([A-Za-z]+)[ \t]*$", re.MULTILINE)


class ManifestError(ChartproofError):
    """A template whose output Kubernetes cannot read."""


@dataclass(frozen=True)
class Manifest:
    """A rendered document: its text, and the template it came from as `chart/templates/...`."""

    template: str
    text: str
    release_namespace: str = "default"
    prefixes: Sequence[str] = ()

    @cached_property
    def body(self) -> dict[str, Any]:
        """The parsed object; {} for a document of comments alone. Raises ManifestError."""
        try:
            body = yamlio.load(self.text)
        except yaml.YAMLError as error:
            raise ManifestError(f"{self.template}: the output is no valid YAML: {error}") from error
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise ManifestError(f"{self.template}: the output is no mapping")
        return body

    @cached_property
    def kind(self) -> str:
        """The kind, read off the text where it stands plainly, as sorting needs no more."""
        plain = _KIND.findall(self.text)
        return plain[0] if len(plain) == 1 else str(self.body.get("kind", ""))

    @property
    def api_version(self) -> str:
        """The apiVersion."""
        return str(self.body.get("apiVersion", ""))

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata."""
        return self.body.get("metadata") or {}

    @property
    def name(self) -> str:
        """The name."""
        return str(self.metadata.get("name", ""))

    @property
    def namespace(self) -> str:
        """The namespace it lands in."""
        return str(self.metadata.get("namespace") or self.release_namespace)

    @property
    def short_name(self) -> str:
        """The name without the release's and the chart's prefix: what it is inside the release."""
        name = self.name
        for prefix in self.prefixes:
            name = name.removeprefix(f"{prefix}-")
        return name

    @cached_property
    def annotations(self) -> dict[str, Any]:
        """The annotations."""
        return self.metadata.get("annotations") or {}

    @property
    def is_hook(self) -> bool:
        """Whether Helm runs it as a hook."""
        return HOOK in self.text and HOOK in self.annotations

    def __str__(self) -> str:
        return f"---\n# Source: {self.template}\n{self.text}\n"
