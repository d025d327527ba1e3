"""Writing the page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Set
from functools import cache
from importlib.resources import files

from chartproof.publish.index import Index, newest_first
from chartproof.publish.page.chart import chart
from chartproof.publish.page.markup import element, escape

FILE = "index.html"
GENERATOR = '<meta name="generator" content="chartproof">'


def is_ours(page: bytes) -> bool:
    """Tell whether a page was written here, and so may be written again."""
    return GENERATOR.encode() in page


def build(index: Index, url: str | None, signed: Set[str]) -> str:
    """Write the page of a repository, the same for the same index.

    `url` is the repository's address, if it is known; `signed` are the archives, as index.yaml
    names them, that have a provenance file.
    """
    style, script = _part("page.css"), _part("page.js")
    charts = [
        chart(name, newest_first(versions), url, signed)
        for name, versions in sorted(index.entries.items())
        if versions
    ]
    count = sum(len(versions) for versions in index.entries.values())
    # Nothing may be loaded, whatever stands in a Chart.yaml: only the style and script below run.
    policy = (
        f"default-src 'none'; img-src data:; style-src {_allowed(style)};"
        f" script-src {_allowed(script)}; base-uri 'none'; form-action 'none'"
    )
    head = "\n".join(
        [
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            GENERATOR,
            "<title>Helm charts</title>",
            f"<style>{style}</style>",
        ]
    )
    what = f"{_number(len(charts), 'chart')} in {_number(count, 'version')}, in "
    listed = element("a", "index.yaml", href="index.yaml")
    body = "\n".join(
        [
            f"<header><h1>Helm charts</h1><p>{what}{listed}.</p></header>",
            '<div class="search" hidden><label for="search">Search</label>'
            '<input id="search" type="search" placeholder="name, description, keyword"'
            ' autocomplete="off"><output class="small" for="search" aria-live="polite"></output>'
            "</div>",
            "<main>",
            *charts,
            "</main>",
            f"<script>{script}</script>",
        ]
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n'
        "</body>\n</html>\n"
    )


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


@cache
def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _allowed(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
