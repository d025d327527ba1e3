"""A chart that makes something up has a twin with texts in its place that stay the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartproof import engine
from chartproof.chart import Chart
from chartproof.made_up import settled
from chartproof.options import RenderOptions
from chartproof.render import TemplateError, render
from tests.support.inline import write_chart

OWN_CHART = Path(__file__).parents[2] / "chart"
CERTIFICATE = (
    "{{ $c := %s }}{{ $again := buildCustomCert (b64enc $c.Cert) (b64enc $c.Key) }}{{ $again.Key }}"
)


def written(chart: Chart) -> str:
    """Return what the one template writes."""
    (text,) = engine.render_templates(chart.archive, {}, RenderOptions()).values()
    return text


def twins(folder: Path, text: str) -> list[str]:
    """Return what a template writes and what it writes in the twin, once and again."""
    chart = write_chart(folder, {"templates/a.txt": text, "values.yaml": "{n: 7, name: a}"})
    with settled(chart) as twin:
        assert twin is not None
        return [written(it) for it in (chart, twin, twin)]


@pytest.mark.parametrize(
    "text",
    [
        "{{ randAlphaNum 32 }}",
        "{{- randAlphaNum (int .Values.n) -}}",
        "{{ .Values.none | default (randAlpha 8) | b64enc }}",
        '{{ default ( randNumeric 4 ) "" }}',
        '{{ $a := randAscii 9 }}{{ $a | replace "=" "" | replace "+" "" | len }}',
        "{{ randBytes 16 }}",
        "{{ if randAlpha 3 }}{{ with randAlpha 3 }}{{ . }}{{ end }}{{ end }}",
        "{{ uuidv4 }}{{ default uuidv4 .Values.none }}",
        '{{ bcrypt "a" }}',
        '{{ htpasswd "anna" "b" }}',
        "{{ (randAlpha (len (randAlpha 4))) }}",
        "{{/* randAlpha */}}{{ `randAlpha` }}{{ randAlpha 3 }}",
    ],
)
def test_what_is_made_up_is_as_long_and_stays_the_same(tmp_path: Path, text: str) -> None:
    real, fixed, again = twins(tmp_path, text)
    assert fixed == again
    assert len(fixed) == len(real)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{ randAlphaNum 200 }}", str.isalnum),
        ("{{ randAlpha 200 }}", str.isalpha),
        ("{{ randNumeric 200 }}", str.isdecimal),
        ("{{ randBytes 16 | b64dec | len }}", str.isdecimal),
        ('{{ encryptAES "a" "b" | b64dec | len }}', str.isdecimal),
        ('{{ htpasswd "anna" "b" | trimPrefix "anna:$2a$10$" | replace "." "" }}', str.isalnum),
    ],
)
def test_what_is_made_up_is_of_the_same_kind(tmp_path: Path, text: str, kind: object) -> None:
    assert callable(kind)
    _, fixed, _ = twins(tmp_path, text)
    assert kind(fixed)


@pytest.mark.parametrize(
    "made",
    [
        'genCA "a" 1',
        'genSelfSignedCert "a" nil (list "b" (printf "c")) 1',
        '(genSignedCert "a" nil nil 1 (genCA "b" 2))',
        'genSignedCertWithKey "a" nil nil 1 (genCAWithKey "b" 2 (genPrivateKey "ecdsa"))'
        ' (genPrivateKey "ed25519")',
    ],
)
def test_a_certificate_is_a_real_one_with_its_own_key(tmp_path: Path, made: str) -> None:
    real, fixed, again = twins(tmp_path, CERTIFICATE % made)
    assert fixed == again != real
    assert fixed.startswith("-----BEGIN EC PRIVATE KEY-----\n")


def test_no_two_places_have_the_same_text(tmp_path: Path) -> None:
    text = "{{ randAlphaNum 9 }},{{ randAlphaNum 9 }},{{ uuidv4 | replace `-` `` | trunc 9 }}"
    _, fixed, _ = twins(tmp_path, text)
    assert len(set(fixed.split(","))) == 3


@pytest.mark.parametrize(
    "text", ["{{ now }}", '{{ now | date "2006-01-02" }}', "{{ now | unixEpoch }}"]
)
def test_the_time_stands_still(tmp_path: Path, text: str) -> None:
    real, fixed, again = twins(tmp_path, text)
    assert fixed == again != real
    assert "{{" not in fixed


@pytest.mark.parametrize("text", ['{{ randAlpha "x" }}', "{{ genCA 1 2 }}", "{{ randAlpha nil }}"])
def test_the_twin_fails_where_the_chart_fails_and_shows_its_line(tmp_path: Path, text: str) -> None:
    chart = write_chart(tmp_path, {"templates/a.yaml": f"# one\n{text}\n"})
    with settled(chart) as twin:
        assert twin is not None
        told = []
        for it in (chart, twin):
            with pytest.raises(TemplateError) as failure:
                render(it)
            told.append(str(failure.value))
    assert text in told[1]
    assert "coalesce" not in told[1].replace("<coalesce", "")
    first = [it.partition("\n")[0].partition(": ")[2] for it in told]
    assert first[0] == first[1]


@pytest.mark.parametrize(
    "text",
    [
        "{{ randInt 1 9 }}",
        "{{ shuffle `abc` }}",
        "{{ keys .Values }}",
        "{{ 8 | int | randAlpha }}",
        "{{ date `2006` .Values.n }}",
        "{{ list 1 | randAlpha }}",
        "{{ tpl `{{ randAlpha 3 }}` . }}",
    ],
)
def test_there_is_no_twin_for_what_has_no_text(tmp_path: Path, text: str) -> None:
    with settled(write_chart(tmp_path, {"templates/a.txt": text})) as twin:
        assert twin is None


def test_a_chart_that_makes_nothing_up_is_its_own_twin(tmp_path: Path) -> None:
    text = "{{ keys .Values | sortAlpha }}{{/* now */}}"
    chart = write_chart(tmp_path, {"templates/a.txt": text})
    with settled(chart) as twin:
        assert twin is chart
    assert chart.on_disk == chart.path


def test_the_twin_is_on_disk_for_helm_with_all_but_the_templates_as_they_are(
    tmp_path: Path,
) -> None:
    files = {
        "templates/a.txt": "{{ randAlpha 3 }}",
        "templates/b.txt": "b",
        "charts/part/Chart.yaml": "{apiVersion: v2, name: part, version: 1.0.0}",
        "charts/part/templates/c.txt": "{{ randAlpha 4 }}",
        ".helmignore": "ci/",
        ".git/config": "",
    }
    chart = write_chart(tmp_path / "shop", files)
    with settled(chart) as twin:
        assert twin is not None
        assert (twin.path, twin.on_disk.name) == (chart.path, "shop")
        there = {it.relative_to(twin.on_disk) for it in twin.on_disk.rglob("*") if it.is_file()}
        assert {str(it) for it in there} == {*files, "Chart.yaml"} - {".git/config"}
        for name in ("templates/a.txt", "charts/part/templates/c.txt"):
            assert (twin.on_disk / name).read_text() == twin.contents[f"shop/{name}"].decode()
            assert "trunc" in (twin.on_disk / name).read_text()
            assert twin.files[f"shop/{name}"] == files[name]
    assert not twin.on_disk.exists()


def test_there_is_no_twin_of_an_archive_nor_of_a_subchart_that_is_one(tmp_path: Path) -> None:
    files = {"templates/a.txt": "{{ randAlpha 3 }}"}
    part = write_chart(tmp_path / "part", files)
    packed = engine.package(part.path, tmp_path, None, None)
    with settled(Chart.load(packed)) as twin:
        assert twin is None
    above = write_chart(tmp_path / "above", {"templates/b.txt": "b"})
    (above.path / "charts").mkdir()
    packed.rename(above.path / "charts" / packed.name)
    with settled(Chart.load(above.path)) as twin:
        assert twin is None


@pytest.mark.parametrize("target", ["nowhere", "."])
def test_there_is_no_twin_where_the_folder_cannot_be_copied(tmp_path: Path, target: str) -> None:
    files = {"templates/a.txt": "{{ randAlpha 3 }}", ".helmignore": "link\n"}
    chart = write_chart(tmp_path, files)
    (tmp_path / "link").symlink_to(target)
    with settled(chart) as twin:
        assert twin is None


def test_our_own_chart_has_a_twin_that_renders_the_same_each_time() -> None:
    chart = Chart.load(OWN_CHART)
    with settled(chart) as twin:
        assert twin is not None
        assert twin is not chart
        for name in ("default", "tls-private"):
            case = chart.case(name)
            once, again = (
                engine.render_templates(twin.archive, case.values, case.options) for _ in range(2)
            )
            assert once == again
            assert (
                once.keys()
                == engine.render_templates(chart.archive, case.values, case.options).keys()
            )
