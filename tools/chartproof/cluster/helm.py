"""Helm's work on a cluster, by the SDK in this process.

`chartproof.engine` is the adapter for charts: its calls are short, and it silences file
descriptor 2 for the time they last. Installing waits for minutes while others print, and has to
be cancelled from another thread, so what touches a cluster has this second adapter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chartproof.errors import ChartproofError

if TYPE_CHECKING:
    from chartproof.cluster.engine import Cluster

KEPT_REVISIONS = 5
WAIT = "watcher"


@dataclass(frozen=True)
class Target:
    """Where a release lives."""

    cluster: Cluster
    namespace: str
    release: str


@dataclass(frozen=True)
class Revision:
    """One state of a release in Helm's history."""

    number: int
    status: str

    @property
    def pending(self) -> bool:
        """Whether an action on it never ended."""
        return self.status.startswith("pending-") or self.status == "uninstalling"


class HelmError(ChartproofError):
    """Helm's own words about an action on a cluster."""


class Helm:
    """Helm's actions on one release; close it by leaving its `with` block.

    `cancel` may be called from any thread: an install or upgrade under way then ends as failed,
    which the next one can go on from.
    """

    def __init__(self, target: Target) -> None:
        import helm_python

        self.target = target
        self._context = helm_python.HelmContext()
        self._config = helm_python.Config(
            kubeconfig_path=target.cluster.kubeconfig,
            kube_context=target.cluster.context,
            namespace=target.namespace,
        )

    def __enter__(self) -> Helm:
        return self

    def __exit__(self, *_: object) -> None:
        self._config.close()
        self._context.close()

    def cancel(self) -> None:
        """End the install or upgrade under way."""
        self._context.cancel()

    def history(self) -> list[Revision]:
        """Return the release's revisions, oldest first; none for a release that is not there."""
        import helm_python

        try:
            found = self._config.history(self.target.release)
        except helm_python.HelmNotFoundError:
            return []
        except helm_python.HelmError as error:
            raise HelmError(str(error)) from error
        return [Revision(revision["revision"], revision["status"]) for revision in found]

    def install(self, archive: bytes, values: Mapping[str, Any], timeout_s: int) -> dict[str, Any]:
        """Install a new release and wait until all of it is ready; return its summary."""
        return self._roll_out(self._config.install, archive, values, timeout_s)

    def upgrade(self, archive: bytes, values: Mapping[str, Any], timeout_s: int) -> dict[str, Any]:
        """Upgrade the release and wait until all of it is ready; return its summary."""
        options = {"max_history": KEPT_REVISIONS, "reset_values": True}
        return self._roll_out(self._config.upgrade, archive, values, timeout_s, **options)

    def rollback(self, revision: int) -> None:
        """Return to a revision without waiting for it."""
        with _explained():
            self._config.rollback(self.target.release, version=revision)

    def uninstall(self, timeout_s: int) -> None:
        """Remove the release and wait until its objects are gone; no error when it is not there."""
        with _explained():
            self._config.uninstall(
                self.target.release, ignore_not_found=True, wait=WAIT, timeout=timeout_s
            )

    def test(self, timeout_s: int) -> str:
        """Run the chart's tests; return the log of their pods. Raises HelmError."""
        with _explained():
            logs: str = self._config.test(self.target.release, logs=True, timeout=timeout_s)["logs"]
        return logs

    def _roll_out(
        self,
        act: Callable[..., Any],
        archive: bytes,
        values: Mapping[str, Any],
        timeout_s: int,
        **options: Any,
    ) -> dict[str, Any]:
        import helm_python

        with _explained(), helm_python.Chart.load_archive(archive) as chart:
            summary: dict[str, Any] = act(
                chart,
                self.target.release,
                dict(values),
                context=self._context,
                namespace=self.target.namespace,
                timeout=timeout_s,
                wait=WAIT,
                **options,
            )
        return summary


@contextmanager
def _explained() -> Iterator[None]:
    import helm_python

    try:
        yield
    except helm_python.HelmError as error:
        raise HelmError(str(error)) from error
