"""A chart as a git revision has it."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from chartproof import engine
from chartproof.chart import Chart
from chartproof.errors import InputError
from chartproof.git import Git
from chartproof.package import dependencies, package

_LISTED = 5


def beside(reference: str) -> str:
    """Return the path in the repository of the folder that the other chart is read from.

    Raises InputError where that is neither a folder of a repository nor another revision's.
    """
    folder = Path(reference)
    if folder.is_dir():
        top = Git(folder).top
        if top is None:
            raise InputError(f"{folder}: git:REVISION needs a folder that git knows")
        return folder.resolve().relative_to(top.resolve()).as_posix()
    _, colon, below = reference.partition(":")
    if colon and not reference.startswith(("git:", "oci:", "http:", "https:")):
        return below
    raise InputError(
        "git:REVISION stands for the folder of the other chart, and"
        f" {reference} is none; give a path: REVISION:PATH"
    )


def load(revision: str, path: str, into: Path) -> Chart:
    """Write the whole tree of a revision and load the chart at a path of it.

    It is the tree as a checkout has it, with what links lead to; the work tree and its index stay
    untouched. Raises InputError.
    """
    here = Git(Path())
    top = here.top
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
    if top is None or here.said(*asked) is None:
        raise InputError(f"{revision}: no revision of the repository around {Path.cwd()}")
    if path.startswith(("./", "../")) or path == ".":
        prefix = here.git("rev-parse", "--show-prefix").strip()
        path = os.path.normpath(PurePosixPath(prefix, path))
    tree, index = into / "tree", {"GIT_INDEX_FILE": str(into / "index")}
    Git(top).git("read-tree", revision, env=index)
    Git(top).git("checkout-index", "--all", f"--prefix={tree}/", env=index)
    chart = tree / path
    if not (chart / "Chart.yaml").is_file():
        raise InputError(
            f"{revision}:{path}: no chart there, it has no Chart.yaml{_charts_hint(tree)}"
        )
    _add_subcharts(chart, f"{revision}:{path}")
    return Chart.load(chart)


def _charts_hint(tree: Path) -> str:
    """Name the charts of a revision, those nearest to its root."""
    found = sorted(tree.rglob("Chart.yaml"), key=lambda file: (len(file.parts), file))
    names = [file.parent.relative_to(tree).as_posix() for file in found[:_LISTED]]
    return f"; there are {', '.join(names)}" if names else ""


def _add_subcharts(chart: Path, name: str) -> None:
    """Bring the subcharts that git does not hold: those of the revision are packed."""
    missing = Chart.load(chart).missing_dependencies
    if not missing:
        return
    try:
        dependencies.build(chart, chart, package)
    except InputError:
        try:
            engine.build_dependencies(chart)
        except engine.EngineError as error:
            names = ", ".join(missing)
            raise InputError(f"{name}: its subcharts {names} cannot be had: {error}") from error
