"""Text in index.yaml is read as text by every reader: Python's, Go's, and Helm itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from chartproof import yamlio
from chartproof.publish.archives import Archive
from chartproof.publish.index import Index
from tests.support.helm import Helm
from tests.support.servers import web_server

TEXTS = (
    *(
        "1e3",
        "1.10",
        "010",
        "0x1F",
        "0o17",
        "0b11",
        "1_000",
        "+1",
        ".5",
        "12:30:45",
        ".inf",
        ".NaN",
    ),
    *("y", "n", "Yes", "off", "TRUE", "null", "~", "Null", "2024-01-01", "2024-01-01T00:00:00Z"),
    *("<<", "=", "- a", "a: b", "a #b", "# a", "&a", "*a", "!a", "%a", "@a", "`a", "[a]", "{a}"),
    *("'a'", '"a"', "a\\b", "a\nb\n", "a\n\n  b", "\ta", "a ", "é ✓ 日本", "\U0001f430", "x" * 300),
)


@pytest.mark.parametrize("text", TEXTS)
def test_text_stays_text(text: str) -> None:
    body = {"entries": {"a": [{"description": text, text: 1}]}}
    written = yamlio.dump_sorted(body)
    assert yaml.safe_load(written) == body
    assert yamlio.load(written) == body


def test_what_is_no_text_stays_what_it_is() -> None:
    body: dict[str, object] = {
        "deprecated": True,
        "count": 3,
        "share": 0.5,
        "none": None,
        "empty": [],
        "map": {},
    }
    written = yamlio.dump_sorted(body)
    assert yaml.safe_load(written) == body == yamlio.load(written)


def test_nothing_is_written_as_a_reference_to_what_stands_elsewhere() -> None:
    shared = {"a": ["b"]}
    assert "*" not in yamlio.dump_sorted([shared, shared])


@pytest.mark.needs("helm3", "helm4", "web")
def test_helm_reads_every_text(tmp_path: Path, helm: Helm) -> None:
    def archive(number: int, text: str) -> Archive:
        metadata = {
            "apiVersion": "v2",
            "name": "shop",
            "version": f"1.0.{number}",
            "appVersion": text,
            "description": text,
        }
        return Archive(Path(), b"", None, metadata)

    archives = [archive(number, text) for number, text in enumerate(TEXTS)]
    index = Index.read(None, "").with_archives(archives, None, datetime.now(UTC))
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.yaml").write_text(index.text())
    with web_server(site) as url:
        helm("repo", "add", "charts", url)
        found = json.loads(helm("search", "repo", "shop", "--versions", "--output", "json"))
    read = {it["version"]: (it["app_version"], it["description"]) for it in found}
    # Helm shows every space as the same one.
    shown = ["".join(" " if it.isspace() else it for it in text) for text in TEXTS]
    assert read == {f"1.0.{number}": (text, text) for number, text in enumerate(shown)}
