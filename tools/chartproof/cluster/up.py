"""From a chart to messages flowing: choose an engine, build, load, install, test, prove."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chartproof.chart import Chart
from chartproof.cluster.choose import at_work, candidates, choose
from chartproof.cluster.context import ContextEngine
from chartproof.cluster.engine import ClusterEngine, Engine, Image, ReleaseEngine
from chartproof.cluster.helm import Target
from chartproof.cluster.images import build_worker_image
from chartproof.cluster.install import install, test
from chartproof.cluster.ledger import Result
from chartproof.cluster.preflight import patience, survey, table
from chartproof.cluster.progress import Progress
from chartproof.cluster.proof import Proof
from chartproof.commands.options import DEFAULT_NAMESPACE, DEFAULT_RELEASE
from chartproof.options import RenderOptions
from chartproof.release import Release
from chartproof.render import render
from chartproof.values import load_values, merge
from chartproof.wiring.pods import pods

FLOW_S = 10
SETTLE_S = 60


@dataclass(frozen=True)
class Request:
    """What to bring up, and where."""

    chart: Path
    files: Sequence[Path] = ()
    sets: Sequence[str] = ()
    release: str = DEFAULT_RELEASE
    namespace: str = DEFAULT_NAMESPACE
    context: str | None = None
    engine: str | None = None
    nodes: int = 1


@dataclass(frozen=True)
class Outcome:
    """What came up: how to reach it, what the chart says about it, and the proof.

    `kubeconfig` is that of an own cluster; `proof` is None for a chart without audited workers;
    `caveat` says what a run without Kubernetes cannot prove.
    """

    notes: str = ""
    proof: Result | None = None
    kubeconfig: Path | None = None
    caveat: str = ""


def up(request: Request, progress: Progress) -> Outcome:
    """Bring the chart up and prove that it works; a second time is quick.

    Input that cannot be worked with is refused before anything is built or started. Raises
    InputError for it and where no engine is usable, ChartproofError for all that fails later.
    """
    chart = Chart.load(request.chart)
    values = load_values(request.files, request.sets)
    audited = merge(values, {"audit": True}) if "audit" in chart.values else values
    rendered = _render(chart, audited, request)
    engine = select(request, progress)
    if isinstance(engine, ReleaseEngine):
        return _up_processes(engine, rendered, progress)
    assert isinstance(engine, ClusterEngine)  # noqa: S101 - the two kinds of engines there are
    return _up_cluster(engine, chart, audited, rendered, request, progress)


def select(request: Request, progress: Progress) -> Engine:
    """Return the engine to use: the one at work already, else the first usable one.

    Shows the preflight table unless the choice is settled. Raises InputError with it when no
    engine is usable.
    """
    engines = candidates(request.context, request.engine, request.nodes)
    if running := at_work(engines):
        return running
    surveyed = survey(engines)
    chosen = choose(surveyed)
    progress.console.print(table(surveyed))
    if advice := patience(chosen, surveyed):
        progress.note(advice)
    return chosen.engine


def worker_values(image: Image) -> dict[str, Any]:
    """Return the chart's values that make it run an image which only the nodes have."""
    registry, _, repository = image.repository.partition("/")
    named = {"registry": registry, "repository": repository, "tag": image.tag, "digest": ""}
    return {"worker": {"image": {**named, "pullPolicy": "Never"}}}


def image_references(release: Release) -> list[str]:
    """Return the images that the pods of a release ask for, each once, hooks among them."""
    images = (body["image"] for pod in pods(release) for _, body in pod.containers())
    return list(dict.fromkeys(images))


def _render(chart: Chart, values: Mapping[str, Any], request: Request) -> Release:
    options = RenderOptions(release=request.release, namespace=request.namespace)
    return render(chart, values, options)


def _up_processes(engine: ReleaseEngine, release: Release, progress: Progress) -> Outcome:
    engine.run(release, progress)
    with Proof.watching_processes(engine) as proof:
        result = prove(proof, progress)
    return Outcome(proof=result, caveat=engine.not_proven)


def _up_cluster(
    engine: ClusterEngine,
    chart: Chart,
    values: Mapping[str, Any],
    rendered: Release,
    request: Request,
    progress: Progress,
) -> Outcome:
    builds = "worker" in chart.values and not isinstance(engine, ContextEngine)
    with ThreadPoolExecutor() as pool:
        apps = chart.path.resolve().parent / "apps"
        worker = pool.submit(build_worker_image, apps, progress) if builds else None
        others = pool.submit(engine.images, image_references(rendered), progress)
        cluster = engine.start(progress)
    images = list(others.result())
    if worker:
        images.append(worker.result())
        values = merge(values, worker_values(worker.result()))
    with progress.stage("load images"):
        cluster.load(images)
    target = Target(cluster, request.namespace, request.release)
    with _watching(target) if values.get("audit") else nullcontext() as proof:
        installed = install(target, chart, values, progress)
        test(target, progress)
        result = prove(proof, progress) if proof else None
    own_kubeconfig = None if isinstance(engine, ContextEngine) else cluster.kubeconfig
    return Outcome(installed.notes, result, own_kubeconfig)


def _watching(target: Target) -> AbstractContextManager[Proof]:
    """Keep books from before the install on: an upgrade is to lose no message either."""
    return Proof.watching(target.cluster, target.namespace, target.release)


def prove(proof: Proof, progress: Progress) -> Result:
    """Watch messages flow for a while, then balance the books."""
    with progress.stage("prove that no message is lost") as stage:
        end = time.monotonic() + FLOW_S
        while time.monotonic() < end:
            time.sleep(1)
            stage.detail(f"{proof.confirmed():,} messages confirmed")
        return proof.settle(SETTLE_S)
