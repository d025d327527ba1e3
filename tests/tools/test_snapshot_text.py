"""Every object of a release has a file of its own, with a name that says what is in it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from textwrap import dedent

import pytest

from chartproof.chart import Chart
from chartproof.snapshot.chart_writer import ChartWriter
from chartproof.snapshot.text import Text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: shop, version: 1.0.0}")
    return tmp_path


def snapshots(folder: Path, *manifests: str) -> dict[str, Text]:
    """Render a chart with one template a manifest."""
    for number, manifest in enumerate(manifests):
        (folder / "templates" / f"{number}.yaml").write_text(manifest)
    return ChartWriter(Chart.load(folder)).texts()


def manifest(kind: str, name: str, namespace: str = "", api: str = "v1") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}{place}}}\n"


def test_a_file_is_named_by_what_the_object_is_within_its_release(folder: Path) -> None:
    files = snapshots(
        folder,
        manifest("Service", "{{ .Release.Name }}-{{ .Chart.Name }}-broker-nodes"),
        manifest("StatefulSet", "{{ .Release.Name }}-broker", api="apps/v1"),
        manifest("ConfigMap", "settings"),
    )
    assert sorted(files) == [
        "broker-nodes-service.yaml",
        "broker-statefulset.yaml",
        "settings-configmap.yaml",
    ]


def test_names_do_not_depend_on_the_order_of_the_templates(folder: Path) -> None:
    manifests = [
        manifest("Service", "web"),
        manifest("Service", "{{ .Release.Name }}-web"),
        manifest("Service", "web", namespace="other"),
    ]
    in_any_order = [snapshots(folder, *order) for order in permutations(manifests)]
    texts_by_name = [{name: it.text for name, it in files.items()} for files in in_any_order]
    assert all(files == texts_by_name[0] for files in texts_by_name)
    assert len(texts_by_name[0]) == 3


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        (
            manifest("Service", "web"),
            manifest("Service", "web", namespace="kube-system"),
            ["default_web-service.yaml", "kube-system_web-service.yaml"],
        ),
        (
            manifest("Service", "web"),
            manifest("Service", "web", api="serving.knative.dev/v1"),
            ["core_web-service.yaml", "serving.knative.dev_web-service.yaml"],
        ),
        (
            manifest("Service", "web"),
            manifest("Service", "{{ .Release.Name }}-web"),
            ["release-name-web-service.yaml", "web-service.yaml"],
        ),
    ],
    ids=["namespace", "API group", "release prefix"],
)
def test_objects_that_would_share_a_name_are_told_apart(
    folder: Path, one: str, other: str, names: list[str]
) -> None:
    assert sorted(snapshots(folder, one, other)) == names


def test_an_object_rendered_twice_stands_twice_in_its_file(folder: Path) -> None:
    job = manifest("Job", "migrate", api="batch/v1")
    files = snapshots(folder, job, job + "spec: {parallelism: 2}\n")
    assert list(files) == ["migrate-job.yaml"]
    first, second = files["migrate-job.yaml"].text.split("---\n")
    assert "parallelism" not in first
    assert "parallelism: 2" in second
    assert files["migrate-job.yaml"].origin == "templates/0.yaml, templates/1.yaml"


def test_a_name_that_no_file_system_would_take_is_made_safe(folder: Path) -> None:
    role = manifest("ClusterRole", "'shop:Admin'", api="rbac.authorization.k8s.io/v1")
    assert list(snapshots(folder, role)) == ["shop-admin-clusterrole.yaml"]


def test_an_object_that_the_cluster_is_to_name_goes_by_its_kind(folder: Path) -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n"
    assert list(snapshots(folder, job)) == ["job.yaml"]


def test_notes_and_definitions_have_snapshots_and_comments_have_none(folder: Path) -> None:
    (folder / "templates" / "NOTES.txt").write_text(
        "\nThank you for\r\nusing {{ .Chart.Name }}\n\n"
    )
    (folder / "crds").mkdir()
    definition = manifest(
        "CustomResourceDefinition", "carts.shop.io", api="apiextensions.k8s.io/v1"
    )
    (folder / "crds" / "cart.yaml").write_text(definition)
    files = snapshots(folder, "# {{ .Release.Name }} needs nothing more\n")
    assert sorted(files) == ["carts.shop.io-customresourcedefinition.yaml", "notes.txt"]
    assert files["notes.txt"].text == "Thank you for\nusing shop\n"


def test_a_refactored_template_changes_no_snapshot(folder: Path) -> None:
    before = snapshots(folder, manifest("ConfigMap", "a") + 'data: {b: "1", a: "x"}\n')
    after = snapshots(
        folder,
        dedent(
            """
            # Sorted, quoted and commented in another way.
            kind: ConfigMap
            apiVersion: v1
            data:
              a: x
              b: '1'
            metadata:
              name: a
            """
        ),
    )
    assert after == before
