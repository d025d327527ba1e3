"""docs/images/review.svg: one change of a chart as git shows it to a reviewer, `make docs`."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from tests.pages.guide import follow

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "review.svg"
GUIDE = ROOT / "docs" / "migrating" / "from-helm-unittest.md"
SAMPLE = Path(__file__).parent / "samples" / "unittest"

CHANGED = Path("chart/templates/web.yaml")
WAS, IS = "default .Chart.AppVersion", 'default (printf "v%s" .Chart.AppVersion)'
WIDTH = 116
_STYLES = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}
_LEFT_OUT = ("diff --git", "index ")


def main() -> None:
    """Draw the picture."""
    PICTURE.write_text(picture(*differences()), "utf-8")


def differences() -> tuple[str, str]:
    """Change one line of the guide's sample: return git's difference of the chart, and of all."""
    with TemporaryDirectory() as folder:
        project = Path(folder) / "shop"
        subprocess.run(["cp", "-r", SAMPLE, project], check=True)
        for _ in follow(GUIDE.read_text("utf-8"), project, ""):
            pass
        _git(project, "init", "--quiet")
        _git(project, "add", "chart", "tests")
        template = project / CHANGED
        text = template.read_text("utf-8")
        if WAS not in text:
            raise ValueError(f"{template} has no {WAS!r}")
        template.write_text(text.replace(WAS, IS), "utf-8")
        chartproof = [sys.executable, "-c", "from chartproof.cli import main; main()"]
        updated = [*chartproof, "test", "chart", "--update"]
        subprocess.run(updated, cwd=project, check=True, stdout=subprocess.DEVNULL)
        shown = ["--unified=0", "--", "tests/chart/snapshots/default"]
        summary = _git(project, "diff", "--stat=60", "--", "tests")
        return (
            _git(project, "diff", "--unified=0", "--", "chart"),
            summary + "\n" + _git(project, "diff", *shown),
        )


def picture(of_the_chart: str, of_the_snapshots: str) -> str:
    """Draw both differences as a terminal shows them, without a font from elsewhere."""
    console = Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    for heading, difference in (
        ("what the change is", of_the_chart),
        ("what the reviewer also sees: what it does", of_the_snapshots),
    ):
        console.print(Rule(heading, align="left", style="cyan"))
        for line in difference.splitlines():
            if not line.startswith(_LEFT_OUT):
                console.print(Text(line, _style(line)), soft_wrap=True)
    template = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title="git diff", code_format=template, unique_id="review")


def _style(line: str) -> str:
    return next((style for mark, style in _STYLES.items() if line.startswith(mark)), "")


def _git(folder: Path, *words: str) -> str:
    typed = ["git", "-c", "core.abbrev=7", "-c", "safe.directory=*", *words]
    return subprocess.run(
        typed, cwd=folder, check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout


if __name__ == "__main__":
    main()
