"""Helm's own lint of a chart with many cases, at little more than the price of one.

One case is linted as it is; of the others Helm is asked about what they render. Wherever that short
way might differ from the long one, the long one is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from chartproof import engine
from chartproof.archive import rewritten
from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.helm_verdicts import (
    Message,
    Output,
    Verdicts,
    ask,
    is_of_output,
    is_unreadable,
    is_yaml,
)
from chartproof.joint_render import Asked, Files
from chartproof.options import RenderOptions
from chartproof.study import side_by_side, together
from chartproof.template_parts import actions, with_actions
from chartproof.walk import holds_null

_RELEASE = "test-release"
"""The release's name in Helm's lint."""
_OF_INSTALL = re.compile(r"\bIsInstall\b|\bRevision\b|\.Release(?!\.\w)")
"""What differs between a render that we can ask for and Helm's lint, which is of no install."""
_WORD_OF_INSTALL = re.compile(r"IsInstall|Revision|\.Release")
"""What stands wherever `_OF_INSTALL` does, and is found sooner."""
_IS_INSTALL = re.compile(r"[$.\w]*\.Release\.IsInstall\b(?!\.)")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|`[^`]*`')


def lint(chart: Chart, cases: Sequence[Case], written: Sequence[int | None]) -> list[list[Message]]:
    """Run Helm's lint for each case; `written` are how many objects it renders, None if it fails.

    Raises EngineError for what is no chart or no version.
    """
    with_schema = [
        size is None or is_asked
        for size, is_asked in zip(written, _asked_otherwise(chart, cases), strict=True)
    ]
    by_price = sorted(range(len(cases)), key=lambda index: written[index] or 0)
    short = {index: cases[index] for index in by_price if not with_schema[index]}
    told = _Short(chart, short).messages() if len(short) > 1 and _is_plain(chart, cases) else {}

    def long(index: int) -> list[Message]:
        if index in told:
            return told[index]
        case, asks = cases[index], with_schema[index]
        return ask(chart.on_disk, case.options, case.values, with_schema=asks)

    return side_by_side(long, range(len(cases)))


def _asked_otherwise(chart: Chart, cases: Sequence[Case]) -> list[bool]:
    """Tell of each case whether Helm's lint may ask the schema about other values than a render.

    It lays the case's values over values.yaml alone, without those of subcharts, and keeps nulls.
    """
    is_any = bool(chart.dependencies) or holds_null(chart.own_values)
    return [is_any or holds_null(case.values) for case in cases]


def _is_plain(chart: Chart, cases: Sequence[Case]) -> bool:
    """Tell whether the short way knows all that templates have otherwise in Helm's lint."""
    if not (chart.path / "templates").is_dir():
        return False
    # Values count as well: `tpl` may make a template of them.
    given = [("values", json.dumps(case.values)) for case in cases]
    asking = (
        _OF_INSTALL.search(_of_no_install(action) if "/templates/" in name else action)
        or any("IsInstall" in literal for literal in _STRING.findall(action))
        for name, text in [*chart.files.items(), *given]
        for action in actions(text)
        if _WORD_OF_INSTALL.search(action)
    )
    odd = (name.lower().endswith((".yaml", ".yml")) != is_yaml(name) for name in chart.files)
    return not any(asking) and not any(odd)


def _of_no_install(text: str) -> str:
    return _IS_INSTALL.sub("false", text)


def _linted(name: str, content: bytes) -> bytes:
    """Make a template one that is rendered as Helm's lint does: neither to install nor upgrade."""
    if "/templates/" not in name or b"IsInstall" not in content:
        return content
    text = content.decode(errors="surrogateescape")
    return with_actions(text, _of_no_install).encode(errors="surrogateescape")


@dataclass(frozen=True)
class _Short:
    """Cases of one chart that render, by any number; their schema need not be asked again.

    The first is the one that is linted as it is, which costs the less the fewer objects it has.
    """

    chart: Chart
    cases: Mapping[int, Case]

    def messages(self) -> dict[int, list[Message]]:
        """Return what Helm says of those cases that the short way is sure of."""
        (first, case), *others = self.cases.items()
        whole = ask(self.chart.on_disk, case.options, case.values, with_schema=False)
        told = {first: whole}
        if any(message["path"] == "templates/" or is_unreadable(message) for message in whole):
            return told
        everywhere = [message for message in whole if not is_of_output(message)]
        rendered = self._rendered([case for _, case in others])
        versions: dict[str | None, dict[int, list[Output]]] = {}
        for (index, case), outputs in zip(others, rendered, strict=True):
            if outputs is not None:
                versions.setdefault(case.options.kube_version, {})[index] = outputs
        for version, by_case in versions.items():
            distinct = {output for outputs in by_case.values() for output in outputs}
            verdicts = Verdicts(RenderOptions(kube_version=version)).of(distinct)
            for index, outputs in by_case.items() if verdicts else ():
                own = (message for output in outputs for message in verdicts[output])
                told[index] = [*everywhere, *own]
        return told

    def _rendered(self, cases: Sequence[Case]) -> list[list[Output] | None]:
        """Return what the templates write in Helm's lint, None where they fail outside of it."""
        options = [
            RenderOptions(_RELEASE, case.options.namespace, case.options.kube_version)
            for case in cases
        ]
        asked = [
            Asked(case.values, own, is_install=False)
            for case, own in zip(cases, options, strict=True)
        ]
        renders = list(zip(asked, together(self.chart, asked), strict=True))
        return side_by_side(lambda render: self._outputs(*render), renders)

    def _outputs(self, asked: Asked, files: Files | None) -> list[Output] | None:
        if files is None:
            try:
                files = engine.render_templates(self._archive, asked.values, asked.options)
            except engine.EngineError:
                return None  # `fail` and `required` do nothing in Helm's lint
        below = f"{self.chart.name}/"
        return [
            (name.removeprefix(below), text)
            for name, text in files.items()
            if is_yaml(name) and text.strip()
        ]

    @cached_property
    def _archive(self) -> bytes:
        return rewritten(self.chart.without_schema.contents, _linted)
