"""What a person types and reads of `chartproof publish`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.archives import packed
from tests.support.command_line import CHARTPROOF


def run(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [CHARTPROOF, "publish", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done


def test_a_dry_run_says_that_it_is_one_and_how_to_do_it(tmp_path: Path) -> None:
    packed(tmp_path)
    done = run(tmp_path, "shop-1.0.0.tgz", "--to", "site")
    assert done.returncode == 0
    assert done.stdout.startswith("site\n  add     shop-1.0.0.tgz  ")
    assert done.stdout.endswith("nothing was changed; add --apply to do this\n")
    done = run(tmp_path, "shop-1.0.0.tgz", "--to", "site", "--apply")
    assert done.stdout.endswith("published\n")
    done = run(tmp_path, "shop-1.0.0.tgz", "--to", "site", "--apply")
    assert done.stdout.endswith("nothing to do\n")
    assert "keep    shop 1.0.0, published as sha256:" in done.stdout


def test_a_refusal_is_one_message_and_exit_code_1(tmp_path: Path) -> None:
    run(tmp_path, packed(tmp_path), "--to", "site", "--apply")
    done = run(tmp_path, packed(tmp_path, key="b"), "--to", "site", "--apply")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("shop 1.0.0 is published at site with other content")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--owner", "Mia"], "--owner Mia: expected NAME <MAIL>"),
        (["--owner", "Mia <mia>"], "--owner Mia <mia>: expected NAME <MAIL>"),
        (["--repository-id", "mine"], "--repository-id mine: expected a UUID"),
    ],
)
def test_an_option_of_the_wrong_form_is_told(tmp_path: Path, words: list[str], told: str) -> None:
    done = run(tmp_path, packed(tmp_path), "--to", "site", *words)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (2, "", told)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    packed(tmp_path)
    done = run(tmp_path, "shop-1.0.0.tgz", "--to", "/proc/site", "--apply")
    assert (done.returncode, done.stderr.strip()) == (1, "/proc/site: No such file or directory")
