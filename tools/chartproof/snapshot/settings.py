"""What the ini file says: which charts are under test and where their snapshots are."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from chartproof.project import FILE

if TYPE_CHECKING:
    from chartproof.cases import Case

CHARTS, SNAPSHOTS = "chartproof_charts", "chartproof_snapshots"
CHARTS_NAME = "{chart}"
CASES = "ci"
TEST = "snapshot"


def add_options(parser: pytest.Parser) -> None:
    """Declare the options."""
    parser.getgroup("chartproof").addoption(
        "--chartproof-no-cache",
        dest="chartproof_cache",
        action="store_false",
        help="render every case, be it known from an earlier run or not",
    )
    parser.addini(CHARTS, "folders of the charts under test", type="paths", default=[])
    parser.addini(
        SNAPSHOTS,
        f"folder of a chart's snapshots; {CHARTS_NAME} stands for the name of the chart's folder",
        default=f"tests/{CHARTS_NAME}/snapshots",
    )


def cache(config: pytest.Config) -> Path | None:
    """Give the folder for what later runs may know, within pytest's own; None switches it off."""
    pytests = getattr(config, "cache", None)  # gone with `-p no:cacheprovider`
    if pytests and config.option.chartproof_cache:
        with suppress(OSError):
            return cast("Path", pytests.mkdir("chartproof"))
    return None


def remembers(config: pytest.Config) -> bool:
    """Tell whether an earlier run may have left anything for this one."""
    folder = cache(config)
    return folder is not None and any(folder.iterdir())


def charts(config: pytest.Config) -> list[Path]:
    """Give the folders of the charts under test."""
    folders: list[Path] = config.getini(CHARTS)
    return folders


def snapshots(config: pytest.Config, chart: Path) -> Path:
    """Give the folder that holds the snapshots of a chart, in a folder for each case."""
    pattern: str = config.getini(SNAPSHOTS)
    return config.rootpath / pattern.replace(CHARTS_NAME, chart.name)


def check(config: pytest.Config) -> None:
    """Raise UsageError where two charts would share a folder of snapshots."""
    owners: dict[Path, Path] = {}
    for chart in charts(config):
        folder = snapshots(config, chart)
        owner = owners.setdefault(folder, chart)
        if owner != chart:
            raise pytest.UsageError(f"{SNAPSHOTS}: {owner} and {chart} would share {folder}")


def case_paths(chart: Path) -> list[Path]:
    """Give what brings a chart's cases about: its ci/ and its chartproof.yaml.

    Raises UsageError where there is nothing to test.
    """
    if not (chart / "Chart.yaml").is_file():
        raise pytest.UsageError(f"{CHARTS}: no chart in {chart}, it has no Chart.yaml")
    paths = [path for path in (chart / CASES, chart / FILE) if path.exists()]
    if not paths or (not (chart / FILE).exists() and not any(paths[0].glob("*-values.yaml"))):
        raise pytest.UsageError(
            f"{CHARTS}: {chart} has no case to test; its first may be"
            f" {chart / CASES}/default-values.yaml, where an empty file renders the defaults"
        )
    return paths


def test_name(case: Case) -> str:
    """Name the test of a case: one that is all of its file has no name of its own."""
    is_all = case.home is not None and case.home.name == f"{case.name}-values.yaml"
    return TEST if is_all else case.name
