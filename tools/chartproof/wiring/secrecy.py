"""What looks like a secret that stands in the open."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = re.compile(
    r"(?:password|passwd|passphrase|secret|token|(?:api|private|access)[_-]?key)$", re.IGNORECASE
)
_SETTING = re.compile(r"""^\s*(?:export\s+)?["']?([\w.-]+)["']?\s*[:=]\s*["']?([^\s"',;#]+)""")
_LOGIN = re.compile(r"[a-z][a-z0-9+]*://[^\s/:@]*:([^\s/@]+)@")
_STAND_IN = re.compile(
    r"[$%<{/].*|\*+|x+|\d{1,4}|.*[({].*|true|false|yes|no|on|off|null|none|nil|env|file|plain|basic",
    re.IGNORECASE,
)


def exposed(key: str, text: str) -> Iterator[tuple[int, str]]:
    """Give line, from 0, and name of each secret in a text; the name of a URL's is `URL`.

    A secret is a plain value under a name that ends in password, secret, token or the like, be it
    `key` itself or a setting in a line of the text, and the password in a URL. What stands in for
    a value (`$VAR`, `%s`, `<given>`, a file's path, true or false) is none.
    """
    if "\n" not in text.strip() and _is_secret(key, text.strip()):
        yield 0, key
        return
    for number, line in enumerate(text.splitlines()):
        if line.lstrip().startswith(("#", "//", ";", "--")):
            continue
        setting = _SETTING.match(line)
        login = _LOGIN.search(line)
        if setting and _is_secret(setting[1], setting[2]):
            yield number, setting[1]
        elif login and not _STAND_IN.fullmatch(login[1]):
            yield number, "URL"


def _is_secret(name: str, value: str) -> bool:
    return bool(value and _NAME.search(name) and not _STAND_IN.fullmatch(value))
