"""What the tests of pages share; the samples are projects of their own, with tests of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clones import git
from tests.support.helm import homes
from tests.support.keys import new_key

REPOSITORY = Path(__file__).parents[2]

collect_ignore = ["samples"]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a clone of this repository as its maintainer has it, with a remote and a key."""
    folder = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--bare", str(REPOSITORY), str(tmp_path / "origin.git"))
    git(tmp_path, "clone", "--quiet", str(tmp_path / "origin.git"), str(folder))
    for name, text in homes(tmp_path / "helm").items():
        monkeypatch.setenv(name, text)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Maintainer")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "maintainer@example.com")
    with new_key() as key:
        monkeypatch.setenv("GNUPGHOME", str(key.home))
        yield folder
