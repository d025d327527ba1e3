"""Helm's own lint of a chart with many cases, at little more than the price of one.

Most of its time goes into the objects, for each of which it lists all kinds of Kubernetes anew to
see whether one is deprecated. What it says of a template's output depends on that output alone, and
on the Kubernetes version. So one case is linted as it is; of the others Helm is given what they
render, as a chart of texts, each text once, and without the API of an object whose kind it has
nothing to say of. Wherever the short way might differ, the long one is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chartproof import engine
from chartproof.archive import rewritten
from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.options import RenderOptions
from chartproof.study import side_by_side
from chartproof.template_parts import actions, with_actions
from chartproof.walk import leaves

Message = Mapping[str, Any]
"""What Helm says: `severity`, 1 for info to 3 for an error, `path` in the chart, and `error`."""

_RELEASE = "test-release"
"""The release's name in Helm's lint."""
_OF_INSTALL = re.compile(r"\bIsInstall\b|\bRevision\b|\.Release(?!\.\w)")
"""What differs between a render that we can ask for and Helm's lint, which is of no install."""
_IS_INSTALL = re.compile(r"[$.\w]*\.Release\.IsInstall\b(?!\.)")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')
_UNREADABLE = "unable to parse YAML"
_DOCUMENT = re.compile(r"^---", re.MULTILINE)
_API = re.compile(r"^apiVersion: +((?:[a-z][\w.-]*/)?v\d\w*) *$", re.MULTILINE)
_KIND = re.compile(r"^kind: +([A-Z][A-Za-z]+) *$", re.MULTILINE)
_NAMED = re.compile(r"^[\"']?(apiVersion|kind)\b", re.MULTILINE)
_PROBE = "apiVersion: {}\nkind: {}\nmetadata:\n  name: probe\n# with matchLabels\n"

Kind = tuple[str, str]
"""An apiVersion and a kind."""
Output = tuple[str, str]
"""The name of a template in its chart, and what it writes."""


def lint(chart: Chart, cases: Sequence[Case], failed: Sequence[bool]) -> list[list[Message]]:
    """Run Helm's lint for each case; `failed` tells which of them do not render.

    Raises EngineError for what is no chart or no version.
    """
    with_schema = [
        has_failed or _may_be_asked_otherwise(chart, case)
        for case, has_failed in zip(cases, failed, strict=True)
    ]
    short = {index: cases[index] for index, asks in enumerate(with_schema) if not asks}
    told = _Short(chart, short).messages() if len(short) > 1 and _is_plain(chart) else {}

    def long(index: int) -> list[Message]:
        if index in told:
            return told[index]
        case, asks = cases[index], with_schema[index]
        return _lint(chart.path, case.options, case.values, with_schema=asks)

    return side_by_side(long, range(len(cases)))


def _lint(
    chart: Path, options: RenderOptions, values: Mapping[str, Any], *, with_schema: bool
) -> list[Message]:
    return [*engine.lint(chart, values, options, with_schema=with_schema)]


def _may_be_asked_otherwise(chart: Chart, case: Case) -> bool:
    """Tell whether Helm's lint may ask the schema about other values than a render does.

    It lays the case's values over values.yaml alone, without those of subcharts, and keeps nulls.
    """
    given = (chart.own_values, case.values)
    return bool(chart.dependencies) or any(
        value is None for values in given for _, value in leaves(values)
    )


def _is_plain(chart: Chart) -> bool:
    """Tell whether the short way knows all that templates have otherwise in Helm's lint."""
    if not (chart.path / "templates").is_dir():
        return False
    # Values count as well: `tpl` may make a template of them.
    asking = (
        _OF_INSTALL.search(_of_no_install(action) if "/templates/" in name else action)
        or any("IsInstall" in literal for literal in _STRING.findall(action))
        for name, text in chart.files.items()
        for action in actions(text)
    )
    odd = (name.lower().endswith((".yaml", ".yml")) != _is_yaml(name) for name in chart.files)
    return not any(asking) and not any(odd)


def _of_no_install(text: str) -> str:
    return _IS_INSTALL.sub("false", text)


def _linted(name: str, content: bytes) -> bytes:
    """Make a template one that is rendered as Helm's lint does: neither to install nor upgrade."""
    if "/templates/" not in name or b"IsInstall" not in content:
        return content
    text = content.decode(errors="surrogateescape")
    return with_actions(text, _of_no_install).encode(errors="surrogateescape")


def _is_yaml(template: str) -> bool:
    return template.endswith((".yaml", ".yml"))


@dataclass(frozen=True)
class _Short:
    """Cases of one chart that render, by any number; their schema need not be asked again."""

    chart: Chart
    cases: Mapping[int, Case]

    def messages(self) -> dict[int, list[Message]]:
        """Return what Helm says of those cases that the short way is sure of."""
        (first, case), *others = self.cases.items()
        whole = _lint(self.chart.path, case.options, case.values, with_schema=False)
        told = {first: whole}
        if any(message["path"] == "templates/" or _is_unreadable(message) for message in whole):
            return told
        everywhere = [message for message in whole if not _is_of_output(message)]
        rendered = side_by_side(lambda other: self._render(other[1]), others)
        versions: dict[str | None, dict[int, list[Output]]] = {}
        for (index, case), outputs in zip(others, rendered, strict=True):
            if outputs is not None:
                versions.setdefault(case.options.kube_version, {})[index] = outputs
        for version, by_case in versions.items():
            distinct = {output for outputs in by_case.values() for output in outputs}
            verdicts = _Verdicts(RenderOptions(kube_version=version)).of(distinct)
            for index, outputs in by_case.items() if verdicts else ():
                own = (message for output in outputs for message in verdicts[output])
                told[index] = [*everywhere, *own]
        return told

    def _render(self, case: Case) -> list[Output] | None:
        """Return what the templates write in Helm's lint, None where they fail outside of it."""
        options = replace(case.options, release=_RELEASE, api_versions=(), objects=())
        options = replace(options, is_upgrade=False)
        try:
            files = engine.render_templates(self._archive, case.values, options)
        except engine.EngineError:
            return None  # `fail` and `required` do nothing in Helm's lint
        below = f"{self.chart.name}/"
        return [
            (name.removeprefix(below), text)
            for name, text in files.items()
            if _is_yaml(name) and text.strip()
        ]

    @cached_property
    def _archive(self) -> bytes:
        return rewritten(self.chart.without_schema.archive, _linted)


@dataclass(frozen=True)
class _Verdicts:
    """What Helm's lint says of texts that templates have written."""

    options: RenderOptions
    _silent: dict[Kind, bool] = field(default_factory=dict)

    def of(self, outputs: set[Output]) -> dict[Output, list[Message]]:
        """Return the messages about each output, {} where one of them is no YAML for Helm."""
        ordered = sorted(outputs)
        kinds = {kind for _, text in ordered for kind in _kinds(text)}
        self._ask(sorted(kinds))
        told = self._told([self._bare(text) for _, text in ordered])
        if any(map(_is_unreadable, (message for own in told for message in own))):
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
            messages = _lint(chart, self.options, {}, with_schema=False)
        told: dict[str, list[Message]] = {f"templates/{it}.yaml": [] for it in range(len(texts))}
        for message in filter(_is_of_output, messages):
            told[message["path"]].append(message)
        return list(told.values())


def _is_of_output(message: Message) -> bool:
    """Tell whether a message is about what a template writes."""
    path = message["path"]
    return path.startswith("templates/") and _is_yaml(path)


def _is_unreadable(message: Message) -> bool:
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
