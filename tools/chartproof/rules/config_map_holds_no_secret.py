"""No ConfigMap and no environment variable holds a password, a token or a key in the open.

Whoever may read pods and ConfigMaps reads them, and so do logs and backups. Put them into a
Secret. Told of are values whose name ends in password, passphrase, secret, token or ...key, as
data, as a setting in a file, as an argument or a variable, and URLs with a password. Values that
only stand in for one (`$(PASSWORD)`, `/run/secrets/token`) are not. It is a warning, as it goes
by names.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartproof.findings import Finding, Severity
from chartproof.release import Release
from chartproof.wiring.references import references
from chartproof.wiring.secrecy import exposed
from chartproof.wiring.texts import name_of, text_at, texts

SEVERITIES = (Severity.WARNING,)


def check(release: Release) -> Iterator[Finding]:
    """Find secrets in the open; what they are is not shown."""
    names = {manifest.name for manifest in release.of_kind("Secret")}
    names |= {reference.name for reference in references(release) if reference.kind == "Secret"}
    for manifest, path in texts(release):
        if manifest.kind == "Secret":
            continue
        text = text_at(manifest, path)
        if text in names:
            continue
        for line, name in exposed(name_of(manifest, path), text):
            where = f" in line {line + 1}" if "\n" in text.strip() else ""
            yield Finding.at(
                manifest,
                path,
                f"{name}{where} holds a secret in the open: move it into a Secret",
                severity=Severity.WARNING,
            )
