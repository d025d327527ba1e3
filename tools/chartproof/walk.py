"""Steps through objects that may be shaped in any way: what is not there is None or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chartproof.yamlio import Path


def dig(body: Any, *path: str | int) -> Any:
    """Return what stands at `path`, or None."""
    for step in path:
        # Most are plain maps, and to ask for any other kind of mapping takes several times as long.
        if isinstance(step, str) and (type(body) is dict or isinstance(body, Mapping)):
            body = body.get(step)
        elif isinstance(step, int) and isinstance(body, list) and step < len(body):
            body = body[step]
        else:
            return None
    return body


def fields(body: Any, *path: str | int) -> dict[str, Any]:
    """Return the mapping at `path`, or an empty one."""
    found = dig(body, *path)
    return found if isinstance(found, dict) else {}


def each(body: Any, *path: str | int) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Give path and mapping of every item in the list at `path`."""
    items = dig(body, *path)
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict):
            yield (*path, index), item


def holds_null(body: Any) -> bool:
    """Tell whether there is a null anywhere inside."""
    return any(value is None for _, value in leaves(body))


def leaves(body: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give path and value of everything inside that has nothing inside itself."""
    steps: Iterable[tuple[str | int, Any]] = ()
    if isinstance(body, Mapping):
        steps = body.items()
    elif isinstance(body, list):
        steps = enumerate(body)
    inside = [leaf for step, inner in steps for leaf in leaves(inner, (*path, step))]
    yield from inside or [(path, body)]
