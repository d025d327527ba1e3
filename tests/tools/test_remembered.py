"""What lint remembers is what it found, and anything that may change that makes it lint again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest

from chartproof import digest, engine, remembered
from chartproof.memory import Memory
from tests.support.command_line import Run, runner

FORMATS = ("text", "json", "sarif", "junit", "github")
CHART_YAML = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: {app: web}
  ports: [{port: {{ .Values.port }}}]
"""
FILES = {
    "Chart.yaml": CHART_YAML,
    "values.yaml": "port: 80\nunused: 1\n",
    "templates/service.yaml": SERVICE,
    "templates/_helpers.tpl": '{{ define "x" }}x{{ end }}',
    "ci/other-values.yaml": "port: 81\n",
    "files/motd.txt": "Welcome.",
    "charts/part/Chart.yaml": CHART_YAML.replace("shop", "part"),
    "charts/part/templates/none.yaml": "# nothing\n",
    "chartproof.yaml": "waivers: [{rule: helm-lint, reason: an icon is no use here}]\n",
    "../more.yaml": "port: 82\n",
    "../object.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: x}}",
}


def write(name: str, text: str) -> None:
    """Write a file of the chart, which is in the current directory."""
    path = Path("chart", name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note each chart that is linted and not remembered."""
    seen: list[Path] = []
    judged = remembered.Lint._judged

    def noted(self: remembered.Lint, chart: object) -> remembered.Report:
        seen.append(self.path)
        return judged(self, chart)  # type: ignore[arg-type]

    monkeypatch.setattr(remembered.Lint, "_judged", noted)
    return seen


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Make a chart in a folder of its own, with a memory, and return how it is linted."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        write(name, text)
    monkeypatch.setattr(remembered, "memory", lambda: Memory(tmp_path / "memory"))
    return runner(monkeypatch, capsys, "lint", "chart")


def test_what_is_remembered_is_told_to_the_letter_in_every_format(
    run: Run, linted: list[Path]
) -> None:
    first = [run("--output", written) for written in FORMATS]
    assert len(linted) == 1
    again = [run("--output", written, "--no-cache") for written in FORMATS]
    assert len(linted) == 1 + len(FORMATS)
    assert first == again
    assert "chart/templates/service.yaml:6: error" in first[0].out
    assert {"waived": "an icon is no use here"}.items() <= json.loads(first[1].out)[-1].items()


def test_errors_and_warnings_end_a_remembered_lint_as_they_did(
    run: Run, linted: list[Path]
) -> None:
    assert [run().code, run().code] == [run("--no-cache").code] * 2
    write("templates/service.yaml", "# nothing\n")
    assert [run().code, run().code] == [0, 0]
    assert [run("--strict").code, run("--strict").code] == [1, 1]
    assert len(linted) == 3


def test_helm_is_not_started_for_what_is_remembered(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()

    def refuse() -> None:
        raise AssertionError("started")

    monkeypatch.setattr("chartproof.engine._loaded_sdk", refuse)
    assert run() == first


@pytest.mark.parametrize(
    "change",
    [
        lambda: write("templates/service.yaml", SERVICE.replace("web", "shop")),
        lambda: write("templates/_helpers.tpl", '{{ define "y" }}y{{ end }}'),
        lambda: write("templates/new.yaml", ""),
        lambda: Path("chart/templates/_helpers.tpl").unlink(),
        lambda: Path("chart/templates/_helpers.tpl").rename("chart/templates/_other.tpl"),
        lambda: Path("chart/templates/empty").mkdir(),
        lambda: write("values.yaml", "port: 80\nunused: 2\n"),
        lambda: write("values.schema.json", "{}"),
        lambda: write("Chart.yaml", CHART_YAML + "icon: https://example.com/icon.png\n"),
        lambda: write("ci/other-values.yaml", "port: 83\n"),
        lambda: write("ci/new-values.yaml", "port: 83\n"),
        lambda: write("files/motd.txt", "Welcome back."),
        lambda: write(".helmignore", "ci/\n"),
        lambda: write("charts/part/templates/none.yaml", "# something else\n"),
        lambda: write("chartproof.yaml", "waivers: [{rule: helm-lint, reason: another}]\n"),
        lambda: write("chartproof.yaml", "cases: {more: {values: ../more.yaml}}\n"),
    ],
    ids=[
        *("template", "helper", "file added", "file removed", "file renamed", "empty folder"),
        *("values", "schema", "Chart.yaml", "case", "case added", "plain file"),
        *(".helmignore", "subchart", "waiver", "case of chartproof.yaml"),
    ],
)
def test_a_change_of_the_chart_is_linted(
    change: Callable[[], None], run: Run, linted: list[Path]
) -> None:
    run()
    run()
    assert len(linted) == 1
    change()
    changed = run()
    assert len(linted) == 2
    assert run() == changed == run("--no-cache")
    assert len(linted) == 3


def test_a_link_that_leads_nowhere_is_seen(run: Run) -> None:
    first = run()
    Path("chart/templates/link.yaml").symlink_to("nowhere")
    assert run() == run("--no-cache") != first


@pytest.mark.parametrize(
    "words",
    [
        *(["--deep"], ["--set", "port=90"], ["-f", "more.yaml"], ["--case", "other"]),
        *(["--kube-version", "1.30"], ["--api-versions", "x/v1"], ["--release", "demo"]),
        ["--namespace", "prod"],
    ],
    ids=" ".join,
)
def test_other_options_are_another_lint(words: list[str], run: Run, linted: list[Path]) -> None:
    run()
    first = run(*words)
    assert len(linted) == 2
    assert run(*words) == first
    assert len(linted) == 2
    assert run(*words, "--no-cache") == first


def test_what_stands_in_files_beside_the_chart_counts(run: Run, linted: list[Path]) -> None:
    write("chartproof.yaml", "cases: {more: {values: ../more.yaml, objects: ../object.yaml}}\n")
    for words in ([], ["-f", "more.yaml"], ["--case", "more"]):
        linted.clear()
        write("../more.yaml", "port: 82\n")
        write("../object.yaml", FILES["../object.yaml"])
        run(*words)
        write("../more.yaml", "port: 99\n")
        run(*words)
        assert len(linted) == 2
        write("../object.yaml", FILES["../object.yaml"].replace("name: x", "name: y"))
        run(*words)
        assert len(linted) == 2 + (words != ["-f", "more.yaml"])


@pytest.mark.parametrize("library", remembered._LIBRARIES)
def test_another_version_of_a_library_is_another_lint(
    library: str, run: Run, linted: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    digest.of_program.cache_clear()
    monkeypatch.setattr(digest, "version", lambda name: version(name) + (name == library) * ".1")
    run()
    digest.of_program.cache_clear()
    assert len(linted) == 2


def test_another_chartproof_is_another_lint(
    run: Run, linted: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    digest.of_program.cache_clear()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "rule.py").write_text("# another rule\n")
    monkeypatch.setattr("chartproof.__file__", str(tmp_path / "code" / "__init__.py"))
    run()
    digest.of_program.cache_clear()
    assert len(linted) == 2


def test_the_same_chart_elsewhere_is_told_with_its_own_paths(run: Run, linted: list[Path]) -> None:
    run()
    shutil.copytree("chart", "copy/chart")
    os.chdir("copy")
    assert run().out == run("--no-cache").out
    assert len(linted) == 3


def test_a_damaged_entry_is_linted_again(run: Run, linted: list[Path]) -> None:
    first = run()
    (entry,) = Path("memory").iterdir()
    entry.write_bytes(entry.read_bytes().replace(b"error", b"note!"))
    entry.write_bytes(entry.read_bytes()[:-9])
    assert run() == first
    assert len(linted) == 2


@pytest.mark.parametrize("template", ["{{ randAlphaNum 8 }}", "{{ now }}", "{{ uuidv4 }}"])
def test_what_a_chart_makes_up_is_the_same_in_every_lint_and_so_it_is_remembered(
    template: str, run: Run, linted: list[Path]
) -> None:
    write("templates/text.yaml", f"{{{{ if .Values.on }}}}{template}{{{{ end }}}}")
    write("values.yaml", "{port: 80, on: false}")
    assert run() == run()
    assert len(linted) == 1


@pytest.mark.parametrize(
    "template",
    ["{{ randInt 1 9 }}", "{{ shuffle `ab` }}", "{{ keys .Values }}", "{{ tpl .Values.text . }}"],
)
def test_a_chart_that_may_write_something_else_each_time_is_never_remembered(
    template: str, run: Run, linted: list[Path]
) -> None:
    write("templates/text.yaml", f"{{{{ if .Values.on }}}}{template}{{{{ end }}}}")
    write("values.yaml", "{port: 80, on: false, text: '{{ uuidv4 }}'}")
    run()
    run()
    assert len(linted) == 2


def test_a_case_whose_values_are_such_a_template_is_not_remembered(
    run: Run, linted: list[Path]
) -> None:
    write("templates/text.yaml", "# {{ tpl .Values.text . | quote }}")
    write("values.yaml", "{port: 80, text: plain}")
    run()
    run()
    assert len(linted) == 1
    run("--set", "text={{ now }}")
    run("--set", "text={{ now }}")
    assert len(linted) == 3


def test_an_address_in_memory_is_not_remembered(run: Run, linted: list[Path]) -> None:
    write("chartproof.yaml", "waivers: [{rule: helm-lint, reason: at 0xc000123450}]\n")
    run()
    run()
    assert len(linted) == 2


def test_what_cannot_be_linted_is_not_remembered(run: Run) -> None:
    write("chartproof.yaml", "waivers: [{rule: no-such-rule, reason: none}]\n")
    assert [run().code, run().code] == [2, 2]
    assert not Path("memory").exists()


def test_a_chart_that_is_changed_while_it_is_linted_is_not_remembered(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = remembered.Lint._judged

    def edited(self: remembered.Lint, chart: object) -> remembered.Report:
        write("values.yaml", "port: 80\n")
        return judged(self, chart)  # type: ignore[arg-type]

    monkeypatch.setattr(remembered.Lint, "_judged", edited)
    run()
    assert not Path("memory").exists()


def test_values_out_of_a_pipe_are_linted_each_time(run: Run, linted: list[Path]) -> None:
    Path("more.yaml").write_text("port: {no: number}\n")
    expected = run("-f", "more.yaml")
    os.mkfifo("pipe")
    for _ in range(2):
        with ThreadPoolExecutor() as pool:
            pool.submit(Path("pipe").write_text, "port: {no: number}\n")
            assert run("-f", "pipe") == expected
    assert len(linted) == 3


def test_names_that_are_no_text_are_no_trouble(run: Run, linted: list[Path]) -> None:
    Path(os.fsdecode(b"chart/files/\xff")).write_text("")
    assert run() == run("--no-cache")
    Path(os.fsdecode(b"chart/files/\xff")).rename(os.fsdecode(b"chart/files/\xfe"))
    run()
    assert len(linted) == 3


def test_an_archive_is_remembered_too(run: Run, linted: list[Path]) -> None:
    engine.package(Path("chart"), Path("dist"), None, None)
    shutil.rmtree("chart")
    Path("dist/shop-1.0.0.tgz").rename("chart")
    assert run() == run()
    assert len(linted) == 1


def test_an_archive_of_other_content_is_another_chart(tmp_path: Path) -> None:
    archive = tmp_path / "shop.tgz"
    archive.write_bytes(b"one")
    before = digest.of_chart(archive)
    archive.write_bytes(b"other")
    assert digest.of_chart(archive) != before
