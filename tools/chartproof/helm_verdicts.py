"""What Helm's lint says of what templates write, each text once.

Most of Helm's time goes into the objects: for each it lists all kinds of Kubernetes anew, to see
whether one is deprecated. What it says of a template's output depends on that output alone, and
on the Kubernetes version. So it is given a chart of texts, without the API of an object whose kind
it has nothing to say of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chartproof import engine
from chartproof.options import RenderOptions

Message = Mapping[str, Any]
"""What Helm says: `severity`, 1 for info to 3 for an error, `path` in the chart, and `error`."""
Kind = tuple[str, str]
"""An apiVersion and a kind."""
Output = tuple[str, str]
"""The name of a template in its chart, and what it writes."""

_UNREADABLE = "unable to parse YAML"
_DOCUMENT = re.compile(r"^---", re.MULTILINE)
_API = re.compile(r"^apiVersion: +((?:[a-z][\w.-]*/)?v\d\w*) *$", re.MULTILINE)
_KIND = re.compile(r"^kind: +([A-Z][A-Za-z]+) *$", re.MULTILINE)
_NAMED = re.compile(r"^[\"']?(apiVersion|kind)\b", re.MULTILINE)
_PROBE = "apiVersion: {}\nkind: {}\nmetadata:\n  name: probe\n# with matchLabels\n"


def ask(
    chart: Path, options: RenderOptions, values: Mapping[str, Any], *, with_schema: bool
) -> list[Message]:
    """Run Helm's lint of a chart with one set of values. Raises EngineError."""
    return [*engine.lint(chart, values, options, with_schema=with_schema)]


def is_yaml(template: str) -> bool:
    """Tell whether Helm's lint looks at what a template writes."""
    return template.endswith((".yaml", ".yml"))


@dataclass(frozen=True)
class Verdicts:
    """What Helm's lint says of texts that templates have written."""

    options: RenderOptions
    _silent: dict[Kind, bool] = field(default_factory=dict)

    def of(self, outputs: set[Output]) -> dict[Output, list[Message]]:
        """Return the messages about each output, {} where one of them is no YAML for Helm."""
        ordered = sorted(outputs)
        kinds = {kind for _, text in ordered for kind in _kinds(text)}
        self._ask(sorted(kinds))
        told = self._told([self._bare(text) for _, text in ordered])
        if any(map(is_unreadable, (message for own in told for message in own))):
            return {}
        return {
            output: [{**message, "path": output[0]} for message in own]
            for output, own in zip(ordered, told, strict=True)
        }

    def _ask(self, kinds: Sequence[Kind]) -> None:
        """Find out of which kinds Helm has nothing to say."""
        told = self._told([_PROBE.format(*kind) for kind in kinds])
        self._silent.update((kind, not own) for kind, own in zip(kinds, told, strict=True))

    def _bare(self, text: str) -> str:
        """Leave out the API of documents that Helm has nothing to say of for their kind."""
        bare = text
        for part in _documents(text):
            kind = _kind(part)
            if kind and self._silent[kind]:
                bare = bare.replace(part, _API.sub("apiVersion:", part))
        return bare

    def _told(self, texts: Sequence[str]) -> list[list[Message]]:
        """Have a chart linted whose templates write these texts."""
        with TemporaryDirectory() as folder:
            chart = Path(folder)
            (chart / "templates").mkdir()
            (chart / "Chart.yaml").write_text("{apiVersion: v2, name: texts, version: 0.0.0}")
            for index, text in enumerate(texts):
                template = text.replace("{{", '{{ "{{" }}')
                (chart / "templates" / f"{index}.yaml").write_bytes(template.encode())
            messages = ask(chart, self.options, {}, with_schema=False)
        told: dict[str, list[Message]] = {f"templates/{it}.yaml": [] for it in range(len(texts))}
        for message in filter(is_of_output, messages):
            told[message["path"]].append(message)
        return list(told.values())


def is_of_output(message: Message) -> bool:
    """Tell whether a message is about what a template writes."""
    path = message["path"]
    return path.startswith("templates/") and is_yaml(path)


def is_unreadable(message: Message) -> bool:
    """Tell whether it is one after which Helm looks at nothing more."""
    return _UNREADABLE in message["error"]


def _documents(text: str) -> list[str]:
    return [part for part in _DOCUMENT.split(text) if part.strip()]


def _kinds(text: str) -> Iterator[Kind]:
    return filter(None, map(_kind, _documents(text)))


def _kind(document: str) -> Kind | None:
    """Return the kind of a document that names it once and plainly."""
    apis, kinds = _API.findall(document), _KIND.findall(document)
    is_plain = len(apis) == len(kinds) == 1 and len(_NAMED.findall(document)) == 2
    return (apis[0], kinds[0]) if is_plain else None
