"""`chartproof diff`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Report(StrEnum):
    """What diff can write."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


Old = Annotated[str, typer.Argument(help="The chart that runs.", show_default=False)]
New = Annotated[str, typer.Argument(help="The chart to upgrade to.", show_default=False)]
CaseNames = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="CASE", help="Compare in this case alone; may be repeated."),
]
Files = Annotated[
    list[Path] | None,
    typer.Option("--values", "-f", metavar="FILE", help="A values file; may be repeated."),
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value; may be repeated.")
]
Repo = Annotated[
    str | None,
    typer.Option("--repo", metavar="URL", help="The repository of a chart given as NAME@VERSION."),
]
Version = Annotated[
    str | None,
    typer.Option("--version", metavar="VERSION", help="The version of OLD, where it names none."),
]
PlainHttp = Annotated[bool, typer.Option("--plain-http", help="Ask a registry by HTTP.")]
Username = Annotated[str | None, typer.Option("--username", help="Of the repository.")]
Password = Annotated[str | None, typer.Option("--password", help="Of the repository.")]
Output = Annotated[Report, typer.Option("--output", "-o", help="The report's format.")]
Strict = Annotated[
    bool, typer.Option("--strict", help="Fail where NEW's version is too low for what changes.")
]


def diff(
    old: Old,
    new: New,
    cases: CaseNames = None,
    files: Files = None,
    sets: Sets = None,
    repo: Repo = None,
    version: Version = None,
    plain_http: PlainHttp = False,
    username: Username = None,
    password: Password = None,
    output: Output = Report.TEXT,
    strict: Strict = False,
) -> None:
    """Tell what an upgrade does to a running release, and how large a step of versions it is.

    OLD and NEW are a folder, an archive, REVISION:PATH, git:REVISION, oci://..., a URL, or
    NAME@VERSION with --repo.
    """
    from chartproof.diff import Wanted, judge
    from chartproof.diff.reference import Source, both
    from chartproof.diff.report_json import json_of
    from chartproof.diff.report_markdown import markdown_of
    from chartproof.diff.report_text import print_verdict

    source = Source(repo, version, plain_http, username, password)
    with both(old, new, source) as (before, after):
        verdict = judge(before, after, Wanted(cases or (), files or (), sets or ()))
        if output is Report.TEXT:
            print_verdict(verdict)
        else:
            write = json_of if output is Report.JSON else markdown_of
            typer.echo(write(verdict), nl=output is Report.JSON)
    if strict and not verdict.is_told_by_version:
        raise typer.Exit(1)
