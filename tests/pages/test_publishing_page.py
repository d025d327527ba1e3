"""docs/publishing.md is followed to the letter, but for the ports of its servers."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.pages.guide import follow, section
from tests.support.helm import HELMS
from tests.support.servers import registry, web_server, with_password

pytestmark = pytest.mark.needs("helm3", "helm4", "gnupg", "web", "registry")

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "publishing.md").read_text("utf-8")
INSTALL = "Install and upgrade"
WEB, REGISTRY = "127.0.0.1:8080", "127.0.0.1:5000"


@pytest.mark.parametrize("helm", HELMS)
def test_the_page_leads_where_it_says(clone: Path, tmp_path: Path, helm: str) -> None:
    (clone / "site").mkdir()
    closed = tmp_path / "registry"
    with ExitStack() as stack:
        url = stack.enter_context(web_server(clone / "site"))
        host = stack.enter_context(registry(closed, with_password(closed)))
        page = (
            PAGE.partition(f"## {INSTALL}\n")[0]
            .replace(f"http://{WEB}", url)
            .replace(REGISTRY, host)
        )
        for outcome in follow(page, clone, str(HELMS[helm].path().parent)):
            told = f"$ {outcome.command.words}\n{outcome.printed}"
            assert outcome.code == 0, told
            assert not outcome.missing, told
    archive = (clone / "site/rabbitmq-workers-0.1.0.tgz").read_bytes()
    assert (clone / "rabbitmq-workers-0.1.0.tgz").read_bytes() == archive
    shown = ["git", "cat-file", "blob", "gh-pages:rabbitmq-workers-0.1.0.tgz"]
    pushed = subprocess.check_output(shown, cwd=tmp_path / "origin.git", env=os.environ)
    assert pushed == archive


def test_what_needs_a_cluster_is_followed_on_one() -> None:
    """tests/cluster/test_published.py follows this part; it must not come to be empty."""
    commands = re.findall(r"^\$ helm (\w+)", section(PAGE, INSTALL), flags=re.M)
    assert {"install", "test", "upgrade", "rollback", "uninstall"} <= set(commands)
