"""One rendered document, parsed when someone looks inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from chartproof import trace, yamlio
from chartproof.chart import Chart
from chartproof.errors import ChartproofError
from chartproof.walk import dig

HOOK = "helm.sh/hook"
_PLAIN_KIND = re.compile(r"^kind:[ \t]*([A-Za-z]+)[ \t]*$", re.MULTILINE)


class ManifestError(ChartproofError):
    """A template whose output is nothing that Kubernetes can read."""


@dataclass(frozen=True)
class Manifest:
    """A rendered document and where it comes from.

    `source` is the template as Helm names it, `<chart name>/templates/...`. `prefixes` are what
    the names of a release's objects begin with: see `short_name`.
    """

    source: str
    text: str
    chart: Chart = field(repr=False, compare=False)
    release_namespace: str = "default"
    prefixes: Sequence[str] = ()

    @cached_property
    def body(self) -> dict[str, Any]:
        """The object; {} where the document is comments alone. Raises ManifestError."""
        body, _ = self._read
        if not isinstance(body, dict | None):
            raise ManifestError(self._unreadable())
        return body or {}

    @property
    def may_repeat_keys(self) -> bool:
        """Whether a mapping in it may have a key twice. Raises ManifestError."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[Any, bool]:
        try:
            return yamlio.load_noting_repeats(self.text)
        except yaml.YAMLError as error:
            raise ManifestError(self._unreadable()) from error

    def _unreadable(self) -> str:
        """Say which line of the output is broken, and what in the template it comes from."""
        fault = yamlio.fault(self.text)
        if fault is None or not fault.line:
            problem = fault.problem if fault else "more than one document"
            return f"{self.chart.locate(self.source)}: its output is no YAML object: {problem}"
        file, line = self._origin(fault.line)
        place = f"{file}:{line}" if line else str(file)
        place += f": its output is no valid YAML in line {fault.line}"
        return f"{place}: {fault.problem}\n{yamlio.quote(self.text, fault.line)}"

    @cached_property
    def kind(self) -> str:
        """The kind, off the text where it stands plainly: sorting a release needs no parsing."""
        plain = _PLAIN_KIND.findall(self.text)
        return plain[0] if len(plain) == 1 else str(self.body.get("kind") or "")

    @property
    def api_version(self) -> str:
        """The apiVersion."""
        return str(self.body.get("apiVersion") or "")

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata, {} where it has none."""
        metadata = self.body.get("metadata")
        return metadata if isinstance(metadata, dict) else {}

    @property
    def annotations(self) -> dict[str, Any]:
        """The annotations, {} where it has none."""
        annotations = self.metadata.get("annotations")
        return annotations if isinstance(annotations, dict) else {}

    @property
    def name(self) -> str:
        """The name."""
        return str(self.metadata.get("name") or "")

    @property
    def namespace(self) -> str:
        """Its own namespace, or the release's."""
        return str(self.metadata.get("namespace") or self.release_namespace)

    @property
    def short_name(self) -> str:
        """The name without the release's and the chart's: `broker` of `demo-mychart-broker`."""
        return self.shortened(self.name)

    def shortened(self, name: str) -> str:
        """Take the release's and the chart's name off the name of an object like this one."""
        for prefix in self.prefixes:
            name = name.removeprefix(f"{prefix}-")
        return name

    @property
    def template(self) -> str:
        """The template's path in the chart: `templates/...`."""
        return self.source.partition("/")[2]

    @property
    def is_hook(self) -> bool:
        """Whether Helm runs it at an event instead of installing it."""
        return HOOK in self.text and HOOK in self.annotations

    @property
    def hook_events(self) -> list[str]:
        """The events it is a hook for."""
        return [event.strip().lower() for event in str(self.annotations.get(HOOK)).split(",")]

    def objects(self) -> Iterator[Manifest]:
        """Give the objects of the document: none of comments, the items of a List, else itself."""
        if self.kind.endswith("List") and isinstance(items := self.body.get("items"), list):
            for item in items:
                yield replace(self, text=yamlio.dump(item))
        elif self.kind or self.body:
            yield self

    def origin(self, path: yamlio.Path) -> tuple[Path, int | None]:
        """Return the template on disk and the line that renders the field at `path`.

        Where that is not found it is the line of the next field around it, at last None.
        """
        found = (
            self._origin(yamlio.line_of(self.text, path[:depth]))
            for depth in range(len(path), 0, -1)
        )
        template = self.chart.locate(self.source)
        return next((place for place in found if place[1]), (template, None))

    def _origin(self, line: int) -> tuple[Path, int | None]:
        template = self.chart.stored(self.source)
        name, at = trace.origin(self.chart.files, template, self.text, line)
        return self.chart.locate(name), at

    def field_name(self, path: yamlio.Path) -> str:
        """Write `path` for a reader: items of lists by their name where they have one."""
        written = ""
        node: Any = self.body
        for step in path:
            node = dig(node, step)
            written += f"[{dig(node, 'name') or step}]" if isinstance(step, int) else f".{step}"
        return written.removeprefix(".")

    def __str__(self) -> str:
        return f"---\n# Source: {self.source}\n{self.text}\n"
