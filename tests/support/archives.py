"""Small charts, packed: what a publisher is given."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from chartproof.package import package

_TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {key: {{ .Values.key | quote }}}
"""


def packed(
    folder: Path, name: str = "shop", version: str = "1.0.0", *, key: str = "a", **fields: object
) -> Path:
    """Pack a chart with one ConfigMap into `folder`; `fields` are added to its Chart.yaml."""
    with TemporaryDirectory() as made:
        chart = Path(made, name)
        (chart / "templates").mkdir(parents=True)
        body = {"apiVersion": "v2", "name": name, "version": version, **fields}
        (chart / "Chart.yaml").write_text(yaml.safe_dump(body))
        (chart / "values.yaml").write_text(f"key: {key}\n")
        (chart / "templates/map.yaml").write_text(_TEMPLATE)
        return package(chart, folder).path
