"""What expressions of Prometheus's language are about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import promql_parser

# What Grafana fills in before Prometheus sees an expression.
DURATION = "$__rate_interval"
VARIABLE = re.compile(r"\$\w+")


@dataclass
class Query:
    """The metrics that an expression reads, and the labels that it asks of them."""

    metrics: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)


def filled(expression: str) -> str:
    """Return the expression of a dashboard as Prometheus gets it."""
    return VARIABLE.sub("chosen", expression.replace(DURATION, "5m"))


def query(expression: str) -> Query:
    """Tell what an expression is about. Raises ValueError when it is none."""
    found = Query()

    def visit(part: promql_parser.Expr) -> None:
        if isinstance(part, promql_parser.VectorSelector):
            found.metrics.add(str(part.name))
            found.labels |= {each.name for each in part.matchers.matchers}
        elif isinstance(part, promql_parser.AggregateExpr) and part.modifier:
            found.labels |= set(part.modifier.labels)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def variable_queries(definition: str) -> Iterator[str]:
    """Give the selector that a variable of Grafana reads label values from."""
    if match := re.fullmatch(r"label_values\((.+), (\w+)\)", definition):
        yield f"count by ({match[2]}) ({match[1]})"
