"""HTML that no text from a chart can break out of."""

from __future__ import annotations

import html
from urllib.parse import urlsplit


def escape(text: object) -> str:
    """Return text as HTML shows it, in elements and in quoted attributes."""
    return html.escape(str(text), quote=True)


def element(tag: str, text: object, **attributes: object) -> str:
    """Write an element of plain text; `class_` stands for class."""
    return f"{_opening(tag, attributes)}{escape(text)}</{tag}>"


def around(tag: str, *markup: str, **attributes: object) -> str:
    """Write an element around markup."""
    return f"{_opening(tag, attributes)}{''.join(markup)}</{tag}>"


def link(address: object, text: object) -> str:
    """Write a link, or the text alone where the address is for no browser (javascript: ...)."""
    parts = urlsplit(str(address))
    is_relative = not parts.scheme and not parts.netloc
    if parts.scheme in {"http", "https", "mailto"} or is_relative:
        return element("a", text, href=address)
    return escape(text)


def _opening(tag: str, attributes: dict[str, object]) -> str:
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
    )
    return f"<{tag}{given}>"
