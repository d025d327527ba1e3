"""What the page tells of one chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from chartproof.publish.index import Entry
from chartproof.publish.page.markup import around, element, escape, link
from chartproof.semver import Version

SHOWN = 5
REPOSITORY = "charts"
HEADINGS = ("Version", "App version", "Published", "Archive", "Signature", "SHA-256")


def chart(name: str, versions: Sequence[Entry], url: str | None, signed: Set[str]) -> str:
    """Write the part of a chart; its versions come newest first."""
    latest = _latest(versions)
    keywords = " ".join(map(str, latest.get("keywords") or ()))
    words = f"{name} {latest.get('description', '')} {keywords}"
    return around(
        "article",
        _heading(name, latest),
        element("p", latest.get("description", "")),
        *_listed(_facts(latest)),
        *_install(name, latest, url, _archive(latest) in signed),
        element("h3", "Versions"),
        *_versions(versions, signed),
        id=name,
        data_words=words.lower(),
    )


def _latest(versions: Sequence[Entry]) -> Entry:
    """Return the newest version that is no pre-release, as Helm takes it, or else the newest."""
    stable = (it for it in versions if not _is_prerelease(it))
    return next(stable, versions[0])


def _is_prerelease(entry: Entry) -> bool:
    version = Version.read(str(entry["version"]))
    return version is not None and version.is_prerelease


def _heading(name: str, latest: Entry) -> str:
    icon = str(latest.get("icon") or "")
    # An image from elsewhere would tell there who reads the page.
    image = f'<img src="{escape(icon)}" alt="">' if icon.startswith("data:image/") else ""
    badges = [element("span", latest["version"], class_="badge")]
    if _is_prerelease(latest):
        badges.append(element("span", "pre-release", class_="badge warning"))
    if latest.get("type") == "library":
        badges.append(element("span", "library", class_="badge"))
    if latest.get("deprecated"):
        badges.append(element("span", "deprecated", class_="badge warning"))
    return around("h2", image, element("a", name, href=f"#{name}"), *badges)


def _listed(facts: Iterator[str]) -> Iterator[str]:
    if written := "".join(facts):
        yield around("dl", written)


def _facts(latest: Entry) -> Iterator[str]:
    notes = latest.get("annotations") or {}
    facts: list[tuple[str, list[str]]] = [
        ("Application", [escape(it) for it in [latest.get("appVersion")] if it]),
        ("Kubernetes", [escape(it) for it in [latest.get("kubeVersion")] if it]),
        ("Licence", [escape(it) for it in [notes.get("artifacthub.io/license")] if it]),
        ("Home", [link(it, it) for it in [latest.get("home")] if it]),
        ("Sources", [link(it, it) for it in latest.get("sources") or ()]),
        ("Maintainers", [_maintainer(it) for it in latest.get("maintainers") or ()]),
        ("Keywords", [escape(it) for it in latest.get("keywords") or ()]),
    ]
    for term, texts in facts:
        if texts:
            yield element("dt", term) + around("dd", ", ".join(texts))


def _maintainer(one: dict[str, Any]) -> str:
    name, email = one.get("name", ""), one.get("email")
    address = one.get("url") or (f"mailto:{email}" if email else "")
    return link(address, name) if address else escape(name)


def _install(name: str, latest: Entry, url: str | None, is_signed: bool) -> Iterator[str]:
    version = latest["version"]
    here = escape(url) if url else element("span", "URL", class_="here")
    add = f"helm repo add {REPOSITORY} {here}"
    if latest.get("type") == "library":
        yield element("h3", "Use, in Chart.yaml")
        yield _lines(
            "dependencies:",
            f"  - name: {escape(name)}",
            f"    version: {escape(version)}",
            f"    repository: {here}",
        )
    else:
        yield element("h3", "Install")
        install = f"helm install my-{name} {REPOSITORY}/{name} --version {version}"
        yield _lines(add, escape(install))
    if is_signed:
        yield element("h3", "Verify who made it")
        yield _lines(escape(f"helm pull {REPOSITORY}/{name} --version {version} --verify"))
    if not url:
        note = "URL is the address of this page, without index.html."
        yield element("p", note, class_="small where")


def _lines(*lines: str) -> str:
    return around("div", around("pre", around("code", "\n".join(lines))), class_="lines")


def _versions(versions: Sequence[Entry], signed: Set[str]) -> Iterator[str]:
    rows = [_row(entry, signed) for entry in versions]
    told = [heading for heading in HEADINGS if any(row[heading] for row in rows)]
    yield _table(told, rows[:SHOWN])
    if older := rows[SHOWN:]:
        summary = element("summary", f"{len(older)} older")
        yield around("details", summary, _table(told, older))


def _table(headings: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    head = around("tr", *(element("th", heading, scope="col") for heading in headings))
    cells = (around("tr", *(around("td", row[it]) for it in headings)) for row in rows)
    table = around("table", around("thead", head), around("tbody", *cells))
    return around("div", table, class_="wide")


def _row(entry: Entry, signed: Set[str]) -> Mapping[str, str]:
    """Write the cells of a version, each under its heading; "" where there is nothing to tell."""
    archive = _archive(entry)
    file = archive.rsplit("/", 1)[-1]
    digest = str(entry.get("digest") or "").removeprefix("sha256:")
    short = element("span", f"{digest[:12]}…", class_="digest", title=digest)
    cells = (
        escape(entry["version"]),
        escape(entry.get("appVersion") or ""),
        escape(str(entry.get("created") or "")[:10]),
        link(archive, file) if archive else "",
        link(f"{archive}.prov", "signed") if archive in signed else "",
        short if digest else "",
    )
    return dict(zip(HEADINGS, cells, strict=True))


def _archive(entry: Entry) -> str:
    urls = entry.get("urls") or [""]
    return str(urls[0])
