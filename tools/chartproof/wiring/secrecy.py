"""What looks like a secret that stands in the open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartproof.wiring.texts import without_comments

_NAME = re.compile(
    r"(?:password|passwd|passphrase|secret|token|(?:api|private|access)[_-]?key)$", re.IGNORECASE
)
_NO_SECRETS = ("cluster-token", "cluster_token")
"""What etcd tells clusters apart by."""
_SETTING = re.compile(
    r"""^\s*(?:export\s+|-{1,2})?["']?(?P<name>[\w.-]+)["']?\s*[:=]\s*["']?(?P<value>[^\s"',;#]+)"""
)
_LOGIN = re.compile(r"[a-z][a-z0-9+]*://[^\s/:@]*:(?P<password>[^\s/@]+)@")
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
    for number, line in enumerate(without_comments(text).splitlines()):
        setting, login = _SETTING.match(line), _LOGIN.search(line)
        if setting and _is_secret(setting["name"], setting["value"]):
            yield number, setting["name"]
        elif login and not _STAND_IN.fullmatch(login["password"]):
            yield number, "URL"


def _is_secret(name: str, value: str) -> bool:
    name = name.lower()
    is_name = value.lower() in (name, name.rpartition(".")[2]) or name.endswith(_NO_SECRETS)
    return bool(value and _NAME.search(name) and not (is_name or _STAND_IN.fullmatch(value)))
