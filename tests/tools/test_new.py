"""`chartproof new` begins charts that pass every check, and touches nothing that is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chartproof.cases import Case
from chartproof.chart import Chart
from chartproof.cli import app
from chartproof.documentation import document
from chartproof.errors import InputError
from chartproof.kubernetes.pod_security import obstacles
from chartproof.lint import judge
from chartproof.package import package
from chartproof.render import ValuesError, render
from chartproof.scaffold import Kind, create
from chartproof.wiring.pods import pods
from tests.support.charts import rendering_cases
from tests.support.tools import HELM3, HELM4, KUBECONFORM, GoTool, kubernetes_schemas

each_kind = pytest.mark.parametrize("kind", Kind)


@pytest.fixture
def project(kind: Kind, tmp_path: Path) -> Path:
    """Give a new project of a kind."""
    folder = tmp_path / "my-shop"
    create(folder, kind)
    return folder


def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said."""
    typed = list(map(str, words))
    return subprocess.run(typed, cwd=cwd, capture_output=True, text=True, check=False)


@each_kind
def test_lint_finds_nothing_in_any_case(project: Path) -> None:
    chart = Chart.load(project / "chart")
    found, waived, unused = judge(chart, [Case("defaults"), *chart.cases()])
    assert found == []
    assert unused == []
    assert len(waived) >= 3
    assert len(chart.cases()) == 4


@each_kind
def test_all_its_tests_pass_and_no_snapshot_is_missing_or_unused(project: Path) -> None:
    done = run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", cwd=project)
    assert done.returncode == 0, done.stdout
    template = project / "chart/templates/deployment.yaml"
    template.write_text(template.read_text().replace("emptyDir: {}", "emptyDir: {medium: Memory}"))
    assert run(sys.executable, "-m", "pytest", cwd=project).returncode == 1


@each_kind
def test_its_tables_and_descriptions_are_as_its_values_say(project: Path) -> None:
    made = document(project / "chart")
    assert made.edits == []
    assert made.warnings == []


@each_kind
@pytest.mark.needs("helm3", "helm4")
@pytest.mark.parametrize("helm", [HELM3, HELM4], ids=["helm3", "helm4"])
def test_both_helms_lint_and_template_every_case(project: Path, helm: GoTool) -> None:
    program = helm.path()
    for case in rendering_cases(project / "chart"):
        files = [word for file in case.files for word in ("--values", file)]
        linted = run(program, "lint", "--strict", project / "chart", *files)
        assert linted.returncode == 0, linted.stdout
        version = ("--kube-version", "1.37.0")
        shown = run(program, "template", "my-shop", project / "chart", *files, *version)
        assert "kind: Deployment" in shown.stdout, shown.stderr


@each_kind
@pytest.mark.needs("kubeconform")
@pytest.mark.parametrize("version", ["1.29.0", "1.37.0"])
def test_kubeconform_accepts_every_object_of_every_case(project: Path, version: str) -> None:
    chart = Chart.load(project / "chart")
    folder = "{{ .NormalizedKubernetesVersion }}-local{{ .StrictSuffix }}"
    schema = kubernetes_schemas() / folder / "{{ .ResourceKind }}{{ .KindSuffix }}.json"
    rendered = [render(chart, case.values) for case in rendering_cases(chart.path)]
    done = subprocess.run(
        [
            *(KUBECONFORM.path(), "-strict", "-summary", "-output=json"),
            *("-kubernetes-version", version, "-schema-location", str(schema)),
        ],
        input="\n---\n".join(map(str, rendered)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout)["summary"]
    assert summary["valid"] == sum(len(release.manifests) for release in rendered) > 5
    assert summary["skipped"] == 0


@each_kind
def test_its_pods_reach_the_highest_security_level_in_every_case(project: Path) -> None:
    chart = Chart.load(project / "chart")
    for case in rendering_cases(chart.path):
        found = pods(render(chart, case.values))
        assert found
        assert [obstacle for pod in found for obstacle in obstacles(pod)] == []


@each_kind
def test_every_key_is_guarded_by_the_schema(project: Path) -> None:
    chart = Chart.load(project / "chart")

    def maps(schema: dict[str, object], path: tuple[str, ...]) -> list[tuple[str, ...]]:
        assert chart.schema is not None
        if "$ref" in schema:
            schema = chart.schema["definitions"][str(schema["$ref"]).rpartition("/")[2]]
        properties = schema.get("properties", {})
        assert isinstance(properties, dict)
        inner = [one for key, it in properties.items() for one in maps(it, (*path, key))]
        return ([path] if properties else []) + inner

    assert chart.schema is not None
    guarded = maps(chart.schema, ())
    assert len(guarded) > 3
    for path in guarded:
        values: dict[str, object] = {"tpyo": 1}
        for key in reversed(path):
            values = {key: values}
        with pytest.raises(ValuesError, match="tpyo"):
            render(chart, values)


@each_kind
def test_its_package_holds_what_an_install_needs_and_no_more(project: Path, tmp_path: Path) -> None:
    packed = package(project / "chart", tmp_path / "packed")
    with tarfile.open(packed.path) as archive:
        files = {Path(name).relative_to("my-shop") for name in archive.getnames()}
    top = {path.parts[0] for path in files}
    assert top == {
        *(
            ".helmignore",
            "Chart.yaml",
            "README.md",
            "templates",
            "values.schema.json",
            "values.yaml",
        )
    }


@each_kind
def test_no_placeholder_is_left(project: Path) -> None:
    texts = {file: file.read_text() for file in project.rglob("*") if file.is_file()}
    for placeholder in ("chart-name", "app-version", "chartproof-version"):
        assert [file for file, text in texts.items() if placeholder in text] == []


def test_the_longest_name_fits_everywhere(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 53)
    create(folder, Kind.WORKERS)
    chart = Chart.load(folder / "chart")
    assert judge(chart, chart.cases())[0] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("My_Shop", "did you mean my-shop?"),
        ("myShop", "did you mean my-shop?"),
        ("1shop", "did you mean shop?"),
        ("shop-", "did you mean shop?"),
        ("ü", "with a letter first and no '-' last"),
        ("a" * 54, "has 54 characters, a chart's name may have 53; did you mean aaa"),
    ],
)
def test_a_name_that_no_chart_may_have_is_refused_with_the_nearest(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(InputError) as refused:
        create(tmp_path / name)
    assert said in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("shop", "file", "link"):
        with pytest.raises(InputError, match="there is something already"):
            create(tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "link", "shop"]


def test_a_chart_that_cannot_be_made_whole_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise InputError("no")

    monkeypatch.setattr(sys.modules[create.__module__], "document", fail)
    with pytest.raises(InputError, match="no"):
        create(tmp_path / "shop")
    assert not list(tmp_path.iterdir())


def test_the_command_lists_the_files_it_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "charts" / "jobs"
    done = CliRunner().invoke(app, ["new", str(folder), "--from-workloads"])
    assert done.exit_code == 0
    written = [line for line in done.stdout.splitlines() if line.startswith(str(folder))]
    files = sorted(str(file) for file in folder.rglob("*") if file.is_file())
    assert written == files
    assert f"cd {folder}" in done.stdout
    shutil.rmtree(folder)
