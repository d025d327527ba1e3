"""The command line: it reads options and prints; the work is done by functions elsewhere.

Commands import what they need when they run, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartproof.commands import COMMANDS
from chartproof.errors import ChartproofError
from chartproof.options import RenderOptions

if TYPE_CHECKING:
    from chartproof.cases import Case
    from chartproof.chart import Chart

ChartPath = Annotated[Path, typer.Argument(help="The chart's folder or .tgz.", show_default=False)]
Files = Annotated[
    list[Path] | None, typer.Option("--values", "-f", help="A values file; may be repeated.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="A value, KEY=VALUE; may be repeated.")
]
CaseName = Annotated[
    str | None, typer.Option("--case", help="Start from the chart's ci/<CASE>-values.yaml.")
]
KubeVersion = Annotated[
    str | None, typer.Option("--kube-version", help="The Kubernetes that templates see.")
]
ApiVersions = Annotated[
    list[str] | None,
    typer.Option("--api-versions", "-a", help="An API that it has; may be repeated."),
]
Release = Annotated[str, typer.Option("--release", help="The release's name.")]
Namespace = Annotated[str, typer.Option("--namespace", "-n", help="The release's namespace.")]

app = typer.Typer(
    name="chartproof",
    help="Prove a Helm chart right: render it, lint it, bring it up.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def render(
    chart: ChartPath,
    files: Files = None,
    sets: Sets = None,
    case: CaseName = None,
    kube_version: KubeVersion = None,
    api_versions: ApiVersions = None,
    release: Release = RenderOptions.release,
    namespace: Namespace = RenderOptions.namespace,
) -> None:
    """Print the manifests in install order, as `helm template` does."""
    from chartproof.chart import Chart
    from chartproof.render import render as render_chart

    loaded = Chart.load(chart)
    options = RenderOptions(release, namespace, kube_version, tuple(api_versions or ()))
    given = _given(loaded, case, files, sets, options)
    rendered = render_chart(loaded, given.values, options)
    rendered.parse()
    typer.echo(str(rendered), nl=False)


@app.command()
def lint(
    chart: ChartPath,
    files: Files = None,
    sets: Sets = None,
    case: CaseName = None,
    kube_version: KubeVersion = None,
    api_versions: ApiVersions = None,
    release: Release = RenderOptions.release,
    namespace: Namespace = RenderOptions.namespace,
) -> None:
    """Check a chart with the values given, or else with its defaults and every case of its ci/."""
    from chartproof.chart import Chart
    from chartproof.findings import Severity
    from chartproof.lint import lint as lint_chart
    from chartproof.report import print_report

    loaded = Chart.load(chart)
    options = RenderOptions(release, namespace, kube_version, tuple(api_versions or ()))
    cases = [_given(loaded, case, files, sets, options)]
    if not (case or files or sets):
        cases += [replace(own, options=options) for own in loaded.cases()]
    findings = lint_chart(loaded, cases)
    print_report(findings, [case.name for case in cases])
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise typer.Exit(1)


for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command line; an error is its message on stderr and its exit code."""
    try:
        app()
    except ChartproofError as error:
        typer.echo(error, err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}" if error.filename else error, err=True)
        sys.exit(1)


def _given(
    chart: Chart,
    case: str | None,
    files: list[Path] | None,
    sets: list[str] | None,
    options: RenderOptions,
) -> Case:
    """Return the case that the options describe: the chart's defaults where they name nothing."""
    from chartproof.cases import Case

    base = chart.case(case).files if case else ()
    name = case or ("given values" if files or sets else "defaults")
    return Case(name, (*base, *(files or ())), tuple(sets or ()), options)
