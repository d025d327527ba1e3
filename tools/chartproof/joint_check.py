"""Which values a chart's schema accepts, asked of Helm for many in one go.

Helm compiles the schema anew in every render, which takes longer than to hold one set of values
against it, and for a long schema a third of the render. So a chart is made whose schema is a list
of the chart's own, and whose values are all of them. What that refuses, or cannot tell, is left to
the render of the case: it has the words for it. Nothing is accepted that a render would refuse.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chartproof import engine
from chartproof.archive import is_schema, packed
from chartproof.options import RenderOptions
from chartproof.values import merge
from chartproof.walk import holds_null

if TYPE_CHECKING:
    from chartproof.chart import Chart

_DRAFTS = frozenset(
    f"{place}/schema"
    for place in (
        *("json-schema.org/draft-06", "json-schema.org/draft-07"),
        *("json-schema.org/draft/2019-09", "json-schema.org/draft/2020-12"),
    )
)
"""The dialects in which a schema within another one is at home where its $id says."""
_LIST = "many"


class JointCheck:
    """The schema of a chart, for the values of many cases at once."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart

    def accepted(self, many: Sequence[Mapping[str, Any]]) -> list[bool]:
        """Tell of each of many values whether the schema is sure to accept them."""
        if not any(map(is_schema, self._chart.contents)):
            return [True] * len(many)
        plain = [not holds_null(values) for values in many]
        # One alone is asked about as quickly in its render.
        if sum(plain) < 2 or self._archive is None:
            return [False] * len(many)
        own = self._chart.own_values
        merged = [merge(own, values) for values, is_one in zip(many, plain, strict=True) if is_one]
        try:
            engine.render_templates(self._archive, {_LIST: merged}, RenderOptions())
        except engine.EngineError:
            return [False] * len(many)
        return plain

    @cached_property
    def _archive(self) -> bytes | None:
        """The chart to ask; None where it might say something else than the chart's own schema."""
        chart, schema = self._chart, self._chart.schema
        # Helm holds the values of subcharts against schemas of their own, and null deletes.
        if not isinstance(schema, dict) or chart.dependencies or holds_null(chart.own_values):
            return None
        dialect = schema.get("$schema")
        if "$id" in schema or not (dialect is None or _plainly(dialect) in _DRAFTS):
            return None
        joint = {
            **({"$schema": dialect} if dialect else {}),
            "properties": {_LIST: {"items": {**schema, "$id": "one.schema.json"}}},
        }
        return packed(
            [
                ("joint/Chart.yaml", b"{apiVersion: v2, name: joint, version: 0.0.0}"),
                ("joint/values.schema.json", json.dumps(joint).encode()),
                ("joint/templates/nothing.yaml", b""),
            ]
        )


def _plainly(dialect: Any) -> str:
    return str(dialect).partition("://")[2].rstrip("#")
