"""What an earlier run found as approved is not rendered again, and everything else is."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.project import SNAPSHOTS, approve, make_project, write

pytestmark = pytest.mark.usefixtures("project")
ALL = "chartproof: 2 cases, 6 snapshots as approved (2 cases known from an earlier run)"
NONE = "chartproof: 2 cases, 6 snapshots as approved"


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """Make a project with cases that a run has found as approved."""
    folder = make_project(pytester)
    write("chart/.helmignore", "*.orig\nci/\n")
    write("chart/files/motd.txt", "Welcome.")
    subchart()
    approve(pytester)
    pytester.runpytest().stdout.fnmatch_lines([NONE])
    return folder


def subchart(template: str = "# nothing\n") -> None:
    """Pack a subchart of one template."""
    Path("chart/charts").mkdir(exist_ok=True)
    with tarfile.open("chart/charts/part-1.0.0.tgz", "w:gz") as tar:
        for name, text in {
            "part/Chart.yaml": "{apiVersion: v2, name: part, version: 1.0.0}",
            "part/templates/part.yaml": template,
        }.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))


def stored() -> Path:
    """Return the one file of what is known."""
    (file,) = Path(".pytest_cache/d/chartproof").iterdir()
    return file


def test_a_known_case_is_not_rendered_and_helm_not_started(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("rendered")

    monkeypatch.setattr("chartproof.snapshot.renderer.Renderer.__init__", refuse)
    result = pytester.runpytest()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([ALL])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda: write("chart/templates/service.yaml", "{{ fail `edited` }}"),
            "*edited*",
        ),
        (
            lambda: write("chart/templates/_partial.tpl", "{{ broken"),
            "*_partial.tpl*",
        ),
        (
            lambda: write("chart/values.yaml", "{replicas: 2, service: true}"),
            "1 changed in tests/chart/snapshots/default",
        ),
        (
            lambda: write("chart/templates/job.yaml", "{kind: Job, metadata: {name: new}}"),
            "no snapshot yet: new-job.yaml, from templates/job.yaml",
        ),
        (
            lambda: subchart("{kind: Job, metadata: {name: new}}"),
            "no snapshot yet: new-job.yaml, from *templates/part.yaml",
        ),
        (
            lambda: write("chart/.helmignore", "service.yaml\n"),
            "no longer rendered: web-service.yaml",
        ),
        (
            lambda: write("chart/values.schema.json", '{"required": ["colour"]}'),
            "*colour*",
        ),
        (
            lambda: write(f"{SNAPSHOTS}/default/web-service.yaml", "by hand"),
            "1 changed in tests/chart/snapshots/default",
        ),
        (
            lambda: write(f"{SNAPSHOTS}/default/extra.yaml", "by hand"),
            "no longer rendered: extra.yaml",
        ),
        (
            lambda: Path(SNAPSHOTS, "default", "notes.txt").unlink(),
            "no snapshot yet: notes.txt, from NOTES.txt",
        ),
    ],
    ids=[
        *("template", "partial", "values", "new template", "subchart", ".helmignore", "schema"),
        *("changed snapshot", "added snapshot", "deleted snapshot"),
    ],
)
def test_what_a_case_depends_on_is_looked_at_again(
    pytester: pytest.Pytester, change: Callable[[], None], fault: str
) -> None:
    change()
    result = pytester.runpytest()
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([fault])


def test_a_file_that_no_template_names_makes_the_cases_new(pytester: pytest.Pytester) -> None:
    write("chart/files/motd.txt", "Welcome back.")
    pytester.runpytest().stdout.fnmatch_lines([NONE])


def test_an_edited_case_alone_is_rendered_where_helm_ignores_cases(
    pytester: pytest.Pytester,
) -> None:
    write("chart/ci/ha-values.yaml", "replicas: 5")
    result = pytester.runpytest()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 changed in tests/chart/snapshots/ha",
            "chartproof: 1 case, 3 snapshots as approved (1 case known from an earlier run)",
        ]
    )


@pytest.mark.parametrize("rules", [None, "", "*.txt\n", "ci/\n!ci/ha-values.yaml\n"])
def test_cases_that_a_template_can_read_count_as_files_of_the_chart(
    pytester: pytest.Pytester, rules: str | None
) -> None:
    if rules is None:
        Path("chart/.helmignore").unlink()
    else:
        write("chart/.helmignore", rules)
    write("chart/templates/NOTES.txt", 'Thank you.{{ .Files.Get "ci/default-values.yaml" }}')
    pytester.runpytest("--snapshot-update")
    pytester.runpytest()
    write("chart/ci/default-values.yaml", "# Seen by both.")
    result = pytester.runpytest("chart/ci/ha-values.yaml")
    assert "known" not in result.stdout.str()


@pytest.mark.parametrize("library", ["helm-python-sdk", "pyyaml"])
def test_another_version_of_a_library_makes_the_cases_new(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    from importlib.metadata import version

    from chartproof import digest

    digest.of_program.cache_clear()
    monkeypatch.setattr(digest, "version", lambda name: version(name) + (name == library) * ".1")
    pytester.runpytest().stdout.fnmatch_lines([NONE])
    digest.of_program.cache_clear()


def test_other_options_of_a_case_make_it_new(pytester: pytest.Pytester) -> None:
    from dataclasses import replace

    from chartproof.cases import Case
    from chartproof.options import RenderOptions
    from chartproof.snapshot.known import Known

    known = Known(pytester.path, Path("chart"))
    case = Case("ha", (Path("chart/ci/ha-values.yaml"),))
    known.learn(case, "0" * 64)
    known.write()
    later = Known(pytester.path, Path("chart"))
    assert later.snapshots(case) == "0" * 64
    assert later.snapshots(replace(case, options=RenderOptions(kube_version="1.30"))) is None
    assert later.snapshots(replace(case, sets=("replicas=2",))) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"\xff\x00" * 100,
        lambda text: text[:150],
        lambda text: text.replace(b"1", b"2"),
        lambda text: b"half a line" + text.replace(b"\n", b"\nhalf a line "),
    ],
    ids=["empty", "binary", "cut off", "wrong", "mixed up"],
)
@pytest.mark.parametrize("is_right", [True, False], ids=["right", "edited"])
def test_a_damaged_file_never_lets_a_change_pass(
    pytester: pytest.Pytester, damage: Callable[[bytes], bytes], is_right: bool
) -> None:
    stored().write_bytes(damage(stored().read_bytes()))
    if not is_right:
        write(f"{SNAPSHOTS}/default/web-service.yaml", "by hand")
    pytester.runpytest().assert_outcomes(passed=2 + is_right, failed=1 - is_right)


@pytest.mark.parametrize("option", ["--chartproof-no-cache", "-pno:cacheprovider", "--cache-clear"])
def test_it_can_be_switched_off_and_cleared(pytester: pytest.Pytester, option: str) -> None:
    pytester.runpytest(option).stdout.fnmatch_lines([NONE])


def test_parallel_workers_learn_side_by_side(pytester: pytest.Pytester) -> None:
    stored().unlink()
    pytester.runpytest("-n2").stdout.fnmatch_lines([NONE])
    assert len(stored().read_text().splitlines()) == 2
    pytester.runpytest("-n2").stdout.fnmatch_lines([ALL])


def test_a_folder_that_cannot_be_written_is_no_fault(pytester: pytest.Pytester) -> None:
    folder = stored().parent
    stored().unlink()
    folder.rmdir()
    folder.write_text("")
    pytester.runpytest().assert_outcomes(passed=3)


def test_states_of_the_chart_are_forgotten_in_the_end(pytester: pytest.Pytester) -> None:
    folder = stored().parent
    for number in range(30):
        (folder / f"{number}").write_text("")
        os.utime(folder / f"{number}", (number, number))
    write("chart/values.yaml", "{replicas: 1, service: true} # as before")
    pytester.runpytest().stdout.fnmatch_lines([NONE])
    assert len(list(folder.iterdir())) == 20
    pytester.runpytest().stdout.fnmatch_lines([ALL])


@pytest.mark.parametrize("text", ["{{ randAlphaNum 8 }}", "{{ now }}", "{{ keys .Values }}"])
def test_random_text_is_rendered_each_time(pytester: pytest.Pytester, text: str) -> None:
    write("chart/templates/NOTES.txt", text)
    pytester.runpytest("--snapshot-update")
    for _ in range(2):
        assert "known" not in pytester.runpytest("chart/ci/ha-values.yaml").stdout.str()


def test_what_is_random_and_the_same_by_chance_is_rendered_each_time(
    pytester: pytest.Pytester,
) -> None:
    write("chart/templates/NOTES.txt", "{{ randAlphaNum 8 | len }}")
    pytester.runpytest("--snapshot-update")
    for _ in range(2):
        result = pytester.runpytest("chart")
        result.assert_outcomes(passed=2)
        result.stdout.fnmatch_lines([NONE])


def test_a_folder_of_the_same_name_further_down_is_none_of_cases(pytester: pytest.Pytester) -> None:
    write("chart/.helmignore", "/ci/\n")
    write("chart/files/ci/motd.txt", "Welcome.")
    pytester.runpytest()
    write("chart/files/ci/motd.txt", "Welcome back.")
    pytester.runpytest().stdout.fnmatch_lines([NONE])
    pytester.runpytest().stdout.fnmatch_lines([ALL])


def test_files_behind_a_link_to_a_folder_elsewhere_count(pytester: pytest.Pytester) -> None:
    write("shared/motd.txt", "Welcome.")
    Path("chart/files/shared").symlink_to(Path("shared").absolute())
    pytester.runpytest()
    pytester.runpytest().stdout.fnmatch_lines([ALL])
    write("shared/motd.txt", "Welcome back.")
    pytester.runpytest().stdout.fnmatch_lines([NONE])


def test_a_chart_with_a_link_to_itself_is_read_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chartproof.snapshot.known import Known

    Path("chart/files/again").symlink_to(Path("chart").absolute())
    names: list[str] = []
    sound = Path.read_bytes

    def noted(path: Path) -> bytes:
        names.append(path.name)
        return sound(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    assert not Known(pytester.path, Path("chart"))
    assert names.count("motd.txt") == 1


def test_a_link_to_nothing_is_no_file_to_look_at(pytester: pytest.Pytester) -> None:
    from chartproof.snapshot.known import Known

    Path("chart/files/gone.txt").symlink_to("nowhere.txt")
    assert not Known(pytester.path, Path("chart"))
