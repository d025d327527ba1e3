"""The page of mutants is kept up in slices: what is tried anew replaces what was there."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.page import killers, lists, page, sections, sections_of
from tests.mutation.rules import changed, chosen, suites_of
from tests.mutation.trial import Result

ROOT = Path(__file__).parents[2]
CODE = (lambda: None).__code__
MODULES = ["shop.cart", "shop.order", "shop.till"]


def mutant(module: str, before: str) -> Mutant:
    """Make a mutant in which a condition always holds."""
    return Mutant(module, "check", before, "True", CODE)


def tried(*results: tuple[str, str, str | None]) -> dict[str, str]:
    """Write the sections of mutants, each by its module, condition and killer."""
    reasons = {"shop.order.check: b or `|` -> True": "it saves time"}
    return sections([Result(mutant(it, cond), killer) for it, cond, killer in results], reasons)


FIRST = tried(
    ("shop.till", "a", "tests/tools/test_till.py::test_a"),
    ("shop.order", "b or `|`", None),
    ("shop.order", "c", None),
    ("shop.gone", "d", None),
)


def test_a_page_has_the_modules_there_are_in_their_order_and_counts_their_mutants() -> None:
    text = page(FIRST, MODULES)
    assert list(sections_of(text)) == ["shop.order", "shop.till"]
    assert (
        "\n1 of 3 mutants are killed; 1 are as good as the original, for the reason\n"
        "that is given, and 1 survive without one.\n"
    ) in text
    assert text.endswith(
        "\n## shop.till\n\n| in | mutant | goes red |\n|---|---|---|\n"
        "| `check` | `a` → `True` | `test_till.py::test_a` |\n"
    )


def test_what_is_read_from_a_page_is_what_was_written() -> None:
    read = sections_of(page(FIRST, MODULES))
    assert read == {module: FIRST[module] for module in read}
    assert page(read, MODULES) == page(FIRST, MODULES)


def test_a_module_that_is_tried_anew_takes_the_place_of_its_section_alone() -> None:
    before = sections_of(page(FIRST, MODULES))
    again = tried(("shop.order", "c", "test_order.py::test_c"), ("shop.cart", "e", None))
    after = page(before | again, MODULES)
    assert list(sections_of(after)) == MODULES
    assert sections_of(after)["shop.till"] == before["shop.till"]
    assert "\n2 of 3 mutants are killed; 0 are as good" in after


def test_a_section_lists_the_mutants_it_was_written_for_whatever_became_of_them() -> None:
    both = [mutant("shop.order", "b or `|`"), mutant("shop.order", "c")]
    killed = tried(("shop.order", "b or `|`", "x"), ("shop.order", "c", "y"))["shop.order"]
    assert lists(FIRST["shop.order"], both)
    assert lists(killed, both)
    assert not lists(killed, both[:1])
    assert not lists(killed, [*both, mutant("shop.order", "new")])


def test_the_test_that_killed_a_mutant_is_read_back_from_its_section() -> None:
    killer = killers(
        tried(("shop.order", "a or `|`", "tests/tools/t.py::test[a|b]"), ("x", "c", None))
    )
    assert killer(mutant("shop.order", "a or `|`")) == "tests/tools/t.py::test[a|b]"
    assert killers(tried(("x", "c", "tests/t.py::test")))(mutant("x", "c")) == "tests/t.py::test"
    for unknown in (mutant("x", "c"), mutant("x", "a or `|`"), mutant("shop.order", "c")):
        assert killer(unknown) is None


def test_modules_are_chosen_by_their_names_and_those_of_their_packages() -> None:
    modules = ["shop.cart", "shop.cart_items", "till.drawer"]
    assert chosen([], modules, {}) == modules
    assert chosen(["shop.cart"], modules, {}) == ["shop.cart"]
    assert chosen(["till", "shop.cart"], modules, {}) == ["shop.cart", "till.drawer"]


def test_a_name_that_means_no_module_is_told_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"^shop\.crat: .* did you mean shop\.cart\?$"):
        chosen(["shop.till", "shop.crat"], MODULES, {})
    with pytest.raises(ValueError, match=r"^zzz: .* there are chartproof\.rules, "):
        chosen(["zzz"], MODULES, {})


def test_modules_whose_conditions_are_not_those_listed_have_changed() -> None:
    module = "chartproof.wiring.ports"
    mutants = mutants_of(import_module(module))
    now = sections([Result(it, None) for it in mutants], {})[module]
    assert list(changed([module], {module: now})) == []
    assert list(changed([module], {module: now.replace("any(", "all(")})) == [module]
    assert chosen(["--changed"], [module], {}) == [module]


def test_the_suites_of_a_module_are_those_of_its_package() -> None:
    assert "tests/tools/test_excerpt.py" in suites_of(["chartproof.excerpt"])
    assert suites_of(["chartproof.wiring.ports"])[0] == "tests/tools/rules"
    assert "tests/tools/test_plugin_cases.py" in suites_of(["chartproof.snapshot.items"])
    assert "tests/tools/rules" not in suites_of(["chartproof.snapshot.items"])


RUN = """
import sys
from importlib import import_module
from pathlib import Path
from tests.mutation import rules

rules.TESTS = {"long": ("test_*.py",), "short": ("test_*.py",)}
rules.NOT_TESTS = ("test_words.py::test_that_is_not_to_tell",)
rules.PAGE, rules.EQUIVALENT = Path("page.md"), Path("equivalent.yaml")
sys.exit(rules.main())
"""
TESTS = """
from long import is_long
from short import is_short

def test_long(): assert is_long("abcd") and not is_long("ab")
def test_short(): assert is_short("ab")
def test_that_is_not_to_tell(): assert not is_short("abcd")
"""


def run(pytester: pytest.Pytester, *words: str) -> tuple[int, list[str]]:
    """Break a small project as `make mutate-rules` does; return the exit code and what is said."""
    done = pytester.run(sys.executable, "run.py", *words)
    return int(done.ret), done.outlines + done.errlines


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Make two modules, a test that notices all faults of one, and an empty page."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tools'}:{pytester.path}")
    texts = {
        "run.py": RUN,
        "long.py": "def is_long(word: str) -> bool:\n    return len(word) > 3\n",
        "short.py": "def is_short(word: str) -> bool:\n    return len(word) < 3\n",
        "test_words.py": TESTS,
        "page.md": "",
        "equivalent.yaml": '"long.gone: a -> True": it is gone\n',
        "pytest.ini": "[pytest]",
    }
    for name, text in texts.items():
        (pytester.path / name).write_text(text)
    return pytester


def test_a_run_of_one_module_writes_its_section_and_keeps_the_other(
    project: pytest.Pytester,
) -> None:
    survivor = "SURVIVED: short.is_short: len(word) < 3 -> True"
    stale = "equivalent.yaml explains what does not survive: long.gone: a -> True"
    code, said = run(project)
    assert code == 1
    assert {survivor, stale, "4 mutants, 1 survive without a reason"} <= set(said)
    before = sections_of(Path("page.md").read_text())
    assert list(before) == ["long", "short"]
    Path("test_words.py").write_text(f"{TESTS}def test_more(): assert not is_short('abcd')\n")
    code, said = run(project, "short")
    assert (code, said[-1]) == (0, "2 mutants, 0 survive without a reason")
    after = sections_of(Path("page.md").read_text())
    assert after["long"] == before["long"]
    assert "`test_words.py::test_more`" in after["short"]
    assert "\n4 of 4 mutants are killed" in Path("page.md").read_text()


def test_a_run_of_what_has_changed_leaves_alone_what_has_not(project: pytest.Pytester) -> None:
    assert run(project)[1][-1] == "4 mutants, 1 survive without a reason"
    assert run(project, "--changed") == (0, ["0 mutants, 0 survive without a reason"])
    Path("short.py").write_text("def is_short(word: str) -> bool:\n    return len(word) <= 2\n")
    code, said = run(project, "--changed")
    assert (code, said[-1]) == (1, "2 mutants, 1 survive without a reason")
    assert "`len(word) <= 2`" in sections_of(Path("page.md").read_text())["short"]


def test_a_run_that_cannot_be_finished_leaves_the_page(project: pytest.Pytester) -> None:
    Path("test_words.py").write_text("def test_broken(): assert False")
    code, said = run(project, "short")
    assert code == 2
    assert "test_words.py::test_broken fails without a mutant:" in said
    Path("test_words.py").write_text("import nothing_of_this_name")
    code, said = run(project)
    assert code == 2
    assert "test_words.py cannot be collected:" in said
    assert run(project, "shrot") == (
        2,
        ["shrot: no such module or package is broken here, did you mean short?"],
    )
    assert Path("page.md").read_text() == ""
