"""values.yaml and its schema say the same, and the schema lets no typo through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartproof.chart import Chart
from chartproof.release import Release
from chartproof.render import ValuesError
from chartproof.values import load_values

ROOT = Path(__file__).parents[2]
# What a parent chart's condition reads; the chart itself has no such value.
FROM_PARENTS = {"enabled"}


def keys_of_schema(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the path and the schema of every key, $ref followed."""

    def walk(node: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for key, child in node.get("properties", {}).items():
            if "$ref" in child:
                child = schema["definitions"][child["$ref"].rpartition("/")[2]]
            yield prefix + key, child
            if child.get("additionalProperties") is False:
                yield from walk(child, f"{prefix}{key}.")

    yield from walk(schema, "")


def comments_of_values(text: str) -> dict[str, str]:
    """Give the `# --` comment of every key of values.yaml by the key's path, "" for none."""
    lines = text.splitlines()

    def comment_above(line: int) -> str:
        block: list[str] = []
        while lines[line - 1].lstrip().startswith("#"):
            line -= 1
            block.insert(0, lines[line].strip().removeprefix("#").strip())
        start = next((i for i, part in enumerate(block) if part.startswith("-- ")), len(block))
        return " ".join(block[start:]).removeprefix("-- ")

    def walk(node: yaml.Node | None, prefix: str) -> Iterator[tuple[str, str]]:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield prefix + key.value, comment_above(key.start_mark.line)
                yield from walk(value, f"{prefix}{key.value}.")

    return dict(walk(yaml.compose(text), ""))


@pytest.fixture
def schema(chart: Chart) -> dict[str, dict[str, Any]]:
    assert chart.schema is not None
    return dict(keys_of_schema(chart.schema))


@pytest.fixture
def comments(chart: Chart) -> dict[str, str]:
    return comments_of_values((chart.path / "values.yaml").read_text())


def is_free(path: str, schema: dict[str, dict[str, Any]]) -> bool:
    """Tell whether a key is the user's own, inside a map such as resources."""
    parent = path.rpartition(".")[0]
    return bool(parent) and schema.get(parent, {}).get("additionalProperties") is not False


def test_every_value_is_in_the_schema(
    schema: dict[str, dict[str, Any]], comments: dict[str, str]
) -> None:
    assert [key for key in comments if key not in schema and not is_free(key, schema)] == []


def test_every_key_of_the_schema_is_a_value(
    schema: dict[str, dict[str, Any]], comments: dict[str, str]
) -> None:
    assert schema.keys() - comments.keys() == FROM_PARENTS


def test_every_value_is_described_and_the_schema_says_the_same(
    schema: dict[str, dict[str, Any]], comments: dict[str, str]
) -> None:
    leaves = {
        key: comments[key]
        for key, node in schema.items()
        if key in comments and node.get("additionalProperties") is not False
    }
    assert [key for key, comment in leaves.items() if not comment] == []
    assert {key: schema[key].get("description") for key in leaves} == leaves


def test_a_typo_anywhere_fails_with_its_path(
    schema: dict[str, dict[str, Any]], render: Callable[..., Release]
) -> None:
    strict = [key for key, node in schema.items() if node.get("additionalProperties") is False]
    for path in ("", *(f"{key}." for key in strict)):
        with pytest.raises(ValuesError) as fault:
            render(load_values(sets=[f"{path}tpyo=1"]))
        assert f"{path}tpyo" in str(fault.value)


@pytest.mark.parametrize(
    "expression",
    [
        "broker.replicas=0",
        "broker.replicas=three",
        "broker.memoryWatermark=1.5Gi",
        "broker.memoryWatermark=0%",
        "broker.podDisruptionBudget.maxUnavailable=0",
        "consumer.podDisruptionBudget.maxUnavailable=0",
        "consumer.podDisruptionBudget.maxUnavailable=0%",
        "global.imageRegistry=registry.example.com/",
        "monitoring.prometheusRule.selectors.broker=job=rabbitmq",
        "producer.maxBody=0k",
        "queues.orders.maxLengthBytes=0Gi",
        "broker.persistence.size=8GB",
        "broker.image.pullPolicy=always",
        "broker.image.digest=0123",
        "broker.service.type=ExternalName",
        "broker.env=null",
        "consumer.handler=no_module",
        "consumer.prefetch=0",
        "consumer.prefetch=65536",
        "fullnameOverride=Orders",
        "producer.rate=-1",
        "producer.terminationGracePeriodSeconds=5",
        "producer.podLabels.answer=42",
        "queue.deliveryLimit=0",
    ],
)
def test_a_wrong_value_fails_with_its_path(
    render_with: Callable[..., Release], expression: str
) -> None:
    with pytest.raises(ValuesError) as fault:
        render_with(expression)
    assert expression.partition("=")[0] in str(fault.value)


@pytest.mark.parametrize("quantity", ["1.5Gi", "500M", "1e9", "1500m", ".5Gi", "1073741824"])
def test_a_quantity_is_any_that_kubernetes_knows(
    render: Callable[..., Release], quantity: str
) -> None:
    limits = {"resources": {"limits": {"memory": quantity}}}
    release = render({"consumer": limits})
    pod = release.get("Deployment", "consumer").body["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"]["limits"]["memory"] == quantity


@pytest.mark.parametrize("expression", ["global.theirs=1", "enabled=true"])
def test_what_a_parent_chart_passes_is_let_through(
    render_with: Callable[..., Release], expression: str
) -> None:
    assert render_with(expression).manifests


def test_the_schema_at_the_root_is_the_charts() -> None:
    assert (ROOT / "values.schema.json").readlink() == Path("chart/values.schema.json")
