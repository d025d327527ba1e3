"""What the ini file says: which charts are under test and where their snapshots are."""

from __future__ import annotations

from pathlib import Path

import pytest

CHARTS, SNAPSHOTS = "chartproof_charts", "chartproof_snapshots"
CHARTS_NAME = "{chart}"
CASES = "ci"


def add_options(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    parser.addini(CHARTS, "folders of the charts under test", type="paths", default=[])
    parser.addini(
        SNAPSHOTS,
        f"folder of a chart's snapshots; {CHARTS_NAME} stands for the name of the chart's folder",
        default=f"tests/{CHARTS_NAME}/snapshots",
    )


def charts(config: pytest.Config) -> list[Path]:
    """Give the folders of the charts under test."""
    folders: list[Path] = config.getini(CHARTS)
    return folders


def snapshots(config: pytest.Config, chart: Path) -> Path:
    """Give the folder that holds the snapshots of a chart, in a folder for each case.

    Raises UsageError when another chart has the same folder.
    """
    pattern: str = config.getini(SNAPSHOTS)
    folders = {it: pattern.replace(CHARTS_NAME, it.name) for it in charts(config)}
    sharing = [str(it) for it, folder in folders.items() if folder == folders[chart]]
    if len(sharing) > 1:
        raise pytest.UsageError(
            f"{SNAPSHOTS}: the charts {' and '.join(sharing)} would share {folders[chart]}"
        )
    return config.rootpath / folders[chart]


def cases_folder(chart: Path) -> Path:
    """Give the folder of a chart's cases. Raises UsageError where there is nothing to test."""
    folder = chart / CASES
    if not (chart / "Chart.yaml").is_file():
        raise pytest.UsageError(f"{CHARTS}: no chart in {chart}, it has no Chart.yaml")
    if not folder.is_dir():
        raise pytest.UsageError(
            f"{CHARTS}: {chart} has no case to test; {folder}/default-values.yaml may be its first,"
            " an empty file renders the defaults"
        )
    return folder
