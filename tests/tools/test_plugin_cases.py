"""The cases of chartproof.yaml in pytest: what is collected, said and written."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-login
stringData:
  user: {{ .Values.user }}
  password: {{ .Values.password | default (randAlphaNum 12) }}
{{- if eq .Values.user "nobody" }}{{ fail "user: nobody cannot log in" }}{{ end }}
"""
SNAPSHOTS = Path("tests/chart/snapshots")


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Load what cannot be loaded twice before pytester, which unloads what its runs have loaded."""
    for name in ("chartproof.snapshot.collect", "chartproof.snapshot.explain", "helm_python"):
        import_module(name)


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> Path:
    """Make a project whose chart has one case in ci/, `given`, and a random password otherwise."""
    pytester.makeini(
        """
        [pytest]
        addopts = --strict-config -p no:hypothesispytest -p no:faulthandler
        filterwarnings = error
        testpaths = tests
        chartproof_charts = chart
        """
    )
    Path("tests").mkdir()
    write("chart/Chart.yaml", "{apiVersion: v2, name: shop, version: 1.0.0}")
    write("chart/values.yaml", "{user: admin, password: ''}")
    write("chart/templates/secret.yaml", SECRET)
    write("chart/ci/given-values.yaml", "password: known")
    return pytester.path


def write(name: str, text: str) -> None:
    """Write a file of the project."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def cases(text: str) -> None:
    """Write chartproof.yaml."""
    write("chart/chartproof.yaml", text)


def node_ids(pytester: pytest.Pytester, *args: str) -> list[str]:
    """Return what pytest collects."""
    lines = pytester.runpytest("--collect-only", "-q", *args).outlines
    return [line for line in lines if "::" in line]


MATRIX = """
cases:
  given: {matrix: {upgrade: [false, true]}}
  other: {values: {password: other}}
"""


def test_cases_are_collected_from_the_file_that_brings_them_about(
    pytester: pytest.Pytester,
) -> None:
    cases(MATRIX)
    assert node_ids(pytester) == [
        "chart/ci/given-values.yaml::given-install",
        "chart/ci/given-values.yaml::given-upgrade",
        "chart/chartproof.yaml::other",
    ]
    assert node_ids(pytester, "chart/chartproof.yaml") == ["chart/chartproof.yaml::other"]
    assert node_ids(pytester, "chart/ci/given-values.yaml::given-upgrade") == [
        "chart/ci/given-values.yaml::given-upgrade"
    ]


def test_each_case_has_a_folder_of_snapshots(pytester: pytest.Pytester) -> None:
    cases(MATRIX)
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=3)
    assert sorted(folder.name for folder in SNAPSHOTS.iterdir()) == [
        *("given-install", "given-upgrade", "other")
    ]
    pytester.runpytest().assert_outcomes(passed=3)


def test_a_chart_needs_no_ci_folder(pytester: pytest.Pytester) -> None:
    Path("chart/ci/given-values.yaml").unlink()
    Path("chart/ci").rmdir()
    cases("cases: {one: {values: {password: known}}}")
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=1)
    cases("cases: {two: {values: {password: known}}}")
    result = pytester.runpytest()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["1 no longer rendered in tests/chart/snapshots/one"])


def test_a_mistake_in_the_file_is_one_message(pytester: pytest.Pytester) -> None:
    cases("cases: {given: {upgraed: true}}")
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["*chart/chartproof.yaml:1: cases.given.upgraed: unknown key, did you mean upgrade?"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_random_output_is_no_snapshot_and_its_mask_is_proposed(pytester: pytest.Pytester) -> None:
    cases("cases: {random: {values: {}}}")
    for update in ([], ["--snapshot-update"]):
        result = pytester.runpytest("chart/chartproof.yaml", *update)
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            [
                "random output: two renders of this case differ. *",
                "case, or leave it out of the snapshots in chart/chartproof.yaml:",
                "masks:",
                "- object: Secret/login",
                "  paths: [[]/stringData/password[]]",
            ],
            consecutive=True,
        )
    assert not SNAPSHOTS.exists()


def test_a_mask_leaves_a_value_out_of_the_snapshot(pytester: pytest.Pytester) -> None:
    mask = "masks: [{object: Secret/login, paths: [/stringData/password]}]\n"
    cases(f"{mask}cases: {{random: {{values: {{}}}}}}")
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=2)
    assert "  password: '<masked>'\n" in (SNAPSHOTS / "random/login-secret.yaml").read_text()
    pytester.runpytest().assert_outcomes(passed=2)


def test_a_case_that_fails_as_expected_passes_without_snapshots(pytester: pytest.Pytester) -> None:
    cases("cases: {nobody: {values: {user: nobody}, expectFailure: cannot log in}}")
    pytester.runpytest("chart/chartproof.yaml", "--snapshot-update").assert_outcomes(passed=1)
    pytester.runpytest("chart/chartproof.yaml").assert_outcomes(passed=1)
    assert not SNAPSHOTS.exists()


def test_snapshots_of_a_case_that_has_to_fail_are_not_rendered_any_more(
    pytester: pytest.Pytester,
) -> None:
    cases("cases: {nobody: {values: {user: nobody}, expectFailure: cannot log in}}")
    write(f"{SNAPSHOTS}/nobody/login-secret.yaml", "kind: Secret")
    result = pytester.runpytest("chart/chartproof.yaml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ chart/chartproof.yaml::nobody _*",
            "1 no longer rendered in tests/chart/snapshots/nobody",
            "no longer rendered: login-secret.yaml",
            "If the chart is right, run: pytest chart/chartproof.yaml::nobody --snapshot-update",
        ],
        consecutive=True,
    )
    pytester.runpytest("chart/chartproof.yaml", "--snapshot-update").assert_outcomes(passed=1)
    assert not (SNAPSHOTS / "nobody").exists()


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("anna", ["case it renders, but has to fail with: no such user"]),
        (
            "nobody",
            ["case it has to fail with: no such user", "but fails with: *nobody cannot log in*"],
        ),
    ],
)
def test_a_case_that_does_not_fail_as_expected_fails(
    pytester: pytest.Pytester, user: str, said: list[str]
) -> None:
    cases(f"cases: {{it: {{values: {{user: {user}}}, expectFailure: no such user}}}}")
    result = pytester.runpytest("chart/chartproof.yaml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(said)


def test_lookup_finds_the_objects_of_the_case(pytester: pytest.Pytester) -> None:
    write(
        "chart/templates/kept.yaml",
        """\
kind: ConfigMap
metadata: {name: kept}
data: {was: {{ (lookup "v1" "Secret" "default" "old").data | toJson }}}
""",
    )
    old = "{apiVersion: v1, kind: Secret, metadata: {name: old}, data: {a: b}}"
    cases(f"cases: {{given: {{objects: {old}}}}}")
    pytester.runpytest("--snapshot-update").assert_outcomes(passed=1)
    assert "    a: b\n" in (SNAPSHOTS / "given/kept-configmap.yaml").read_text()


class TestTheCommand:
    """`chartproof test`, the same for people without pytest of their own."""

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run it as a user does."""
        command = [sys.executable, "-c", "from chartproof.cli import main; main()", "test"]
        return subprocess.run([*command, *words], capture_output=True, text=True, check=False)

    def test_it_fails_until_the_snapshots_are_written(self) -> None:
        assert self.run("chart").returncode == 1
        assert self.run("chart", "--update").returncode == 0
        done = self.run("chart")
        assert (done.returncode, done.stderr) == (0, "")
        assert "1 case, 1 snapshot as approved" in done.stdout

    def test_it_needs_no_ini_file_and_takes_one_case(self) -> None:
        Path("tox.ini").unlink()
        cases(MATRIX)
        written = ["--update", "--snapshots", "approved"]
        assert self.run("chart", "--case", "given-upgrade", *written).returncode == 0
        assert [folder.name for folder in Path("approved").iterdir()] == ["given-upgrade"]
        assert self.run("chart", "--case", "other", *written).returncode == 0
        assert sorted(folder.name for folder in Path("approved").iterdir()) == [
            *("given-upgrade", "other")
        ]

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["chart", "--case", "gievn"], "chart/ci: no case 'gievn', did you mean given?"),
            (["chrat"], "chrat: no such chart folder"),
        ],
    )
    def test_wrong_input_is_one_line(self, words: list[str], said: str) -> None:
        done = self.run(*words)
        assert (done.returncode, done.stderr.strip()) == (2, said)

    def test_a_chart_without_cases_is_wrong_input(self) -> None:
        Path("chart/ci/given-values.yaml").unlink()
        done = self.run("chart")
        assert done.returncode == 2
        assert "has no case to test; its first may be chart/ci/default-values.yaml" in done.stderr

    def test_a_folder_with_a_space_is_a_folder(self) -> None:
        Path("chart").rename("my chart")
        assert self.run("my chart", "--update").returncode == 0
        assert (Path("tests/my chart/snapshots/given") / "login-secret.yaml").is_file()
