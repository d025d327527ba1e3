"""`lookup` finds the objects that are given, as it would in a cluster that has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chartproof.chart import Chart
from chartproof.options import RenderOptions
from chartproof.render import TemplateError, render
from tests.support.charts import chart


def secret(name: str, namespace: str | None = None, **data: str) -> dict[str, Any]:
    """Write a Secret."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


def options(*objects: dict[str, Any], **others: Any) -> RenderOptions:
    """Give objects to a render."""
    return RenderOptions(objects=tuple(map(json.dumps, objects)), **others)


def shown(tmp_path: Path, expression: str, given: RenderOptions) -> Any:
    """Render one expression of a template, as JSON."""
    files = {
        "Chart.yaml": "{apiVersion: v2, name: asking, version: 1.0.0}",
        "templates/seen.yaml": f"seen: {{{{ {expression} | toJson }}}}",
    }
    for name, text in files.items():
        file = tmp_path / "asking" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (document,) = render(Chart.load(tmp_path / "asking"), {}, given).documents
    return document.body["seen"]


def test_a_template_that_keeps_what_is_there_keeps_it() -> None:
    kept = render(chart("lookup"), {}, options(secret("kept", password="b2xk")))
    assert kept.get("Secret", "kept").body["stringData"] == {"password": "b2xk"}


def test_what_is_not_there_is_empty_as_without_a_cluster() -> None:
    other = render(chart("lookup"), {}, options(secret("other", password="b2xk")))
    assert other.get("Secret", "kept").body["stringData"] == {"password": "new"}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('(lookup "v1" "Secret" "default" "a").data', {"k": "1"}),
        ('(lookup "v1" "Secret" "far" "a").data', {"k": "2"}),
        ('(lookup "v1" "Secret" "nowhere" "a")', {}),
        ('(lookup "v1" "Secret" "default" "b")', {}),
        ('len (lookup "v1" "Secret" "default" "").items', 1),
        ('len (lookup "v1" "Secret" "" "").items', 2),
        ('(lookup "v1" "ConfigMap" "default" "a")', {}),
        ('(lookup "apps/v1" "Deployment" "default" "a")', {}),
        ('(lookup "example.com/v1" "Queue" "default" "a").spec', {"size": 3}),
        ('(lookup "v1" "Namespace" "" "far").kind', "Namespace"),
        ('(lookup "v1" "Namespace" "far" "far").kind', "Namespace"),
    ],
)  # fmt: skip
def test_objects_are_found_by_kind_namespace_and_name(
    tmp_path: Path, expression: str, found: object
) -> None:
    queue = {
        "apiVersion": "example.com/v1",
        "kind": "Queue",
        "metadata": {"name": "a"},
        "spec": {"size": 3},
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "far"}}
    given = options(secret("a", k="1"), secret("a", "far", k="2"), queue, namespace)
    assert shown(tmp_path, expression, given) == found


def test_an_object_without_a_namespace_stands_in_that_of_the_release(tmp_path: Path) -> None:
    given = options(secret("a", k="1"), namespace="prod")
    expression = '(lookup "v1" "Secret" .Release.Namespace "a").data'
    assert shown(tmp_path, expression, given) == {"k": "1"}


def test_the_other_options_hold_with_objects_too(tmp_path: Path) -> None:
    given = options(secret("a"), kube_version="1.30", is_upgrade=True, release="shop")
    expression = "list .Capabilities.KubeVersion.Minor .Release.IsUpgrade .Release.Name"
    assert shown(tmp_path, expression, given) == ["30", True, "shop"]


def test_an_api_that_the_cluster_does_not_have_fails_as_it_would_there(tmp_path: Path) -> None:
    expression = 'lookup (printf "%s" "example.com/v1") "Queue" "default" "a"'
    with pytest.raises(TemplateError, match=r"example\.com/v1, Kind=Queue"):
        shown(tmp_path, expression, options(secret("a")))
