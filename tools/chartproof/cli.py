"""The command line: it reads options and prints; the work is done by functions elsewhere.

Commands import what they need when they run, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, wraps
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartproof.commands import COMMANDS
from chartproof.errors import ChartproofError, InputError, nearest
from chartproof.options import RenderOptions

if TYPE_CHECKING:
    from chartproof.cases import Case
    from chartproof.chart import Chart

ChartPath = Annotated[Path, typer.Argument(help="The chart's folder or .tgz.", show_default=False)]
Files = Annotated[
    list[Path] | None,
    typer.Option("--values", "-f", metavar="FILE", help="A values file; may be repeated."),
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A value; may be repeated.")
]
CaseName = Annotated[
    str | None,
    typer.Option("--case", metavar="CASE", help="Start from a case of ci/ or chartproof.yaml."),
]
KubeVersion = Annotated[
    str | None,
    typer.Option("--kube-version", metavar="VERSION", help="The Kubernetes that templates see."),
]
ApiVersions = Annotated[
    list[str] | None,
    typer.Option(
        "--api-versions", "-a", metavar="API", help="An API that it has, or several by comma."
    ),
]
Release = Annotated[
    str | None,
    typer.Option(
        "--release", metavar="NAME", help=f"The release's name, or {RenderOptions.release}."
    ),
]
Namespace = Annotated[
    str | None,
    typer.Option(
        *("--namespace", "-n"),
        metavar="NAME",
        help=f"The release's namespace, or {RenderOptions.namespace}.",
    ),
]

Deep = Annotated[
    bool,
    typer.Option("--deep", help="Try every value in every case, however long that takes."),
]


class OutputFormat(StrEnum):
    """What lint can write."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"


class Drawing(StrEnum):
    """What graph can write."""

    MERMAID = "mermaid"
    SVG = "svg"


def explain(rule: str | None) -> None:
    """Print a rule's documentation and end. Raises InputError for one that there is not."""
    if rule is None:
        return
    from chartproof.explanations import EXPLAINED

    if rule not in EXPLAINED:
        near = nearest(rule, EXPLAINED)
        hint = f"did you mean {near}?" if near else f"there are: {', '.join(EXPLAINED)}"
        raise InputError(f"no rule {rule!r}; {hint}")
    typer.echo(f"{rule}\n\n{EXPLAINED[rule].documentation}")
    raise typer.Exit


Explain = Annotated[
    str | None,
    typer.Option(
        "--explain", metavar="RULE", is_eager=True, callback=explain, help="Explain a rule and end."
    ),
]
Output = Annotated[OutputFormat, typer.Option("--output", "-o", help="The report's format.")]
DrawingOutput = Annotated[Drawing, typer.Option("--output", "-o", help="The picture's format.")]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Lint, whatever is remembered of an earlier run.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")]

app = typer.Typer(
    name="chartproof",
    help="Prove a Helm chart right: render it, lint it, bring it up.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@dataclass(frozen=True)
class Request:
    """A chart, and the one case that the options describe; without values it is the defaults.

    `given` are the options of the render that were on the command line: they go over a case's own.
    """

    path: Path
    case: Case
    has_values: bool
    given: Mapping[str, Any]

    @cached_property
    def chart(self) -> Chart:
        """The chart, read when it is asked for. Raises InputError."""
        from chartproof.chart import Chart

        return Chart.load(self.path)

    def cases(self) -> list[Case]:
        """Give the case, and without values every case of the chart too. Raises InputError."""
        from chartproof.project.file import cases_of

        if self.has_values:
            return [self.case]
        return [self.case, *(with_options(case, self.given) for case in cases_of(self.path))]


def with_options(case: Case, given: Mapping[str, Any]) -> Case:
    """Lay options of a render over those of a case."""
    return replace(case, options=replace(case.options, **given))


def request(
    chart: ChartPath,
    files: Files = None,
    sets: Sets = None,
    case: CaseName = None,
    kube_version: KubeVersion = None,
    api_versions: ApiVersions = None,
    release: Release = None,
    namespace: Namespace = None,
) -> Request:
    """Turn the options that `helm template` has too into a request."""
    from chartproof.cases import Case
    from chartproof.chart import check
    from chartproof.project.file import case_of

    check(chart)
    has_values = bool(case or files or sets)
    base = case_of(chart, case) if case else Case("given values" if has_values else "defaults")
    apis = tuple(api for given in api_versions or () for api in given.split(","))
    options = {
        "release": release,
        "namespace": namespace,
        "kube_version": kube_version,
        "api_versions": apis,
    }
    given = {name: value for name, value in options.items() if value}
    asked = base.with_values(files or (), sets or ())
    return Request(chart, with_options(asked, given), has_values, given)


def requesting(run: Callable[..., None]) -> Callable[..., None]:
    """Make a command of `run` that has the options of `request`, and then its own."""
    asked = signature(request, eval_str=True)
    own = list(signature(run, eval_str=True).parameters.values())[1:]

    @wraps(run)
    def command(**options: Any) -> None:
        extra = {option.name: options.pop(option.name) for option in own}
        run(request(**options), **extra)

    parameters = [*asked.parameters.values(), *own]
    command.__dict__["__signature__"] = asked.replace(parameters=parameters)
    command.__annotations__ = {option.name: option.annotation for option in parameters}
    return command


@app.command()
@requesting
def render(asked: Request) -> None:
    """Print the manifests in install order, as `helm template` does."""
    from chartproof.render import render as render_chart

    release = render_chart(asked.chart, asked.case.values, asked.case.options)
    release.parse()
    typer.echo(str(release), nl=False)


@app.command()
@requesting
def lint(
    asked: Request,
    deep: Deep = False,
    output: Output = OutputFormat.TEXT,
    strict: Strict = False,
    no_cache: NoCache = False,
    explain: Explain = None,  # noqa: ARG001 - its callback has done its work
) -> None:
    """Check a chart with the values given, or else with its defaults and every case of its ci/."""
    from chartproof.findings import Severity
    from chartproof.remembered import Lint, memory
    from chartproof.report import print_report
    from chartproof.report_formats import FORMATS

    cases = asked.cases()
    wanted = Lint(asked.path, cases, is_deep=deep, is_whole=not asked.has_values)
    findings, waived = wanted.report(lambda: asked.chart, None if no_cache else memory())
    if output is OutputFormat.TEXT:
        print_report(findings, [case.name for case in cases], waived)
    else:
        typer.echo(FORMATS[output](findings, waived))
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(finding.severity in failing for finding in findings):
        raise typer.Exit(1)


@app.command()
@requesting
def graph(asked: Request, output: DrawingOutput = Drawing.MERMAID) -> None:
    """Draw how a release's objects are wired, what lint finds in red: Mermaid, or a picture."""
    from chartproof.graph.build import graph_of
    from chartproof.graph.mermaid import mermaid
    from chartproof.graph.svg import svg
    from chartproof.render import render as render_chart

    release = render_chart(asked.chart, asked.case.values, asked.case.options)
    write = svg if output is Drawing.SVG else mermaid
    typer.echo(write(graph_of(release)), nl=False)


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
