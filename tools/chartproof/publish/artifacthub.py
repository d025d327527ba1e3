"""artifacthub-repo.yml, by which Artifact Hub knows whose a repository is.

Its keys are described in Artifact Hub's repository, docs/metadata/artifacthub-repo.yml.
"""

from __future__ import annotations

from chartproof import yamlio
from chartproof.errors import InputError
from chartproof.publish.settings import Settings

FILE = "artifacthub-repo.yml"


def written(old: bytes | None, settings: Settings, where: str) -> bytes | None:
    """Return the file with what the settings say, or None where they say nothing of it.

    Keys that the settings do not speak of are kept, and the whole file where nothing changes.
    Raises InputError for an old file that cannot be read.
    """
    if settings.repository_id is None and not settings.owners:
        return None
    text = (old or b"").decode("utf-8", errors="replace")
    if fault := yamlio.fault(text):
        raise InputError(fault.told(where, text))
    before = yamlio.load(text) or {}
    after = dict(before)
    if settings.repository_id is not None:
        after["repositoryID"] = settings.repository_id
    if settings.owners:
        after["owners"] = [{"name": it.name, "email": it.email} for it in settings.owners]
    if old is not None and after == before:
        return old
    return yamlio.dump(after).encode()
