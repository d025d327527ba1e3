"""From a chart and values to a release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chartproof import engine, kube_version, schema_faults, template_faults
from chartproof.chart import Chart
from chartproof.errors import ChartproofError, InputError
from chartproof.excerpt import Sources
from chartproof.manifest import Manifest
from chartproof.options import RenderOptions
from chartproof.release import Release

# helm.sh/helm/v4 pkg/release/v1/util/kind_sorter.go
INSTALL_ORDER = (
    *("PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange"),
    *("PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList"),
    *("ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim"),
    *("CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding"),
    *("ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList"),
    *("Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment"),
    *("HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress"),
    *("APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
)
# The same, manifest_sorter.go: Helm leaves a hook for any other event out.
HOOK_EVENTS = frozenset(
    f"{when}-{what}"
    for when in ("pre", "post")
    for what in ("install", "upgrade", "rollback", "delete")
) | {"test", "test-success"}

_RANK = {kind: rank for rank, kind in enumerate(INSTALL_ORDER)}
_SEPARATOR = re.compile(r"^---[ \t]*", re.MULTILINE)
_NOTES = "/templates/NOTES.txt"


class ValuesError(InputError):
    """Values that the chart refuses: by its schema, or by `fail` or `required` in a template."""


class TemplateError(ChartproofError):
    """A template that fails."""


def render(
    chart: Chart,
    values: Mapping[str, Any] | None = None,
    options: RenderOptions | None = None,
    *,
    is_accepted: bool = False,
    written: Mapping[str, str] | None = None,
) -> Release:
    """Render `chart` with `values` over its defaults, as `helm template` of Helm 4 does.

    `is_accepted` tells that the chart's `joint_check` has found its schema to accept the values,
    which is not asked again, and `written` what its `joint_render` has them give. Raises
    ValuesError, TemplateError, and InputError for options that cannot be. Documents are parsed when
    they are looked into, so that broken YAML is a ManifestError then, or here where it hides the
    kind or the hook that Helm sorts by.
    """
    values = values or {}
    options = options or RenderOptions()
    accepting = chart.without_schema if is_accepted else chart
    output = render_files(accepting, values, options, written)
    prefixes = name_prefixes(chart, values, options)

    def manifests(files: Mapping[str, str]) -> Iterator[Manifest]:
        for source, file in sorted(files.items()):
            yield from documents(source, file, chart, options.namespace, prefixes)

    ordered = sorted(filter(is_kept, manifests(output.templates)), key=rank)
    crds = tuple(manifests(output.crds))
    return Release(chart, tuple(ordered), crds, output.notes, values, options, output.files)


def render_some(
    chart: Chart, sources: Sources, values: Mapping[str, Any], options: RenderOptions
) -> Release:
    """Render some templates and what they include; no other one, no CRD, whatever the schema says.

    The short names of its objects are the whole ones. Raises EngineError.
    """
    files = chart.excerpts.render(sources, values, options)
    parts = (
        part
        for source in sorted(sources)
        for part in documents(source, files.get(source, ""), chart, options.namespace, ())
    )
    return Release(chart, tuple(sorted(filter(is_kept, parts), key=rank)), (), "", values, options)


@dataclass(frozen=True)
class Output:
    """What Helm writes, as text: templates and CRDs by the path Helm names, and the notes.

    `files` are all that templates wrote, the notes of subcharts too.
    """

    templates: Mapping[str, str]
    crds: Mapping[str, str]
    notes: str
    files: Mapping[str, str] = field(default_factory=dict)


def render_files(
    chart: Chart,
    values: Mapping[str, Any],
    options: RenderOptions,
    written: Mapping[str, str] | None = None,
) -> Output:
    """Render `chart` to text alone. Raises what `render` raises for values and templates.

    `written` is what its templates are known to write, by the chart's `joint_render`.
    """
    _check_installable(chart, options)
    try:
        if written is None:
            rendered = engine.render(chart.archive, values, options)
        else:
            rendered = engine.Rendered(written, engine.crds(chart.archive))
    except engine.ValuesRefusedError as error:
        raise ValuesError(schema_faults.explain(str(error), chart)) from error
    except engine.TemplateFailedError as error:
        is_refusal = template_faults.is_refusal(str(error))
        fault = ValuesError if is_refusal else TemplateError
        raise fault(template_faults.explain(str(error), chart)) from error
    notes = rendered.files.get(f"{chart.name}{_NOTES}", "")
    templates = {
        source: file for source, file in rendered.files.items() if not source.endswith(_NOTES)
    }
    return Output(templates, rendered.crds, notes, rendered.files)


def _check_installable(chart: Chart, options: RenderOptions) -> None:
    """Refuse what Helm's command line refuses before it renders, and the SDK does not."""
    engine.check_release_name(options.release)
    if chart.metadata.get("type") == "library":
        raise InputError(f"{chart.path}: a library chart, it renders only inside another chart")
    if chart.missing_dependencies:
        missing = ", ".join(chart.missing_dependencies)
        raise InputError(
            f"{chart.path / 'charts'}: lacks {missing}, which Chart.yaml depends on: "
            f"run `helm dependency build {chart.path}`"
        )
    constraint = chart.metadata.get("kubeVersion") or kube_version.ANY
    version, is_allowed = kube_version.judge(constraint, options.kube_version)
    if not is_allowed:
        raise InputError(
            f"{chart.path / 'Chart.yaml'}: kubeVersion {constraint!r} does not allow "
            f"Kubernetes {version}: choose another with --kube-version"
        )


def name_prefixes(
    chart: Chart, values: Mapping[str, Any], options: RenderOptions
) -> tuple[str, ...]:
    """List what the names of objects begin with, in the order it is taken off."""

    def override(key: str) -> Any:
        return values.get(key) or chart.values.get(key)

    parts = (override("fullnameOverride"), options.release, override("nameOverride"), chart.name)
    return tuple(str(part) for part in parts if part)


def documents(
    source: str, file: str, chart: Chart, namespace: str, prefixes: Sequence[str]
) -> Iterator[Manifest]:
    """Split the output of the template `source` where Helm splits it."""
    for text in _SEPARATOR.split(file.lstrip()):
        if text.strip():
            yield Manifest(source, text.lstrip(), chart, namespace, prefixes)


def is_kept(document: Manifest) -> bool:
    """Tell whether Helm installs or runs it: a hook for no event that Helm knows is left out."""
    return not document.is_hook or HOOK_EVENTS.issuperset(document.hook_events)


def rank(document: Manifest) -> tuple[bool, int, str]:
    """Sort hooks after the rest and kinds in Helm's order, those it does not know last by name."""
    rank = _RANK.get(document.kind, len(_RANK))
    return document.is_hook, rank, "" if document.kind in _RANK else document.kind
