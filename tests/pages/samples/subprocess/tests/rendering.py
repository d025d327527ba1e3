"""Renders the chart by the Helm CLI."""

import subprocess
import tempfile
from pathlib import Path

import yaml

CHART = Path(__file__).parents[1] / "chart"


def render_chart(values=None, show_only=(), name="demo", namespace="shop", api_versions=()):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump(values or {}, file)
        file.flush()
        words = ["helm", "template", name, str(CHART), "--namespace", namespace, "-f", file.name]
        for template in show_only:
            words += ["--show-only", template]
        for api in api_versions:
            words += ["--api-versions", api]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
    return [document for document in yaml.safe_load_all(done.stdout) if document]
