"""Installs a release through Helm and shows it come up, or says why it did not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any, TypeVar

import kr8s
from kr8s.objects import Namespace

from chartproof.chart import Chart
from chartproof.cluster.engine import Member
from chartproof.cluster.helm import Helm, HelmError, Revision, Target
from chartproof.cluster.progress import Progress, Stage
from chartproof.cluster.watch import FAULTS, Watch, is_hook, member, name
from chartproof.errors import ChartproofError

INSTALL_S = 600
UNINSTALL_S = 180
TEST_S = 180
LOOK_S = 1.0
SHOWN_WARNINGS = 8
# States that no patience mends, after so many seconds; a crash loop gets this many restarts. Where
# the machine was switched off, pods ask for their images before those are loaded again, and a
# kubelet needs 10 to 15 seconds to look anew.
HOPELESS_AFTER_S = {"ErrImageNeverPull": 45, "InvalidImageName": 0}
CRASHES = 3
FORBIDDEN = "violates PodSecurity"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Installed:
    """A release that is up."""

    revision: int
    notes: str


def install(
    target: Target, chart: Chart, values: Mapping[str, Any], progress: Progress
) -> Installed:
    """Install or upgrade a release and wait until all of it is ready.

    A missing namespace is made, with PodSecurity "restricted" enforced. A release that an earlier
    run left half done is brought in order first. Raises ChartproofError with the warnings and the
    last log lines of the pods that are not ready.
    """
    watch = Watch(target)
    ensure_namespace(watch.api, target.namespace)
    with Helm(target) as helm:
        deployed = recover(helm, progress)
        act = helm.upgrade if deployed else helm.install
        started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with progress.stage("upgrade the release" if deployed else "install the release") as stage:
            try:
                summary = _shown(
                    lambda: act(chart.archive, values, INSTALL_S), helm, watch, started, stage
                )
            except HelmError as error:
                seen = [line for line in diagnose(watch, started) if line not in str(error)]
                raise ChartproofError("\n".join([str(error), *seen])) from error
    return Installed(summary["revision"], summary["notes"])


def test(target: Target, progress: Progress) -> str:
    """Run the chart's tests; return their logs. Raises ChartproofError with them if one fails."""
    watch = Watch(target)
    with Helm(target) as helm, progress.stage("run the chart's tests"):
        try:
            return helm.test(TEST_S)
        except HelmError as error:
            raise ChartproofError("\n".join([str(error), *_test_lines(watch)])) from error


def uninstall(target: Target, progress: Progress) -> bool:
    """Remove a release; return whether there was one. Volumes stay, as Helm leaves them."""
    with Helm(target) as helm:
        if not helm.history():
            return False
        with progress.stage("uninstall the release"):
            helm.uninstall(UNINSTALL_S)
    return True


def ensure_namespace(api: kr8s.Api, namespace: str) -> None:
    """Make a namespace that is missing, one that takes only pods of PodSecurity "restricted"."""
    made = Namespace({"metadata": {"name": namespace, "labels": RESTRICTED}}, api=api)
    if not made.exists():
        made.create()


def recover(helm: Helm, progress: Progress) -> bool:
    """Bring a release in order that an earlier run left half done; tell whether one is deployed."""
    history = helm.history()
    if not history:
        return False
    good = last_good(history)
    if good is None:
        progress.note(f"{helm.target.release}: the last install never ended well, removing it")
        helm.uninstall(UNINSTALL_S)
        return False
    if history[-1].pending:
        progress.note(
            f"{helm.target.release}: revision {history[-1].number} was left "
            f"{history[-1].status}, going back to revision {good.number}"
        )
        helm.rollback(good.number)
    return True


def last_good(history: Sequence[Revision]) -> Revision | None:
    """Return the last revision that was deployed once, of a history with the oldest first."""
    if history[-1].status == "uninstalling":
        return None
    good = [revision for revision in history if revision.status in ("deployed", "superseded")]
    return good[-1] if good else None


def diagnose(watch: Watch, since: str) -> list[str]:
    """Say what Kubernetes warned of since a time, and what the pods that are not ready logged."""
    pods = [pod for pod in watch.pods() if not is_hook(pod)]
    well = [f"Pod/{name(pod)}:" for pod in pods if member(pod).ready]
    warnings = [found for found in watch.warnings(since) if not found.startswith(tuple(well))]
    lines = warnings[-SHOWN_WARNINGS:]
    for pod in pods:
        found = member(pod)
        if not found.ready:
            lines.append(f"{found.name}: {found.state}, restarted {found.restarts} times")
            lines += [f"  {line}" for line in watch.last_lines(pod)]
    return lines


def standing(members: Sequence[Member]) -> str:
    """Say in one line how many pods of each component are ready, and what the others are at."""
    total = Counter(found.component for found in members)
    ready = Counter(found.component for found in members if found.ready)
    waiting = {found.component: found.state for found in members if not found.ready}
    return ", ".join(
        f"{component} {ready[component]}/{count}"
        + (f" ({waiting[component]})" if component in waiting else "")
        for component, count in total.items()
    )


def hopeless(members: Sequence[Member], warnings: Sequence[str], seconds: float) -> str | None:
    """Say why the release will not come up however long one waits; None while there is hope.

    `seconds` is how long it has been waited for.
    """
    for found in members:
        crashes = found.state == "CrashLoopBackOff" and found.restarts >= CRASHES
        if crashes or seconds >= HOPELESS_AFTER_S.get(found.state, math.inf):
            return f"{found.name} does not start: {found.state}"
    return next((warning for warning in warnings if FORBIDDEN in warning), None)


def _test_lines(watch: Watch) -> list[str]:
    pods = [pod for pod in watch.pods() if is_hook(pod)]
    return [f"  {name(pod)}: {line}" for pod in pods for line in watch.last_lines(pod)]


def _shown(act: Callable[[], Answer], helm: Helm, watch: Watch, since: str, stage: Stage) -> Answer:
    """Run `act` in a thread while showing the pods; cancel it at Ctrl-C or when it is hopeless.

    Helm's call blocks outside of Python, where no signal reaches it, hence the thread.
    """
    with ThreadPoolExecutor(1) as pool:
        action = pool.submit(act)
        begun = monotonic()
        reason = None
        try:
            while not wait([action], LOOK_S).done:
                with suppress(*FAULTS):
                    members = watch.members()
                    stage.detail(standing(members))
                    waited = monotonic() - begun
                    if not reason and (reason := hopeless(members, watch.warnings(since), waited)):
                        helm.cancel()
        except BaseException:
            helm.cancel()
            raise
    if reason and action.exception():
        raise HelmError(f"given up: {reason}")
    return action.result()
