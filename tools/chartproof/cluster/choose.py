"""Which engine runs a release: the named one, else the one at work, else the first that can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chartproof.cluster.context import ContextEngine
from chartproof.cluster.engine import Engine, cluster_name
from chartproof.cluster.preflight import Candidate, refuse
from chartproof.errors import InputError, nearest


def _k3d(nodes: int) -> Engine:
    from chartproof.cluster.k3d import K3dEngine

    return K3dEngine(cluster_name(), nodes)


def _kind(nodes: int) -> Engine:
    from chartproof.cluster.kind import KindEngine

    return KindEngine(cluster_name(), nodes)


def _node(nodes: int) -> Engine:
    from chartproof.cluster.node import NodeEngine

    return NodeEngine(nodes=nodes)


def _processes(_nodes: int) -> Engine:
    from chartproof.cluster.processes.engine import ProcessesEngine

    return ProcessesEngine()


# The order of the automatic choice: what is quickest to start first, what proves least last.
ENGINES: Mapping[str, Callable[[int], Engine]] = {
    "k3d": _k3d,
    "kind": _kind,
    "node": _node,
    "processes": _processes,
}


def own_engines(nodes: int = 1) -> list[Engine]:
    """Every engine that makes what it runs, in the order of the automatic choice."""
    return [make(nodes) for make in ENGINES.values()]


def named_engine(name: str, nodes: int = 1) -> Engine:
    """Return the engine called `name`. Raises InputError, with the nearest name there is."""
    if name not in ENGINES:
        near = nearest(name, ENGINES)
        hint = f" (did you mean {near}?)" if near else ""
        raise InputError(f"--engine {name}: no such engine{hint}, one of {', '.join(ENGINES)}")
    return ENGINES[name](nodes)


def at_work(engines: Sequence[Engine]) -> Engine | None:
    """Return the first engine whose cluster or processes are there already."""
    return next((engine for engine in engines if engine.running()), None)


def candidates(context: str | None, engine: str | None, nodes: int = 1) -> list[Engine]:
    """Return the engines that may be used: one where the user named it, else all of our own."""
    if context and engine:
        raise InputError("--context and --engine: name one of them, not both")
    if context:
        return [ContextEngine(context)]
    return [named_engine(engine, nodes)] if engine else own_engines(nodes)


def choose(surveyed: Sequence[Candidate]) -> Candidate:
    """Return the first usable candidate. Raises InputError with all reasons and remedies."""
    for candidate in surveyed:
        if candidate.check.usable:
            return candidate
    raise refuse(surveyed)


def resolve(context: str | None, engine: str | None) -> Engine | None:
    """Return the engine that runs something now, for commands that look but start nothing."""
    return at_work(candidates(context, engine))
