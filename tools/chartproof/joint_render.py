"""Many renders of a chart in one: Helm reads its templates once for all of them.

Helm parses every template anew in each render, which is two thirds of the time for a small chart
and a quarter for a large one. So a chart is made with one template of ours, which goes through many
sets of values and includes the chart's own templates with each, in the order in which Helm executes
them. What it gives must be, to the byte, what the chart gives alone: a chart that could tell the
two apart is left alone, and so is every set of values if one of them fails.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from chartproof import engine
from chartproof.archive import packed
from chartproof.options import RenderOptions
from chartproof.template_parts import DEFINE, is_partial
from chartproof.values import merge
from chartproof.walk import holds_null

if TYPE_CHECKING:
    from chartproof.chart import Chart

Files = Mapping[str, str]
"""What each template writes, by its name, as `engine.render_templates` gives it."""

_PARTIAL = "_joint_"
_IN_VAIN = 2
"""After so many refusals in a row no more is tried: a chart that fails once for all fails again."""
_NAMES_FILES = re.compile(r"BasePath|/templates/")
# The types of `.` and of .Values are Helm's own, with methods, where we have plain maps.
_TELLS_TYPES = re.compile(
    r"\btype(?:Of|Is|IsLike)\b|%T|%#v|\.(?:YAML|Table|AsMap|Encode|PathValue)\b"
)
_DRIVER = """\
{{- $chart := toJson .Chart -}}
{{- range .Values.many -}}
{{- $root := dict "Chart" $.Chart "Capabilities" $.Capabilities "Files" $.Files
      "Subcharts" dict "Values" .values "Release" (dict
        "Name" .release "Namespace" .namespace "Service" $.Release.Service "Revision" 1
        "IsUpgrade" .isUpgrade "IsInstall" .isInstall) -}}
%s
{{- end -}}
{{- if ne $chart (toJson .Chart) }}{{ fail "the templates change .Chart" }}{{ end -}}
"""
_EXECUTE = """\
{{- $_ := set $root "Template" (dict "Name" "%s" "BasePath" "%s") -}}
{{ template "%s" $root }}%s"""


class Asked(NamedTuple):
    """A render: values to lay over the chart's own, which its schema accepts, and options.

    Helm's lint renders to neither install nor upgrade.
    """

    values: Mapping[str, Any]
    options: RenderOptions
    is_install: bool = True


class JointRender:
    """A chart, to be rendered with many sets of values at once; threads may share it."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._end = secrets.token_hex()
        self._refused = 0

    def prepare(self) -> None:
        """Have Helm read the chart, as far as it does so once for all renders."""
        if self._archive is not None:
            engine.crds(self._archive)

    def files(self, many: Sequence[Asked]) -> list[Files | None]:
        """Render with each of many; None for one that has to be rendered alone.

        The schema is not asked.
        """
        rendered: list[Files | None] = [None] * len(many)
        if self._archive is None or self._refused == _IN_VAIN:
            return rendered
        groups: dict[RenderOptions, list[int]] = {}
        for index, (values, options, _) in enumerate(many):
            if not options.objects and not holds_null(values):
                shared = RenderOptions(
                    kube_version=options.kube_version, api_versions=options.api_versions
                )
                groups.setdefault(shared, []).append(index)
        for shared, indices in groups.items():
            if len(indices) > 1:  # one alone is rendered as quickly by itself
                asked = [many[index] for index in indices]
                together = self._together(self._archive, asked, shared)
                for index, files in zip(indices, together, strict=True):
                    rendered[index] = files
        return rendered

    def _together(
        self, archive: bytes, many: Sequence[Asked], options: RenderOptions
    ) -> Sequence[Files] | Sequence[None]:
        given = [
            {
                "values": merge(self._chart.own_values, one.values),
                "release": one.options.release,
                "namespace": one.options.namespace,
                "isUpgrade": one.options.is_upgrade,
                "isInstall": one.is_install and not one.options.is_upgrade,
            }
            for one in many
        ]
        try:
            written = engine.render_templates(archive, {"many": given}, options)
        except engine.EngineError:
            self._refused = min(self._refused + 1, _IN_VAIN)
            return [None] * len(many)
        self._refused = 0
        texts = iter(written[self._driver_name].split(self._end))
        return [{name: next(texts) for name in self._rendered} for _ in many]

    @cached_property
    def _archive(self) -> bytes | None:
        """The chart with our template; None where it might render something else by that."""
        chart = self._chart
        if chart.dependencies or holds_null(chart.own_values):
            return None
        templates = {name: text for name, text in chart.files.items() if self._is_template(name)}
        defined = [name for text in templates.values() for name in DEFINE.findall(text)]
        # Of two definitions of one name that counts which Helm reads last, by the names of files.
        if len(set(defined)) < len(defined) or any(map(_TELLS_TYPES.search, templates.values())):
            return None
        if any(_is_odd(name) for name in templates):
            return None
        return packed([*self._kept(), (self._driver_name, self._driver.encode())])

    def _kept(self) -> Iterator[tuple[str, bytes]]:
        """Give the files that our chart has of the chart's, the templates under other names."""
        left_out = {f"{self._chart.name}/{it}" for it in ("values.yaml", "values.schema.json")}
        for name, content in self._chart.contents.items():
            if name not in left_out:
                yield _renamed(name) if self._is_template(name) else name, content

    def _is_template(self, name: str) -> bool:
        return name.startswith(f"{self._chart.name}/templates/")

    @cached_property
    def _rendered(self) -> Sequence[str]:
        """The templates that Helm renders, in its order: helm.sh/helm/v4 pkg/engine/engine.go."""
        templates = filter(self._is_template, self._chart.files)
        names = [name for name in templates if not is_partial(name)]
        return sorted(names, key=lambda name: (name.count("/"), name), reverse=True)

    @property
    def _driver_name(self) -> str:
        return f"{self._chart.name}/templates/{_PARTIAL[1:]}driver.txt"

    @property
    def _driver(self) -> str:
        base = f"{self._chart.name}/templates"
        each = (_EXECUTE % (name, base, _renamed(name), self._end) for name in self._rendered)
        return "".join(self._aliases()) + _DRIVER % "".join(each)

    def _aliases(self) -> Iterator[str]:
        """Define the templates by their own names, where any may include another one by it."""
        if any(map(_NAMES_FILES.search, self._chart.files.values())):
            for name in self._rendered:
                yield f'{{{{- define "{name}" }}}}{{{{ template "{_renamed(name)}" . }}}}'
                yield "{{ end -}}\n"


def _renamed(name: str) -> str:
    """Make a partial of a template, which Helm reads and does not render by itself."""
    if is_partial(name):
        return name
    folder, _, file = name.rpartition("/")
    return f"{folder}/{_PARTIAL}{file}"


def _is_odd(name: str) -> bool:
    """Tell whether a name cannot stand between quotes, or is one of ours."""
    return not name.isprintable() or bool(re.search(r'["\\]|joint_', name))
