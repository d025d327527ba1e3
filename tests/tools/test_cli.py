"""The command line says what is wrong in words and an exit code, and is quick to say it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.charts import CHARTS
from tests.support.command_line import Run, runner

NOTES = CHARTS / "notes"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a function that runs `chartproof` with the words it is called with."""
    return runner(monkeypatch, capsys)


def test_render_prints_the_manifests_and_nothing_else(run: Run) -> None:
    ended = run("render", NOTES)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("---\n# Source: notes/templates/one.yaml\napiVersion: v1\n")


def test_render_takes_the_options_of_helm_template(run: Run, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("kept: file\nlist: [file]\n")
    out = run(
        *("render", CHARTS / "values-seen", "-f", values, "--set", "kept=flag", "--set", "new=1"),
        *("--release", "demo"),
    ).out
    assert "name: demo\n" in out
    assert r"\"kept\":\"flag\",\"list\":[\"file\"]" in out
    assert r"\"new\":1" in out


def test_render_passes_on_capabilities_and_namespace(run: Run) -> None:
    out = run(
        *("render", CHARTS / "capabilities", "--kube-version", "1.28", "-n", "elsewhere"),
        *("--api-versions", "other/v1", "--api-versions", "another/v1,example.com/v1"),
    ).out
    for line in ("kubeVersion: v1.28\n", 'hasQueues: "true"', "namespace: elsewhere"):
        assert line in out


def test_a_case_can_be_rendered_with_values_over_it(run: Run) -> None:
    assert r"\"kept\":\"two\"" in run("render", CHARTS / "cases", "--case", "two").out
    over = run("render", CHARTS / "cases", "--case", "two", "--set", "kept=over").out
    assert r"\"kept\":\"over\"" in over


def test_a_case_is_rendered_as_it_says_and_options_go_over_that(run: Run) -> None:
    chart = CHARTS / "cases-with-options"
    as_it_says = run("render", chart, "--case", "plain").out
    for line in ("name: shop", "namespace: prod", "kubeVersion: v1.30", 'hasQueues: "true"'):
        assert line in as_it_says
    over = run("render", chart, "--case", "plain", "--release", "demo").out
    assert "name: demo" in over
    assert "namespace: prod" in over


def test_a_values_file_goes_over_the_values_of_a_case(run: Run, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("kept: file\n")
    for case in ("plain", "upgrade"):
        out = run("render", CHARTS / "cases-with-options", "--case", case, "-f", values).out
        assert "kept: file" in out


def test_a_case_of_chartproof_yaml_needs_no_file(run: Run) -> None:
    out = run("render", CHARTS / "cases-with-options", "--case", "upgrade").out
    assert "kept: inline" in out
    assert 'isUpgrade: "true"' in out


def test_lint_tries_the_defaults_and_every_case(run: Run) -> None:
    ended = run("lint", CHARTS / "cases")
    assert ended.code == 0
    assert ended.out.endswith("0 errors, 0 warnings, 1 note in 3 cases: defaults, one, two\n")


def test_lint_tries_only_the_values_it_is_given(run: Run) -> None:
    assert run("lint", CHARTS / "cases", "--case", "one").out.endswith("in 1 case: one\n")
    assert run("lint", CHARTS / "cases", "--set", "a=1").out.endswith("in 1 case: given values\n")


def test_lint_tries_more_values_when_it_may_take_longer(run: Run, tmp_path: Path) -> None:
    large = shutil.copytree(CHARTS / "rules/null-is-handled/bad", tmp_path / "chart")
    (large / "templates" / "_large.tpl").write_text("{{/* " + "large " * 150_000 + "*/}}")
    assert "left out" in run("lint", large).out
    assert "left out" not in run("lint", large, "--deep").out


def test_lint_fails_on_errors_but_not_on_warnings(run: Run) -> None:
    assert run("lint", CHARTS / "rules/reference-names-a-key/bad").code == 1
    assert run("lint", CHARTS / "failing-templates", "--set", "fault=nil").code == 1
    assert run("lint", CHARTS / "rules/schema-describes-the-values/bad").code == 0


def test_lint_writes_for_other_programs_and_still_fails(run: Run) -> None:
    ended = run("lint", CHARTS / "rules/reference-names-a-key/bad", "--output", "github")
    assert ended.code == 1
    assert ended.out.startswith("::error file=")


def test_strict_lint_fails_on_warnings_but_not_on_notes(run: Run) -> None:
    warned = CHARTS / "rules/value-is-read/bad"
    assert (run("lint", warned).code, run("lint", warned, "--strict").code) == (0, 1)
    assert run("lint", NOTES, "--strict").code == 0


def test_lint_explains_a_rule_without_a_chart(run: Run) -> None:
    ended = run("lint", "--explain", "service-selects-pods")
    assert ended.code == 0
    assert ended.out.startswith("service-selects-pods\n\n")
    assert len(ended.out.splitlines()) > 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["render", NOTES, "--bogus"], 2, "No such option: --bogus"),
        (["render"], 2, "Missing argument"),
        (["rendr", NOTES], 2, "No such command 'rendr'"),
        (["render", "nowhere"], 2, "nowhere: no such chart folder\n"),
        (["render", NOTES, "-f", "nowhere.yaml"], 2, "nowhere.yaml: No such file or directory\n"),
        (["render", NOTES, "--set", "x"], 2, '--set x: key "x" has no value\n'),
        (["render", NOTES, "--case", "x"], 2, "no case 'x': it has none\n"),
        (["render", NOTES, "--release", "X"], 2, "--release X: invalid release name"),
        (["lint", "--explain", "service-select-pod"], 2, "did you mean service-selects-pods?\n"),
        (["lint", NOTES, "--kube-version", "new"], 2, "--kube-version new: not a version\n"),
        (["render", CHARTS / "strict-schema", "--set", "x=1"], 2, "values at x: unknown key"),
        (["render", CHARTS / "failing-templates", "--set", "fault=nil"], 1, ":7:19: nil pointer"),
        (["render", CHARTS / "failing-templates", "--set", "fault=yaml"], 1, "is no valid YAML"),
        (["render", CHARTS / "failing-templates", "--set", "fault=fail"], 2, "this cannot be"),
    ],
)
def test_what_goes_wrong_is_one_message_on_stderr(
    run: Run, words: list[object], code: int, said: str
) -> None:
    ended = run(*words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_a_fault_of_the_machine_is_one_message_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "chart/values.yaml")

    monkeypatch.setattr("chartproof.chart.Chart.load", denied)
    assert run("render", NOTES) == (1, "", "chart/values.yaml: Permission denied\n")


def test_ctrl_c_ends_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chartproof.chart.Chart.load", interrupted)
    ended = run("render", NOTES)
    assert ended.code == 130
    assert "Traceback" not in ended.err


def test_help_loads_neither_the_engine_nor_a_kubernetes_client() -> None:
    script = (
        "import sys; from chartproof import cli;"
        "print(sorted({'helm_python', 'kr8s', 'yaml', 'rich.progress', 'cryptography'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"


def test_help_lists_every_command(run: Run) -> None:
    out = run("--help").out
    for command in ("render", "lint", "graph", "up", "down", "status", "logs"):
        assert f" {command} " in out
