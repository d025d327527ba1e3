"""index.html tells a person what there is: with a browser's search, and without any script."""

from __future__ import annotations

import html
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chartproof.publish.index import Index
from chartproof.publish.page import build
from tests.support.servers import web_server
from tests.support.tools import chromium

ICON = "data:image/svg+xml;base64,PHN2Zy8+"
URL = "https://charts.example.com"


def entry(version: str, **fields: object) -> dict[str, object]:
    """Make an entry of the index."""
    return {
        "name": "shop",
        "version": version,
        "created": "2026-11-30T10:00:00Z",
        "digest": "ab" * 32,
        "urls": [f"shop-{version}.tgz"],
        **fields,
    }


def page(url: str | None = URL, **charts: list[dict[str, object]]) -> str:
    """Write the page of charts."""
    return build(Index(charts, {"apiVersion": "v1"}), url, {"shop-1.1.0.tgz"})


SHOP = [
    entry("2.0.0-rc.1"),
    entry(
        "1.1.0",
        description="Sells <b>things</b> & more",
        appVersion="7",
        kubeVersion=">=1.29.0-0",
        icon=ICON,
        keywords=["retail"],
        home="https://shop.example.com",
        maintainers=[{"name": "Mia", "email": "mia@example.com"}],
        annotations={"artifacthub.io/license": "Apache-2.0"},
    ),
    *[entry(f"1.0.{number}") for number in reversed(range(6))],
]
MAIL = [{**entry("0.1.0", description="Sends letters"), "name": "mail", "deprecated": True}]
BASE = [{**entry("3.0.0", description="For others", type="library"), "name": "base"}]


class Text(HTMLParser):
    """The text of a page, without style and script, on one line."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._inside: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag in {"style", "script"}:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.seen.append(data)

    def __str__(self) -> str:
        return " ".join("".join(self.seen).split())


def test_everything_can_be_read_without_a_script() -> None:
    text = str(Text(page(shop=SHOP, mail=MAIL, base=BASE)))
    for told in (
        "3 charts in 10 versions",
        "Sells <b>things</b> & more",
        "helm repo add charts https://charts.example.com",
        "helm install my-shop charts/shop --version 1.1.0",
        "helm pull charts/shop --version 1.1.0 --verify",
        "Apache-2.0",
        ">=1.29.0-0",
        "Mia",
        "2.0.0-rc.1",
        "1.0.0",
        "2026-11-30",
        "deprecated",
    ):
        assert told in text, told


def test_the_newest_version_that_is_no_pre_release_is_the_one_to_install() -> None:
    assert "--version 2.0.0-rc.1" not in page(shop=SHOP)
    only = page(shop=[entry("2.0.0-rc.1")])
    assert "--version 2.0.0-rc.1" in only
    assert "pre-release" in only


def test_a_library_is_not_installed_but_depended_on() -> None:
    text = page(base=BASE)
    assert "helm install" not in text
    assert "    version: 3.0.0\n    repository: https://charts.example.com" in text


def test_the_page_loads_nothing_and_lets_no_text_of_a_chart_run() -> None:
    evil = "\"'><script>alert(1)</script>"
    markup = page(
        shop=[
            entry(
                "1.0.0",
                description=evil,
                icon=f"https://elsewhere.example.com/{evil}",
                home="javascript:alert(1)",
                keywords=[evil],
                maintainers=[{"name": evil, "url": "javascript:alert(1)"}],
            )
        ]
    )
    assert markup.count("<script>") == 1
    assert "<img" not in markup
    assert 'href="javascript' not in markup
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!charts\.example)', markup)
    assert "default-src 'none'" in html.unescape(markup)


def test_the_same_index_gives_the_same_page() -> None:
    assert page(shop=SHOP, mail=MAIL) == page(mail=MAIL, shop=SHOP)


def dom(address: str, folder: Path) -> str:
    """Open a page in headless Chromium and return what became of it."""
    done = subprocess.run(
        [
            *(chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--window-size=1400,1000", "--allow-file-access-from-files"),
            *(f"--user-data-dir={folder / 'profile'}", address),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def scripted(file: Path, script: str) -> str:
    """Run a script in a page and return what became of the page."""
    # The page's own policy lets no other script run, so that it is taken out for the test.
    text = re.sub(r"<meta http-equiv=[^>]*>", "", file.read_text())
    opened = file.with_name("scripted.html")
    opened.write_text(text.replace("</body>", f"<script>{script}</script></body>"))
    return dom(opened.as_uri(), file.parent)


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """Give a page with three charts."""
    file = tmp_path / "index.html"
    file.write_text(page(shop=SHOP, mail=MAIL, base=BASE))
    return file


def shown_charts(markup: str) -> list[str]:
    """Return the charts that are not hidden."""
    tags = re.findall(r"<article[^>]*>", markup)
    return [re.findall(r' id="(\w+)"', tag)[0] for tag in tags if "hidden" not in tag]


def searching(words: str) -> str:
    """Write a script that types into the search."""
    return (
        "const it = document.querySelector('input');"
        f"it.value = '{words}'; it.dispatchEvent(new Event('input'));"
    )


@pytest.mark.needs("chromium")
def test_the_pages_own_policy_lets_its_style_and_script_run(opened: Path) -> None:
    markup = dom(opened.as_uri(), opened.parent)
    assert re.search(r'<div class="search">', markup), "the script has shown the search"
    assert shown_charts(markup) == ["base", "mail", "shop"]


@pytest.mark.needs("chromium")
def test_without_scripts_there_is_no_search_that_does_nothing(opened: Path) -> None:
    frame = opened.with_name("frame.html")
    # A frame in a sandbox runs no script; the page around it tells what is seen in it.
    frame.write_text(
        f"<iframe sandbox='allow-same-origin' src='{opened.as_uri()}'></iframe><script>"
        "onload = () => { const it = frames[0].document;"
        "const seen = (what) => [...it.querySelectorAll(what)].filter((one) => one.offsetHeight);"
        "document.title = ['article', '.search', 'button', 'pre', 'table']"
        ".map((what) => seen(what).length).join(' '); }</script>"
    )
    markup = dom(frame.as_uri(), opened.parent)
    charts, searches, buttons, commands, tables = map(
        int, re.findall(r"<title>([\d ]+)</title>", markup)[0].split()
    )
    assert (charts, searches, buttons) == (3, 0, 0)
    assert (commands, tables) == (4, 4), "the table of older versions is behind its summary"


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("LETTERS", ["mail"]),
        ("retail", ["shop"]),
        ("for others", ["base"]),
        ("nothing of that", []),
        ("", ["base", "mail", "shop"]),
    ],
)
def test_the_search_finds_names_descriptions_and_keywords(
    opened: Path, words: str, found: list[str]
) -> None:
    markup = scripted(opened, searching(words))
    assert shown_charts(markup) == found
    count = f"{len(found)} of 3 charts" if words else ""
    assert re.findall(r"<output[^>]*>([^<]*)</output>", markup) == [count]


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [320, 1200])
def test_no_line_is_wider_than_the_window(opened: Path, width: int) -> None:
    # Headless windows are no narrower than 500 pixels, frames are.
    frame = opened.with_name("frame.html")
    frame.write_text(
        f"<iframe src='{opened.as_uri()}' style='width:{width}px;height:9000px;border:0'></iframe>"
        "<script>onload = () => { const it = frames[0].document.documentElement;"
        "document.title = `${it.scrollWidth} of ${it.clientWidth}`; }</script>"
    )
    markup = dom(frame.as_uri(), opened.parent)
    wide, window = map(int, re.findall(r"<title>(\d+) of (\d+)", markup)[0])
    assert window == width
    assert wide <= window


@pytest.mark.needs("chromium", "web")
def test_the_page_knows_its_own_address_where_nobody_told_it(opened: Path) -> None:
    opened.write_text(page(None, shop=SHOP))
    assert "helm repo add charts URL" in str(Text(opened.read_text()))
    assert "URL is the address of this page" in opened.read_text()
    with web_server(opened.parent) as url:
        markup = dom(f"{url}/index.html", opened.parent)
    assert f"helm repo add charts {url}/ helm install" in str(Text(markup))
    assert re.search(r'<p class="small where" hidden', markup)


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_light_and_dark(opened: Path, scheme: str) -> None:
    # Headless Chromium has no switch for it, so the rule is made to hold, or not to.
    media = "all" if scheme == "dark" else "not all"
    text = opened.read_text()
    opened.write_text(text.replace("@media (prefers-color-scheme: dark)", f"@media {media}"))
    script = Path(__file__).with_name("contrast.js").read_text()
    ratio, ground = re.findall(r"<title>([\d.]+) (\w+)<", scripted(opened, script))[0]
    assert ground == scheme
    assert float(ratio) >= 4.5, "WCAG 2.2, level AA"
