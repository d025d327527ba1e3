"""Every command that README.md, the other pages and docs/ show is tried by a test.

commands.yaml says by which one. A command that is new on a page, or has changed,
fails here until it is tried.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.pages.commands import ROOT, Typed, commands, tries

TABLE: Mapping[str, Mapping[str, str]] = yaml.safe_load(
    Path(__file__).with_name("commands.yaml").read_text("utf-8")
)
FOLLOWED, RUN = TABLE["followed"], TABLE["run"]
TYPED = tuple(commands())


def place(typed: Typed) -> str:
    """Return what a page, or a section of it, is called in the table."""
    return f"{typed.page}#{typed.section}"


def is_followed(typed: Typed) -> bool:
    """Tell whether a test takes every step of this page, or of this section of it."""
    return typed.is_step and (typed.page in FOLLOWED or place(typed) in FOLLOWED)


def normal(text: str) -> str:
    """Return a command as the table has it: in one line."""
    return " ".join(text.split())


@cache
def tried() -> Sequence[Sequence[str]]:
    """Return every command that a test runs, as its words."""
    steps = [words for it in TYPED if is_followed(it) for words in it.simple]
    entries = [Typed("", 0, "", text, is_step=True) for text in RUN]
    return [*steps, *(words for it in entries for words in it.simple)]


def is_tried(typed: Typed) -> bool:
    """Tell whether a test runs a command: a step by its own words, a mention by those it has."""
    if is_followed(typed) or normal(typed.text) in RUN:
        return True
    if typed.is_step:
        return False
    return all(any(tries(words, run) for run in tried()) for words in typed.simple)


def test_every_command_is_tried() -> None:
    assert len(TYPED) > 150
    assert [str(it) for it in TYPED if not is_tried(it)] == []


def test_every_entry_is_of_a_command_on_a_page() -> None:
    typed = {normal(it.text) for it in TYPED}
    assert [text for text in RUN if text not in typed] == []


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_is_followed_is_a_page_with_steps_and_its_test_names_it(name: str) -> None:
    page, _, heading = name.partition("#")
    steps = [it for it in TYPED if it.is_step and it.page == page]
    assert [it for it in steps if not heading or it.section == heading]
    file, _, _ = FOLLOWED[name].partition("::")
    text = (ROOT / file).read_text("utf-8")
    assert Path(page).name in text
    assert re.search(r"\b(follow|followed|types|commands)\(", text)


@pytest.mark.parametrize("test", sorted({*FOLLOWED.values(), *RUN.values()}))
def test_a_test_of_the_table_is_in_its_file(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


PAGE = """\
Run `chartproof lint` or `NAME=x helm
template`, but not `helm` alone.

| a | b |
|---|---|
| `make x` | `kubectl get pods \\| wc` |

## Install

```console
$ pip install . && ls | wc
shown
```

```sh
# a comment
workers wait  # ends
```

    python -m survey FOLDER
    [a, list]
"""


def test_steps_and_mentions_are_found_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(PAGE)
    found = [
        (it.line, it.section, it.text, it.is_step)
        for it in commands([tmp_path / "page.md"], tmp_path)
    ]
    assert found == [
        (1, "", "chartproof lint", False),
        (1, "", "NAME=x helm template", False),
        (6, "", "make x", False),
        (6, "", "kubectl get pods | wc", False),
        (11, "Install", "pip install . && ls | wc", True),
        (17, "Install", "workers wait", True),
        (20, "Install", "python -m survey FOLDER", True),
    ]


@pytest.mark.parametrize(
    ("mention", "run", "is_one"),
    [
        ("helm test", "helm test demo", True),
        ("helm test --logs", "helm test demo", False),
        ("helm template", "A=1 helm template x", True),
        ("chartproof lint --explain RULE", "chartproof lint --explain value-is-read", True),
        ("chartproof lint chart --case ha", "chartproof lint --case ha chart", False),
        ("kubectl logs job/<fullname>-guard", "kubectl logs job/demo-guard", True),
        ("kubectl exec x -- rabbitmqctl ...", "kubectl exec x -- rabbitmqctl status", True),
        (".venv/bin/pytest", "pytest -q", True),
        ("make test", "make testing", False),
    ],
)
def test_a_mention_is_tried_by_a_command_that_has_its_words(
    mention: str, run: str, is_one: bool
) -> None:
    (words,) = Typed("", 1, "", mention, is_step=False).simple
    (typed,) = Typed("", 1, "", run, is_step=True).simple
    assert tries(words, typed) is is_one
