"""The pytest plugin, seen from a project that uses it: what is collected, said and written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.project import SNAPSHOTS, approve, make_project, write

pytestmark = pytest.mark.usefixtures("project")


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """Make the project that the tests work on."""
    return make_project(pytester)


def node_ids(pytester: pytest.Pytester, *args: str) -> list[str]:
    """Return what pytest collects."""
    lines = pytester.runpytest("--collect-only", "-q", *args).outlines
    return [line for line in lines if "::" in line]


# What is collected


def test_snapshots_are_not_searched_for_tests(pytester: pytest.Pytester) -> None:
    write(f"{SNAPSHOTS}/default/test_no_more.py", "def test_never(): assert False")
    pytester.runpytest("-k", "not snapshot").assert_outcomes(passed=1, deselected=2)


def test_the_cases_are_collected_with_the_tests(pytester: pytest.Pytester) -> None:
    assert node_ids(pytester) == [
        "tests/test_plain.py::test_plain",
        "chart/ci/default-values.yaml::snapshot",
        "chart/ci/ha-values.yaml::snapshot",
    ]


@pytest.mark.parametrize(
    ("args", "cases"),
    [
        (["chart"], ["default", "ha"]),
        (["chart/ci"], ["default", "ha"]),
        (["chart/ci/ha-values.yaml"], ["ha"]),
        (["chart/ci/ha-values.yaml::snapshot"], ["ha"]),
        (["-k", "ha-values"], ["ha"]),
        (["--ignore", "chart/ci/ha-values.yaml"], ["default"]),
        (["--deselect", "chart/ci/ha-values.yaml::snapshot"], ["default"]),
    ],
    ids=" ".join,
)
def test_cases_are_selected_as_tests_are(
    pytester: pytest.Pytester, args: list[str], cases: list[str]
) -> None:
    collected = [node for node in node_ids(pytester, *args) if node.startswith("chart")]
    assert collected == [f"chart/ci/{case}-values.yaml::snapshot" for case in cases]


def test_cases_stay_out_where_other_paths_are_named(pytester: pytest.Pytester) -> None:
    assert node_ids(pytester, "tests") == ["tests/test_plain.py::test_plain"]


def test_a_chart_below_the_test_folder_is_collected_once(pytester: pytest.Pytester) -> None:
    Path("chart").rename("tests/chart")
    ini = Path("tox.ini").read_text().replace("charts = chart", "charts = tests/chart")
    Path("tox.ini").write_text(ini)
    assert node_ids(pytester) == [
        "tests/chart/ci/default-values.yaml::snapshot",
        "tests/chart/ci/ha-values.yaml::snapshot",
        "tests/test_plain.py::test_plain",
    ]


def test_values_files_of_other_charts_are_none_of_the_cases(pytester: pytest.Pytester) -> None:
    write("other/ci/default-values.yaml", "")
    assert node_ids(pytester, "other") == []


def test_collecting_renders_nothing_and_does_not_load_helm(pytester: pytest.Pytester) -> None:
    write("chart/templates/service.yaml", "{{ fail `rendered` }}")
    write(
        "conftest.py",
        """
import sys

def pytest_terminal_summary(terminalreporter):
    terminalreporter.line(f"helm loaded: {'helm_python' in sys.modules}")
""",
    )
    result = pytester.runpytest_subprocess("--collect-only", "-q")
    result.stdout.fnmatch_lines(["chart/ci/ha-values.yaml::snapshot", "helm loaded: False"])


# What fails, and what mends it


def test_a_case_without_snapshots_fails_and_says_what_writes_them(
    pytester: pytest.Pytester,
) -> None:
    result = pytester.runpytest("chart/ci/ha-values.yaml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ chart/ci/ha-values.yaml _*",
            "3 without a snapshot in tests/chart/snapshots/ha",
            "no snapshot yet: web-service.yaml, from templates/service.yaml",
            "no snapshot yet: web-deployment.yaml, from templates/deployment.yaml",
            "no snapshot yet: notes.txt, from NOTES.txt",
            "If the chart is right, run: pytest chart/ci/ha-values.yaml --snapshot-update",
            "*3 snapshots failed.*",
            "FAILED chart/ci/ha-values.yaml::snapshot - Failed: 3 without a snapshot*",
        ],
        consecutive=False,
    )
    assert not SNAPSHOTS.exists()
    result.stdout.no_fnmatch_line("*Traceback*")


def test_the_update_writes_a_plain_manifest_an_object(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--snapshot-update")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["6 snapshots generated."])
    assert sorted(path.name for path in (SNAPSHOTS / "ha").iterdir()) == [
        "notes.txt",
        "web-deployment.yaml",
        "web-service.yaml",
    ]
    assert (SNAPSHOTS / "ha" / "web-deployment.yaml").read_text() == (
        "apiVersion: apps/v1\n"
        "kind: Deployment\n"
        "metadata:\n"
        "  name: release-name-web\n"
        "spec:\n"
        "  replicas: 3\n"
    )


def test_what_was_approved_passes(pytester: pytest.Pytester) -> None:
    approve(pytester)
    result = pytester.runpytest()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["chartproof: 2 cases, 6 snapshots as approved"])


def test_a_changed_value_fails_with_its_path_and_old_and_new(pytester: pytest.Pytester) -> None:
    approve(pytester)
    write("chart/ci/ha-values.yaml", "replicas: 5")
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 changed in tests/chart/snapshots/ha",
            "changed: web-deployment.yaml, from templates/deployment.yaml",
            "  @ spec.replicas",
            "    metadata:",
            "      name: release-name-web",
            "    spec:",
            "  -   replicas: 3",
            "  +   replicas: 5",
            "  spec.replicas is from chart/templates/deployment.yaml:6, reads values at replicas",
            "If the chart is right, run: pytest chart/ci/ha-values.yaml --snapshot-update",
        ],
        consecutive=True,
    )


def test_a_difference_is_coloured_where_syrupy_colours(pytester: pytest.Pytester) -> None:
    approve(pytester)
    write("chart/ci/ha-values.yaml", "replicas: 5")
    write("conftest.py", "def pytest_configure(config): config.option.no_colors = False")
    coloured = pytester.runpytest("chart")
    coloured.stdout.fnmatch_lines(["  \x1b[[]*+   replicas: 5\x1b[[]0m"])


def test_only_the_change_is_written_by_an_update(pytester: pytest.Pytester) -> None:
    approve(pytester)
    service = SNAPSHOTS / "ha" / "web-service.yaml"
    long_ago = 1_000_000_000
    os.utime(service, (long_ago, long_ago))
    write("chart/ci/ha-values.yaml", "replicas: 5")
    result = pytester.runpytest("--snapshot-update")
    result.stdout.fnmatch_lines(
        ["1 snapshot updated.", "chartproof: 1 case, 3 snapshots as approved"]
    )
    assert service.stat().st_mtime == long_ago


def test_an_update_of_the_new_only_leaves_a_change_to_fail(pytester: pytest.Pytester) -> None:
    write("chart/ci/ha-values.yaml", "{replicas: 3, service: false}")
    approve(pytester)
    write("chart/ci/ha-values.yaml", "replicas: 5")
    result = pytester.runpytest("--snapshot-update-new-only")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["1 changed in tests/chart/snapshots/ha"])
    assert (SNAPSHOTS / "ha" / "web-service.yaml").is_file()


def test_an_object_that_appears_is_named(pytester: pytest.Pytester) -> None:
    write("chart/ci/ha-values.yaml", "service: false")
    approve(pytester)
    write("chart/ci/ha-values.yaml", "")
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["no snapshot yet: web-service.yaml, from templates/service.yaml"],
    )


def test_an_object_that_vanishes_is_named_and_fails(pytester: pytest.Pytester) -> None:
    approve(pytester)
    write("chart/ci/ha-values.yaml", "{replicas: 3, service: false}")
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 no longer rendered in tests/chart/snapshots/ha",
            "no longer rendered: web-service.yaml",
            "If the chart is right, run: pytest chart/ci/ha-values.yaml --snapshot-update",
        ],
        consecutive=True,
    )


def test_an_update_deletes_the_unused_and_says_so(pytester: pytest.Pytester) -> None:
    approve(pytester)
    write("chart/ci/ha-values.yaml", "{replicas: 3, service: false}")
    write(f"{SNAPSHOTS}/ha/README.md", "Why these values.")
    result = pytester.runpytest("--snapshot-update")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ["deleted unused snapshot: tests/chart/snapshots/ha/web-service.yaml"]
    )
    assert sorted(path.name for path in (SNAPSHOTS / "ha").iterdir()) == [
        "README.md",
        "notes.txt",
        "web-deployment.yaml",
    ]


@pytest.mark.parametrize(
    "options",
    [["--snapshot-warn-unused"], ["--snapshot-update", "--snapshot-no-cleanup"]],
    ids=" ".join,
)
def test_syrupys_options_keep_the_unused_without_failing(
    pytester: pytest.Pytester, options: list[str]
) -> None:
    approve(pytester)
    write("chart/ci/ha-values.yaml", "{replicas: 3, service: false}")
    result = pytester.runpytest(*options)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["unused snapshot: tests/chart/snapshots/ha/web-service.yaml"])
    assert (SNAPSHOTS / "ha" / "web-service.yaml").exists()


def test_the_snapshots_of_a_case_that_has_gone_fail_until_an_update(
    pytester: pytest.Pytester,
) -> None:
    approve(pytester)
    Path("chart/ci/ha-values.yaml").unlink()
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "3 no longer rendered in tests/chart/snapshots/ha",
            "If the chart is right, run: pytest chart/ci --snapshot-update",
            "FAILED tests/chart/snapshots/ha::snapshot*",
        ]
    )
    pytester.runpytest("chart/ci", "--snapshot-update").assert_outcomes(passed=2)
    assert [folder.name for folder in SNAPSHOTS.iterdir()] == ["default"]


@pytest.mark.parametrize(
    "args",
    [["-k", "ha-values"], ["-k", "not ha-values"], ["chart/ci/ha-values.yaml::snapshot"]],
    ids=" ".join,
)
@pytest.mark.parametrize("update", [[], ["--snapshot-update"]], ids=["check", "update"])
def test_a_selection_takes_no_other_snapshot_for_unused(
    pytester: pytest.Pytester, args: list[str], update: list[str]
) -> None:
    approve(pytester)
    before = sorted(SNAPSHOTS.rglob("*"))
    result = pytester.runpytest(*args, *update)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["chartproof: 1 case, 3 snapshots as approved"])
    assert sorted(SNAPSHOTS.rglob("*")) == before


def test_all_of_it_holds_on_parallel_workers(pytester: pytest.Pytester) -> None:
    pytester.runpytest("-n2", "--snapshot-update").assert_outcomes(passed=3)
    pytester.runpytest("-n2").stdout.fnmatch_lines(["chartproof: 2 cases, 6 snapshots as approved"])
    write("chart/ci/ha-values.yaml", "{replicas: 3, service: false}")
    failing = pytester.runpytest("-n2")
    failing.assert_outcomes(passed=2, failed=1)
    failing.stdout.fnmatch_lines(["no longer rendered: web-service.yaml"])
    mended = pytester.runpytest("-n2", "--snapshot-update")
    mended.assert_outcomes(passed=3)
    mended.stdout.fnmatch_lines(
        ["deleted unused snapshot: tests/chart/snapshots/ha/web-service.yaml"]
    )


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("chart/ci/ha-values.yaml", "replicas: [", "chart/ci/ha-values.yaml:1*"),
        ("chart/templates/service.yaml", "{{ fail `no way` }}", "*no way*"),
        ("chart/templates/service.yaml", "a: b: c", "chart/templates/service.yaml:1: *"),
    ],
    ids=["values", "template", "output"],
)
def test_a_broken_case_is_one_message_and_leaves_the_snapshots(
    pytester: pytest.Pytester, file: str, text: str, message: str
) -> None:
    approve(pytester)
    write(file, text)
    before = sorted(SNAPSHOTS.rglob("*"))
    result = pytester.runpytest("chart/ci/ha-values.yaml", "--snapshot-update")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*_ chart/ci/ha-values.yaml _*", message], consecutive=True)
    result.stdout.no_fnmatch_line("*exception*")
    result.stdout.no_fnmatch_line("*collect.py*")
    assert sorted(SNAPSHOTS.rglob("*")) == before


# Settings and fixtures


def test_snapshots_go_where_the_ini_file_says(pytester: pytest.Pytester) -> None:
    ini = Path("tox.ini").read_text()
    Path("tox.ini").write_text(ini + "\nchartproof_snapshots = approved/{chart}\n")
    approve(pytester)
    assert Path("approved/chart/ha/web-deployment.yaml").is_file()


def test_a_chart_without_a_chart_yaml_is_a_usage_error(pytester: pytest.Pytester) -> None:
    Path("chart/Chart.yaml").unlink()
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: chartproof_charts: no chart in */chart, *Chart.yaml"])


def test_a_chart_without_cases_is_a_usage_error(pytester: pytest.Pytester) -> None:
    for case in Path("chart/ci").iterdir():
        case.unlink()
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: chartproof_charts: */chart has no case to test; *"])


def test_charts_that_would_share_their_snapshots_are_a_usage_error(
    pytester: pytest.Pytester,
) -> None:
    write("more/chart/Chart.yaml", "{apiVersion: v2, name: other, version: 1.0.0}")
    write("more/chart/ci/default-values.yaml", "")
    ini = Path("tox.ini").read_text().replace("charts = chart", "charts = chart more/chart")
    Path("tox.ini").write_text(ini)
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: chartproof_snapshots: *would share */tests/chart/snapshots"]
    )


def test_fixtures_give_the_chart_and_what_it_renders(pytester: pytest.Pytester) -> None:
    write(
        "tests/test_own.py",
        """
def test_default(chart, release):
    assert chart.name == "shop"
    assert release.get("Deployment", "web").body["spec"]["replicas"] == 1

def test_values(render):
    assert render({"replicas": 7}).get("Deployment", "web").body["spec"]["replicas"] == 7

def test_miss(release):
    release.get("Deployment", "wbe")
""",
    )
    result = pytester.runpytest("tests/test_own.py")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*did you mean Deployment/web?*"])


def test_a_module_can_bring_a_chart_of_its_own(pytester: pytest.Pytester) -> None:
    write("more/Chart.yaml", "{apiVersion: v2, name: more, version: 1.0.0}")
    write(
        "tests/test_own.py",
        """
from pathlib import Path
import pytest
from chartproof.chart import Chart

@pytest.fixture(scope="module")
def chart():
    return Chart.load(Path("more"))

def test_it(release):
    assert release.manifests == ()
""",
    )
    pytester.runpytest("tests").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("given", "found"), [("'chart'", "str"), ("Path('chart')", "PosixPath"), ("None", "NoneType")]
)
def test_a_chart_that_is_none_of_chartproof_is_told_in_one_line(
    pytester: pytest.Pytester, given: str, found: str
) -> None:
    write(
        "tests/test_own.py",
        f"""
from pathlib import Path
import pytest

@pytest.fixture
def chart():
    return {given}

def test_it(release):
    pass
""",
    )
    result = pytester.runpytest("tests/test_own.py")
    result.assert_outcomes(errors=1)
    line = f"the fixture `chart` must give a chartproof.chart.Chart, found {found}"
    result.stdout.fnmatch_lines(["*ERROR at setup of test_it*", line], consecutive=True)


def test_without_a_chart_the_plugin_is_silent(pytester: pytest.Pytester) -> None:
    Path("tox.ini").write_text(
        "[pytest]\naddopts = -p no:hypothesispytest -p no:faulthandler\nfilterwarnings = error"
    )
    write("tests/test_plain.py", "def test_plain(): pass\ndef test_chart(chart): pass")
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["the fixture `chart` needs one chart in chartproof_charts*"])
