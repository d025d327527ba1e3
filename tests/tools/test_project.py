"""chartproof.yaml: the cases it makes, and how each mistake in it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chartproof import yamlio
from chartproof.cases import Case
from chartproof.errors import InputError
from chartproof.masks import Mask
from chartproof.options import RenderOptions
from chartproof.project.file import Project, read_project
from chartproof.waivers import Waiver

Read = Callable[[str], Project]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Give a function that reads a chartproof.yaml beside the cases `ha` and `tls` of ci/."""
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "ha-values.yaml").write_text("replicas: 3\nimage: {tag: one}\n")
    (tmp_path / "ci" / "tls-values.yaml").write_text("tls: true\n")

    def read(text: str) -> Project:
        (tmp_path / "chartproof.yaml").write_text(text)
        return read_project(tmp_path)

    return read


def case(read: Read, text: str, name: str) -> Case:
    """Return one case of a file."""
    return read(text).cases[name]


def test_without_the_file_the_cases_are_those_of_ci(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    file = tmp_path / "ci" / "ha-values.yaml"
    file.write_text("replicas: 3\n")
    assert read_project(tmp_path).cases == {"ha": Case("ha", (file,), home=file)}


def test_an_empty_file_changes_nothing(read: Read) -> None:
    assert list(read("").cases) == ["ha", "tls"]


def test_a_case_can_say_how_it_is_rendered(read: Read) -> None:
    text = """
cases:
  ha:
    release: shop
    namespace: prod
    kubeVersion: "1.30"
    apiVersions: [example.com/v1]
    upgrade: true
"""
    ha = case(read, text, "ha")
    assert ha.options == RenderOptions("shop", "prod", "1.30", ("example.com/v1",), True)
    assert ha.values == {"replicas": 3, "image": {"tag": "one"}}
    assert case(read, text, "tls").options == RenderOptions()


def test_values_go_over_the_file_of_ci_and_set_over_them(read: Read) -> None:
    text = "cases: {ha: {values: [ci/tls-values.yaml, {image: {tag: two}}], set: replicas=5}}"
    assert case(read, text, "ha").values == {"replicas": 5, "image": {"tag": "two"}, "tls": True}


def test_a_case_of_its_own_names_its_values(read: Read, tmp_path: Path) -> None:
    text = (
        "cases: {defaults: {values: {}}, both: {values: [ci/ha-values.yaml, ci/tls-values.yaml]}}"
    )
    project = read(text)
    assert list(project.cases) == ["both", "defaults", "ha", "tls"]
    assert project.cases["defaults"].values == {}
    assert project.cases["defaults"].home == tmp_path / "chartproof.yaml"
    assert project.cases["both"].values == {"replicas": 3, "image": {"tag": "one"}, "tls": True}


def test_a_case_with_set_alone_goes_over_the_defaults(read: Read, tmp_path: Path) -> None:
    text = "cases: {three: {set: replicas=3}, size: {matrix: {set: {one: replicas=1}}}}"
    cases = read(text).cases
    assert cases["three"].values == {"replicas": 3}
    assert cases["three"].home == tmp_path / "chartproof.yaml"
    assert cases["size-one"].values == {"replicas": 1}


def test_a_key_with_a_dot_is_one_where_the_chart_has_it_or_further_down(
    read: Read, tmp_path: Path
) -> None:
    (tmp_path / "values.yaml").write_text("app.yaml: one\n")
    values = {"app.yaml": "two", "labels": {"example.com/a": "b"}}
    text = f"cases: {{ha: {{values: {json.dumps(values)}}}}}"
    assert case(read, text, "ha").inline == values


def test_a_matrix_is_every_combination_with_its_name(read: Read) -> None:
    text = """
cases:
  ha:
    matrix:
      kubeVersion: ["1.29", "1.37"]
      upgrade: [false, true]
"""
    cases = read(text).cases
    assert {name: one.options for name, one in cases.items() if name != "tls"} == {
        "ha-1.29-install": RenderOptions(kube_version="1.29"),
        "ha-1.29-upgrade": RenderOptions(kube_version="1.29", is_upgrade=True),
        "ha-1.37-install": RenderOptions(kube_version="1.37"),
        "ha-1.37-upgrade": RenderOptions(kube_version="1.37", is_upgrade=True),
    }


def test_an_axis_of_values_goes_by_the_names_of_files_or_by_labels(read: Read) -> None:
    text = """
cases:
  size:
    matrix:
      values: [ci/ha-values.yaml, ci/tls-values.yaml]
      set: {small: replicas=1, large: "replicas=9"}
"""
    cases = read(text).cases
    assert cases["size-tls-large"].values == {"replicas": 9, "tls": True}
    assert sorted(cases) == [
        *("ha", "size-ha-large", "size-ha-small", "size-tls-large", "size-tls-small", "tls")
    ]


def test_a_pattern_is_for_every_case_of_ci_it_fits_and_an_exact_name_goes_over_it(
    read: Read,
) -> None:
    text = """
cases:
  "*": {release: shop, matrix: {kubeVersion: ["1.29", "1.37"]}}
  tls: {release: other, matrix: {upgrade: [true]}}
"""
    cases = read(text).cases
    assert {name: one.options.release for name, one in cases.items()} == {
        "ha-1.29": "shop",
        "ha-1.37": "shop",
        "tls-upgrade": "other",
    }


def test_the_file_of_ci_stays_the_home_of_its_cases(read: Read, tmp_path: Path) -> None:
    cases = read("cases: {ha: {matrix: {upgrade: [false, true]}}}").cases
    homes = {one.home for name, one in cases.items() if name.startswith("ha")}
    assert homes == {tmp_path / "ci" / "ha-values.yaml"}


def test_masks_are_for_all_cases_but_those_that_have_their_own(read: Read) -> None:
    text = """
masks: [{object: "Secret/*", paths: /data/password}]
cases:
  ha: {masks: [{object: ConfigMap/web, paths: [/data/a, /data/b]}]}
  bare: {values: {}, masks: []}
  new: {values: {}}
"""
    shared = Mask("Secret/*", ("/data/password",))
    assert {name: one.masks for name, one in read(text).cases.items()} == {
        "bare": (),
        "ha": (Mask("ConfigMap/web", ("/data/a", "/data/b")),),
        "new": (shared,),
        "tls": (shared,),
    }


def test_objects_that_lookup_finds_are_manifests_or_files_of_them(
    read: Read, tmp_path: Path
) -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "two"}}
    (tmp_path / "there.yaml").write_text(f"---\n{json.dumps(secret)}\n---\n# no more\n")
    text = f"cases: {{ha: {{objects: [{json.dumps(config_map)}, there.yaml]}}}}"
    objects = case(read, text, "ha").options.objects
    assert [json.loads(it) for it in objects] == [config_map, secret]


def test_a_failure_can_be_what_a_case_expects(read: Read) -> None:
    text = "cases: {even: {values: {replicas: 2}, expectFailure: use 1 or 3}}"
    assert case(read, text, "even").expected_failure == "use 1 or 3"


def test_a_waiver_knows_its_line(read: Read) -> None:
    text = """waivers:
- {rule: value-is-read, reason: kept for others}
- rule: text-is-filled-in
  object: Secret/a
  field: data.*
  case: ha
  reason: on purpose
"""
    assert read(text).waivers == (
        Waiver("value-is-read", "kept for others", line=2),
        Waiver("text-is-filled-in", "on purpose", "Secret/a", "data.*", "ha", line=3),
    )


MISTAKES = yamlio.load(Path(__file__).with_name("project_mistakes.yaml").read_text())


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake["said"])
def test_a_mistake_is_told_by_line_and_keys(
    read: Read, tmp_path: Path, mistake: dict[str, str]
) -> None:
    with pytest.raises(InputError) as caught:
        read(mistake["file"])
    expected = mistake["said"].replace("FOLDER", str(tmp_path))
    assert str(caught.value) == f"{tmp_path}/chartproof.yaml:{expected}"


def test_two_cases_of_one_name_are_refused(read: Read) -> None:
    text = "cases: {t: {matrix: {values: {ls: {}, ls2: {}}}}, t-ls: {values: {}}}"
    with pytest.raises(InputError, match=r"chartproof.yaml: two cases have the name t-ls$"):
        read(text)


def test_broken_yaml_is_told_by_line_and_column(read: Read) -> None:
    with pytest.raises(InputError, match=r"chartproof\.yaml:1:9: did not find expected"):
        read("cases: {\n")
