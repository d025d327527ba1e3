"""Templates rendered without the others write what they write with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from chartproof import engine, excerpt
from chartproof.archive import packed
from chartproof.chart import Chart
from chartproof.excerpt import Excerpts, Sources
from chartproof.options import RenderOptions
from chartproof.template_parts import Names, words_of_actions
from tests.support.charts import chart
from tests.support.inline import write_chart

OWN = Path(__file__).parents[2] / "chart"
SHOP = "shop/templates/"
HELPERS = """\
{{- define "shop.name" }}{{ .Release.Name }}-{{ .Values.suffix }}{{ end }}
{{- define "shop.kinds.first" }}first: {{ .Values.kinds.first }}{{ end }}
{{- /* "shop.labels" is elsewhere, see {{ .Values.commented }} */}}
"""
LABELS = """\
{{- define "shop.labels" }}
sum: {{ include (print $.Template.BasePath "/settings.yaml") . | sha256sum }}
{{- end }}
"""


def only(*names: str) -> Sources:
    return Sources(f"{SHOP}{name}" for name in names)


@pytest.fixture
def shop(tmp_path: Path) -> Chart:
    """A chart whose templates include others in every way there is."""
    return write_chart(
        tmp_path,
        {
            "values.yaml": "{suffix: x, kinds: {first: 1}, text: 'seen: {{ .Values.inText }}'}",
            "files/seen.txt": "from a file",
            "templates/_helpers.tpl": HELPERS,
            "templates/_labels.tpl": LABELS,
            "templates/settings.yaml": 'name: {{ include "shop.name" . }}',
            "templates/labelled.yaml": 'labels: {{ include "shop.labels" . | nindent 2 }}',
            "templates/printed.yaml": '{{ include (printf "shop.kinds.%s" "first") . }}',
            "templates/given.yaml": '{{ tpl .Values.text . }}\n{{ .Files.Get "files/seen.txt" }}',
            "templates/alone.yaml": 'alone: {{ .Values.alone }}\n# {{ "{{" }} \nplain: words',
            "templates/failing.yaml": '{{ if .Values.fails }}{{ include "shop.typo" . }}{{ end }}',
        },
    )


@pytest.mark.parametrize("case", ["everything-on", "minimal", "topology"])
def test_a_template_of_the_projects_chart_writes_alone_what_it_writes_with_the_others(
    case: str,
) -> None:
    own = Chart.load(OWN)
    values, options = own.case(case).values, own.case(case).options
    whole = engine.render(own.archive, values, options).files
    assert {
        source: own.excerpts.render(Sources({source}), values, options)[source] for source in whole
    } == whole


def test_whatever_a_template_includes_is_there(shop: Chart) -> None:
    whole = engine.render(shop.archive, {}, RenderOptions()).files
    for source, text in whole.items():
        assert shop.excerpts.render(Sources({source}), {}, RenderOptions())[source] == text
    assert "from a file" in whole[f"{SHOP}given.yaml"]


def test_what_is_not_asked_for_and_not_included_is_not_rendered(shop: Chart) -> None:
    alone = shop.excerpts.render(only("alone.yaml"), {}, RenderOptions())
    assert set(alone) == only("alone.yaml")
    labelled = shop.excerpts.render(only("labelled.yaml"), {}, RenderOptions())
    assert set(labelled) == only("labelled.yaml", "settings.yaml")


def test_a_template_that_nothing_defines_fails_as_it_does_in_the_whole(shop: Chart) -> None:
    with pytest.raises(engine.TemplateFailedError) as whole:
        engine.render(shop.archive, {"fails": True}, RenderOptions())
    with pytest.raises(engine.TemplateFailedError) as alone:
        shop.excerpts.render(only("failing.yaml"), {"fails": True}, RenderOptions())
    assert str(alone.value) == str(whole.value)


def test_a_schema_refuses_no_excerpt() -> None:
    strict = chart("strict-schema")
    with pytest.raises(engine.ValuesRefusedError):
        engine.render(strict.archive, {"typo": 1}, RenderOptions())
    assert strict.excerpts.render(Sources(), {"typo": 1}, RenderOptions()) == {}


@pytest.mark.parametrize("name", ["subcharts-by-condition", "values-behind-flags"])
def test_a_template_of_a_subchart_writes_alone_what_it_writes_with_the_others(name: str) -> None:
    parent = chart(name)
    whole = engine.render(parent.archive, {}, RenderOptions()).files
    assert any("/charts/" in source for source in whole) is (name == "subcharts-by-condition")
    for source, text in whole.items():
        assert parent.excerpts.render(Sources({source}), {}, RenderOptions())[source] == text


def test_the_templates_that_name_a_word_are_those_that_include_it(shop: Chart) -> None:
    naming = shop.excerpts.naming
    assert naming(["suffix"]) == only("settings.yaml")
    assert naming(["first"]) == only("printed.yaml")
    assert naming(["alone"]) == only("alone.yaml")
    assert naming(["alone", "fails"]) == only("alone.yaml", "failing.yaml")
    assert naming(["plain"]) == naming(["commented"]) == naming(["elsewhere"]) == Sources()


def test_words_in_actions_that_values_bring_along_are_named_where_they_are_carried_out(
    shop: Chart,
) -> None:
    said = words_of_actions(str(shop.values))
    assert "inText" in said
    assert shop.excerpts.naming(["inText"]) == Sources()
    assert shop.excerpts.naming(["inText"], said) == only("given.yaml")


def test_the_size_of_an_excerpt_is_that_of_the_files_it_is_known_to_need(shop: Chart) -> None:
    alone, settings = only("alone.yaml"), only("settings.yaml")
    size = shop.excerpts.size
    assert size(alone) == len(shop.files[f"{SHOP}alone.yaml"])
    assert size(settings) == len(shop.files[f"{SHOP}settings.yaml"]) + len(HELPERS)
    assert size(alone | settings) == size(alone) + size(settings)
    before = size(only("labelled.yaml"))
    shop.excerpts.render(only("labelled.yaml"), {}, RenderOptions())
    assert size(only("labelled.yaml")) == before


def test_a_schema_refuses_no_excerpt_that_reads_files_either(tmp_path: Path) -> None:
    strict = write_chart(
        tmp_path,
        {
            "values.schema.json": '{"additionalProperties": false}',
            "files/a.txt": "from a file",
            "templates/a.yaml": "{{ .Files.Get `files/a.txt` }} {{ .Values.typo }}",
        },
    )
    told = strict.excerpts.render(only("a.yaml"), {"typo": 1}, RenderOptions())
    assert told == {f"{SHOP}a.yaml": "from a file 1"}


def test_an_excerpt_is_measured_and_packed_once(
    shop: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs: list[object] = []
    looks: list[Sources] = []
    files = Excerpts._files

    def noted_pack(contents: Iterator[tuple[str, bytes]]) -> bytes:
        packs.append(contents)
        return packed(contents)

    def noted_files(self: Excerpts, sources: Sources, missed: Mapping[str, Names]) -> Names:
        looks.append(sources)
        return files(self, sources, missed)

    monkeypatch.setattr(excerpt, "packed", noted_pack)
    monkeypatch.setattr(Excerpts, "_files", noted_files)
    alone = only("alone.yaml")
    for _ in range(3):
        shop.excerpts.size(alone)
    assert looks == [alone]
    for number in range(3):
        shop.excerpts.render(alone, {"alone": number}, RenderOptions())
    assert len(packs) == 1
