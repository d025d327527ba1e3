"""The facts about the SDK that chartproof's engine is built on, and that a release may change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chartproof import engine, yamlio
from chartproof.errors import InputError
from chartproof.kube_version import judge
from chartproof.options import RenderOptions
from tests.support.charts import CHARTS, chart

SEEN = "capabilities/templates/seen.yaml"


def test_the_private_call_still_takes_the_capabilities() -> None:
    options = RenderOptions(kube_version="1.27.3", api_versions=("example.com/v1",))
    seen = yamlio.load(engine.render(chart("capabilities").archive, {}, options).files[SEEN])
    assert seen["data"]["kubeVersion"] == "v1.27.3"
    assert seen["data"]["hasQueues"] == "true"


def test_a_subchart_that_was_disabled_comes_back() -> None:
    archive = chart("subcharts-by-condition").archive
    enabled = engine.render(archive, {}, RenderOptions())
    disabled = engine.render(archive, {"cache": {"enabled": False}}, RenderOptions())
    assert len(disabled.files) < len(enabled.files)
    assert engine.render(archive, {}, RenderOptions()) == enabled


def test_values_that_a_template_sets_are_gone_in_the_next_render(tmp_path: Path) -> None:
    counting = 'seen: {{ .Values.nested.count }}{{ $_ := set .Values.nested "count" 2 }}\n'
    files = {
        "Chart.yaml": "{apiVersion: v2, name: counting, version: 1.0.0}",
        "values.yaml": "{nested: {count: 1}, top: x}",
        "templates/count.yaml": counting,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    archive = engine.pack(tmp_path)
    for values in ({}, {"nested": {"other": 1}}, {"top": None}, {}):
        rendered = engine.render(archive, values, RenderOptions())
        assert rendered.files["counting/templates/count.yaml"] == "seen: 1\n"


def test_crds_of_disabled_subcharts_are_left_out() -> None:
    archive = chart("subcharts-by-condition").archive
    assert engine.render(archive, {}, RenderOptions()).crds
    assert not engine.render(archive, {"cache": {"enabled": False}}, RenderOptions()).crds


def test_helms_own_log_lines_do_not_reach_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    engine.merge_values(chart("values-seen").archive, {"map": "no map any more"})
    assert capfd.readouterr() == ("", "")


def test_stderr_is_back_after_a_failed_render(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(engine.TemplateFailedError):
        engine.render(chart("failing-templates").archive, {"fault": "nil"}, RenderOptions())
    with pytest.raises(InputError):
        chart("unclosed-action").case("none")
    import os

    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_threads_can_render_side_by_side() -> None:
    archive = chart("values-seen").archive

    def seen(number: int) -> str:
        return engine.render(archive, {"kept": number}, RenderOptions()).files[
            "values-seen/templates/seen.yaml"
        ]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(seen, range(40)))
    assert together == [seen(number) for number in range(40)]


def test_an_archive_is_the_same_whenever_it_is_packed() -> None:
    folder = CHARTS / "subcharts-by-condition"
    assert chart("subcharts-by-condition").files == chart("subcharts-by-condition").files
    assert engine.render(engine.pack(folder), {}, RenderOptions()).files


@pytest.mark.parametrize(
    ("constraint", "version", "allowed"),
    [
        (">=1.29.0-0", "1.28", False),
        (">=1.29.0-0", "1.29", True),
        (">=1.29.0-0", "v1.29.4-eks-1a2b3c", True),
        (">=1.29.0", "v1.29.4-eks-1a2b3c", False),
        ("^1.20", "1.37.0", True),
        ("1.28.x || >=1.30", "1.29.1", False),
    ],
)
def test_version_constraints_mean_what_helm_means(
    constraint: str, version: str, allowed: bool
) -> None:
    assert judge(constraint, version).is_allowed is allowed


def test_plain_scalars_are_read_as_helm_reads_them() -> None:
    text = engine.render(chart("plain-scalars").archive, {}, RenderOptions()).files[
        "plain-scalars/templates/seen.yaml"
    ]
    keys = {True: "true", False: "false"}
    ours = {keys.get(key, key): value for key, value in yamlio.load(text).items()}
    assert ours == engine.parse_values(text)
