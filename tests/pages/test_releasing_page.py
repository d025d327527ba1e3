"""docs/releasing.md names the gates there are, and its settings are read as it says."""

from __future__ import annotations

import re
from pathlib import Path

from chartproof.releasing.gates import GATES
from chartproof.releasing.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs/releasing.md").read_text("utf-8")


def test_the_table_has_every_gate_in_the_order_they_are_tried() -> None:
    rows = re.findall(r"^\| (\w+) \| (.*) \|$", PAGE, re.M)
    assert [name for name, _ in rows] == ["gate", "version", *GATES, "yours"]


def test_the_example_is_read_and_says_what_the_defaults_are(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)
    (tmp_path / "chartproof.yaml").write_text(example)
    settings = Settings.read(tmp_path)
    assert settings.tag == Settings.tag
    assert tmp_path / settings.changelog == Settings().changelog_of(tmp_path, tmp_path / "..")
    assert settings.coverage == 90
    assert settings.checks == ("python -m pytest",)
    assert settings.publish == ("git:gh-pages", "oci://registry.example.com/charts")
