"""The picture is XML that needs nothing else, says what is wrong, and is the same every time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from chartproof.graph.layout import layout
from chartproof.graph.routes import routes
from chartproof.graph.svg import svg
from tests.support.graphs import config_map, drawn, every_fixture, graph, ring

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '<b>&"\x1b]]>'


def parse(picture: str) -> Xml.Element:
    """Read a picture as XML."""
    return Xml.fromstring(picture)  # noqa: S314 - our own


def titles(picture: str) -> list[str]:
    """Return what the parts of a picture say when they are pointed at."""
    return [title.text or "" for title in parse(picture).iter(f"{SVG}title")]


def texts(picture: str) -> list[str]:
    """Return what is written in a picture."""
    return ["".join(text.itertext()) for text in parse(picture).iter(f"{SVG}text")]


def test_a_fault_is_told_where_it_is_and_below_the_picture() -> None:
    picture = svg(graph("broken-wiring"))
    (told,) = [
        text
        for text in titles(picture)
        if text.startswith("Deployment/release-name-web in") and "ConfigMap" in text
    ]
    assert "error: reference-names-an-object: " in told
    assert "did you mean release-name-web-settings?" in told
    written = texts(picture)
    assert "broken-wiring9 objects, 4 errorsdashed: needed, but not in the release" in written
    assert any(text.startswith("reference-names-an-object: ") for text in written)
    assert [text for text in written if text == "2"] == ["2", "2", "2"]  # edge, target, list


def test_what_is_red_is_what_is_wrong() -> None:
    drawn_parts = parse(svg(graph("broken-wiring"))).iter()
    red = [part for part in drawn_parts if "error" in part.get("class", "").split()]
    assert sum(part.tag == f"{SVG}path" and "edge" in part.get("class", "") for part in red) == 4
    assert sum("node" in part.get("class", "").split() for part in red) == 2
    sound = svg(graph("rules/service-selects-pods/good")).partition("</defs>")[2]
    assert 'error"' not in sound


@pytest.mark.parametrize("name", every_fixture())
def test_every_fixture_is_drawn_and_every_fault_of_it_is_told(name: str) -> None:
    drawing = graph(name)
    picture = svg(drawing)
    parts = "\n".join(titles(picture))
    below = " ".join(texts(picture))
    for fault in drawing.faults:
        assert fault.rule in below
        if fault.object:
            assert f"{fault.severity}: {fault.rule}: {fault.object}" in parts
            assert fault.message in parts


def test_an_arrow_has_its_head_where_it_leads_to(tmp_path: Path) -> None:
    drawing = ring(tmp_path, 3, 1)
    arrows = [
        part for part in parse(svg(drawing)).iter(f"{SVG}path") if "edge" in part.get("class", "")
    ]
    ways = routes(drawing, layout(drawing))
    assert {way.is_forward for way in ways} == {True, False}
    for arrow, way in zip(arrows, ways, strict=True):
        heads = [name for name in ("marker-start", "marker-end") if name in arrow.attrib]
        assert heads == ["marker-end" if way.is_forward else "marker-start"]


def test_names_that_are_no_xml_are_escaped(tmp_path: Path) -> None:
    picture = svg(drawn(tmp_path, config_map(HOSTILE, component=HOSTILE)))
    assert "<b>" not in picture
    assert HOSTILE.replace("\x1b", "\N{REPLACEMENT CHARACTER}") in texts(picture)


def test_a_picture_loads_nothing() -> None:
    picture = svg(graph("broken-wiring"))
    for word in ("href", "@import", "src=", "<script", "<image", "@font-face"):
        assert word not in picture
    assert picture.count("http") == picture.count("http://www.w3.org/2000/svg") + picture.count(
        "http 80"
    ) + picture.count("port http")


def test_a_picture_is_for_light_pages_and_for_dark_ones() -> None:
    style = svg(graph("notes")).partition("<style>")[2].partition("</style>")[0]
    light, dark = style.split("@media (prefers-color-scheme:dark)")
    for name in (".page{", ".node{", ".edge{", ".name", ".error"):
        assert name in light
        assert name in dark


def test_the_same_chart_is_the_same_picture() -> None:
    assert svg(graph("broken-wiring")) == svg(graph("broken-wiring"))


def test_more_faults_than_can_be_read_are_counted(tmp_path: Path) -> None:
    open_to_all = [
        config_map(f"map-{at}") | {"data": {"password": f"open-to-all-{at}"}} for at in range(25)
    ]
    picture = svg(drawn(tmp_path, *open_to_all))
    assert "and 5 more: chartproof lint tells them all" in picture


def test_an_empty_release_is_a_picture_that_says_so(tmp_path: Path) -> None:
    assert titles(svg(drawn(tmp_path))) == ["written: 0 objects, no fault"]
