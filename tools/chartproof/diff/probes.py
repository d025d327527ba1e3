"""Values that one schema accepts and another refuses, found by trying."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from chartproof.values import merge

_SAMPLES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        1.5,
        65536,
        "",
        "a",
        "A",
        "0",
        "1",
        "a-b",
        "a_b",
        "a.b",
        "a b",
    ),
    *("10Gi", "100m", "1.2.3", "https://example.org/a", "true", [], ["a"], [1], {}, {"a": "b"}),
)


class Prober:
    """Tries values on parts of two schemas, references into which are followed."""

    def __init__(self, wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> None:
        self._wide, self._narrow = _validator(wide), _validator(narrow)

    def refused(self, wide: Any, narrow: Any, defaults: tuple[Any, Any]) -> list[str]:
        """Give values, as JSON, that `wide` accepts and `narrow` refuses; the shortest first.

        `defaults` are what both sides have there: a map that is tried is laid over them, as Helm
        does it with what a user gives.
        """
        accepting, refusing = self._wide.evolve(schema=wide), self._narrow.evolve(schema=narrow)
        before, after = defaults
        tried = [*_SAMPLES, *_named(wide), *_named(narrow), *([] if before is None else [before])]
        found = {
            json.dumps(value)
            for value in tried
            if _accepts(accepting, _over(before, value))
            and not _accepts(refusing, _over(after, value))
        }
        return sorted(found, key=lambda text: (len(text), text))


def _over(below: Any, value: Any) -> Any:
    both_maps = isinstance(below, Mapping) and isinstance(value, Mapping)
    return merge(below, value) if both_maps else value


def _validator(schema: Mapping[str, Any]) -> Validator:
    kind = validator_for(schema, default=Draft202012Validator)
    return kind(schema)


def _accepts(validator: Any, value: Any) -> bool:
    try:
        validator.validate(value)
    except ValidationError:
        return False
    except Exception:  # a reference that leads nowhere decides nothing
        return True
    return True


def _named(node: Any) -> Iterator[Any]:
    """Give the values that a schema speaks of, and those on both sides of its bounds."""
    if isinstance(node, list):
        for item in node:
            yield from _named(item)
    if not isinstance(node, Mapping):
        return
    for keyword, value in node.items():
        if keyword in ("enum", "examples") and isinstance(value, list):
            yield from value
        elif keyword in ("const", "default"):
            yield value
        elif keyword in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            yield from (value - 1, value, value + 1)
        elif keyword in ("minLength", "maxLength") and isinstance(value, int) and value < 1000:
            yield from ("a" * max(0, length) for length in (value - 1, value, value + 1))
        elif keyword not in ("properties", "patternProperties"):
            yield from _named(value)
