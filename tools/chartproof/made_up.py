"""A chart that makes up passwords, keys and times, with the same ones each time.

What such a chart renders is never the same twice, so that nothing could be remembered of it. Its
twin calls the same functions with the same arguments, so that it fails where the chart fails, and
puts a text of the same kind in place of what they give: of the same length, another one at every
place, and for certificates one that is real.
"""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha512
from pathlib import Path
from string import ascii_letters, digits
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import UUID

from chartproof.archive import rewritten
from chartproof.chart import Chart
from chartproof.snapshot.repeatable import KEPT, UNSTEADY, twin
from chartproof.template_parts import with_actions

_TOKEN = re.compile(
    rf"(?P<kept>{KEPT}|now\s*\|\s*(?:date|htmlDate)\b)|(?P<call>{UNSTEADY})|(?P<end>\s*-?\}}\}})"
    r"|(?P<open>\()|(?P<close>\))|(?P<pipe>\|)|(?P<start>:?=|\{\{-?|\b(?:if|with|range|else)\b)"
    r"|(?P<space>\s+)|(?P<word>[^\s()|]+?(?=[\s()|]|-?\}\}|$))",
    re.DOTALL,
)
_NOW = re.compile(r"^now\b")
_SOME_DAY = '(toDate "2006-01-02" "2026-01-01")'
_ALPHABETS = {
    "randAlphaNum": ascii_letters + digits,
    "randAlpha": ascii_letters,
    "randAscii": ascii_letters + digits,
    "randBytes": ascii_letters + digits,
    "randNumeric": digits,
}
_PARTS = 4
# Of nobody, made for this alone by `genSelfSignedCertWithKey`; valid until 2126.
_CERTIFICATE_BODY = """\
MIIBZDCCAQqgAwIBAgIRAMDY9gL9GeGHuH4urTP6Zg0wCgYIKoZIzj0EAwIwEjEQ
MA4GA1UEAxMHbWFkZS11cDAgFw0yNjEyMDEwMzA4MDVaGA8yMTI2MTEwNzAzMDgw
NVowEjEQMA4GA1UEAxMHbWFkZS11cDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
BCEw+ZL77Mf5nWSpl845oxQ1rxMk3vMUurKPEe7X3f4CHB9C6DZvFVIHMl+Sa5HK
SOE+7j/EWKN8kddwnLnMBTijPzA9MA4GA1UdDwEB/wQEAwIFoDAdBgNVHSUEFjAU
BggrBgEFBQcDAQYIKwYBBQUHAwIwDAYDVR0TAQH/BAIwADAKBggqhkjOPQQDAgNI
ADBFAiB8e1ebcjBUllA9bsFM52/xEmvh05rWH6+wvfUsQr2WOwIhAKffppkB3EAB
URZsr07Ua07+mQ6sTpVhzb8MsAPBX2p3
"""
_KEY_BODY = """\
MHcCAQEEINPmQvlrgeb7+WtPCcf1A0OIGZyCNFq8N1FXlnbkua9loAoGCCqGSM49
AwEHoUQDQgAEITD5kvvsx/mdZKmXzjmjFDWvEyTe8xS6so8R7tfd/gIcH0LoNm8V
UgcyX5JrkcpI4T7uP8RYo3yR13CcucwFOA==
"""
_HASH = "$2a$10$eImiTXuWVxfM37uY4JANjQeImiTXuWVxfM37uY4JANjQ12345678Q"


class _Token(NamedTuple):
    kind: str
    text: str


class _UnknownError(Exception):
    """A use of what is random that has no text to put in its place."""


@contextmanager
def settled(chart: Chart) -> Iterator[Chart | None]:
    """Give the chart, or its twin where it makes something up; None where neither can be.

    The twin's folder on disk is there until this ends.
    """
    if (steady := twin(chart)) is chart:
        yield chart
        return
    changed = _changed(chart) if steady and chart.path.is_dir() else None
    with TemporaryDirectory() as above:
        folder = Path(above, chart.path.resolve().name)
        if changed is None or not _is_copied(chart, folder, changed):
            yield None
            return

        def change(name: str, content: bytes) -> bytes:
            return changed[name].encode() if name in changed else content

        archive = rewritten(chart.contents, change)
        yield replace(chart, archive=archive, sources=chart.files, twin=folder)


def _is_copied(chart: Chart, folder: Path, changed: Mapping[str, str]) -> bool:
    """Copy a chart with other templates; False where the disk has what cannot be copied."""
    try:
        shutil.copytree(chart.path, folder, ignore=shutil.ignore_patterns(".git"))
        for name, text in changed.items():
            (folder / chart.locate(name).relative_to(chart.path)).write_text(text)
    except OSError:
        return False
    return True


def _changed(chart: Chart) -> Mapping[str, str] | None:
    """Return the templates of the twin that are other ones; None where not all can be."""
    changed = {}
    for name, text in chart.files.items():
        if "/templates/" in name:
            try:
                twins = with_actions(text, _Action(name).settled)
            except _UnknownError:
                return None
            if twins != text:
                changed[name] = twins
    # A subchart may lie in charts/ as an archive.
    return changed if all(chart.locate(name).is_file() for name in changed) else None


class _Action:
    """The actions of one template, one after the other."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._count = 0

    def settled(self, action: str) -> str:
        """Return an action that gives the same each time. Raises _UnknownError."""
        if not re.search(UNSTEADY, action):
            return action
        tokens = [_Token(it.lastgroup or "", it[0]) for it in _TOKEN.finditer(action)]
        return self._written([*reversed(tokens)], {})

    def _written(self, tokens: list[_Token], ends: Collection[str], before: str = "start") -> str:
        """Take tokens, the last one first, up to one that ends this."""
        written = ""
        while tokens and tokens[-1].kind not in ends:
            kind, text = tokens.pop()
            if kind == "open":
                text += self._written(tokens, {"close"}) + (tokens.pop().text if tokens else "")
            elif kind == "call":
                text = self._call(text, tokens, before)
            elif kind == "kept":
                text = _NOW.sub(_SOME_DAY, text)
            written += text
            before = before if kind == "space" else kind
        return written

    def _call(self, function: str, tokens: list[_Token], before: str) -> str:
        """Take the arguments of a function, and write what gives the same each time."""
        if before == "pipe":  # what comes down it would have to be an argument as well
            raise _UnknownError(function)
        if before == "start":
            arguments = self._written(tokens, {"close", "pipe", "end"}, "word")
            return self._given(function, function + arguments)
        return f"({self._given(function, function)})"

    def _given(self, function: str, call: str) -> str:
        if function in _ALPHABETS:
            return f'trunc (len ({call})) "{self._letters(_ALPHABETS[function])}"'
        if function == "genPrivateKey":
            return f"coalesce {json.dumps(_key())} ({call})"
        if function.startswith("gen"):
            pair = f'"{_in_base64(_certificate())}" "{_in_base64(_key())}"'
            return f"coalesce (buildCustomCert {pair}) ({call})"
        if function == "htpasswd":
            return f'regexReplaceAllLiteral ":.*" ({call}) ":{_HASH}"'
        if function == "now":
            return _SOME_DAY
        texts = {"uuidv4": self._uuid(), "bcrypt": _HASH, "encryptAES": _in_base64(_HASH)}
        if function not in texts:
            raise _UnknownError(function)
        return f'coalesce "{texts[function]}" ({call})'

    def _letters(self, alphabet: str) -> str:
        """Return letters that no other place has."""
        return "".join(alphabet[number % len(alphabet)] for number in self._numbers())

    def _uuid(self) -> str:
        return str(UUID(bytes=bytes(self._numbers()[:16]), version=4))

    def _numbers(self) -> bytes:
        self._count += 1
        place = f"{self._template} {self._count}"
        return b"".join(sha512(f"{place} {part}".encode()).digest() for part in range(_PARTS))


def _certificate() -> str:
    return _pem("CERTIFICATE", _CERTIFICATE_BODY)


def _key() -> str:
    return _pem("EC PRIVATE KEY", _KEY_BODY)


def _pem(kind: str, body: str) -> str:
    return f"-----BEGIN {kind}-----\n{body}-----END {kind}-----\n"


def _in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()
