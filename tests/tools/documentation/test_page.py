"""Tables go between their marks, and nothing else of a page changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chartproof.documentation.page import BEGIN, END, filled, left_out, with_marks
from chartproof.documentation.read import read
from chartproof.errors import InputError

FILE = Path("README.md")
READ = read("# -- Pods\nreplicas: 1\nimage:\n  # -- Tag\n  tag: ''\n  # -- Name\n  name: a\n")
ROW = '| <a id="values.replicas"></a>`replicas` | int | `1` | Pods |'


def keys(page: str) -> list[str]:
    """Return the keys that a page shows, in their order."""
    return re.findall(r"</a>`(.*?)`", filled(page, FILE, READ))


def test_a_table_takes_the_place_of_what_is_between_the_marks() -> None:
    page = f"# Shop\n\nbefore\n{BEGIN}\nold | table\n{END}\nafter\n"
    made = filled(page, FILE, READ)
    assert made.startswith(f"# Shop\n\nbefore\n{BEGIN}\n\n| Key |")
    assert made.endswith(f"| Name |\n\n{END}\nafter\n")
    assert ROW in made
    assert "old" not in made
    assert filled(made, FILE, READ) == made


def test_a_mark_with_paths_takes_what_is_at_and_below_them_and_one_without_the_rest() -> None:
    page = f"{BEGIN}\n{END}\n<!-- chartproof:values image.tag, image.name -->\n{END}\n"
    assert keys(page) == ["replicas", "image.tag", "image.name"]
    below = f"<!-- chartproof:values image -->\n{END}\n"
    assert keys(below) == ["image.tag", "image.name"]
    assert [value.name for value in left_out(below, FILE, READ)] == ["replicas"]
    assert left_out(page, FILE, READ) == []


def test_headings_of_sections_are_below_the_heading_above() -> None:
    found = read("# -- Pods\n# @section -- Size\nreplicas: 1\n")
    assert "\n#### Size\n" in filled(f"### Values\n{BEGIN}\n{END}\n", FILE, found)
    assert "\n###### Size\n" in filled(f"###### Values\n{BEGIN}\n{END}\n", FILE, found)


def test_marks_in_a_block_of_code_are_only_shown() -> None:
    page = f"```markdown\n{BEGIN}\n{END}\n```\n\n{BEGIN}\n{END}\n"
    made = filled(page, FILE, READ)
    assert made.startswith(f"```markdown\n{BEGIN}\n{END}\n```\n")
    assert made.count(ROW) == 1


def test_line_ends_stay_those_of_the_page() -> None:
    made = filled(f"# Shop\r\n{BEGIN}\r\n{END}\r\n", FILE, READ)
    assert made.count("\n") == made.count("\r\n") > 5


def test_what_only_python_takes_for_a_line_end_stays(tmp_path: Path) -> None:
    page = f"a\x0cb\u2028c\x85d\n{BEGIN}\n{END}\n"
    assert filled(page, tmp_path, READ).startswith("a\x0cb\u2028c\x85d\n")


def test_a_page_without_marks_gets_them_at_its_end() -> None:
    assert with_marks("", FILE, "# shop") == f"# shop\n\n## Values\n\n{BEGIN}\n{END}\n"
    assert with_marks("# A\n\ntext\n", FILE, "# shop").startswith("# A\n\ntext\n\n## Values\n\n")
    marked = f"# A\n{BEGIN}\n{END}\n"
    assert with_marks(marked, FILE, "# shop") == marked


def test_a_table_of_another_tool_is_not_doubled() -> None:
    with pytest.raises(InputError) as refused:
        with_marks("# A\n\n## Parameters\n\n| Name |\n", FILE, "# shop")
    assert str(refused.value) == (
        "README.md:3: found '## Parameters', but not where the table is to stand;"
        f" put {BEGIN} above the place and {END} below it"
    )


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (f"a\n{BEGIN}\n", f"README.md:2: this table has no end, expected {END} below it"),
        (f"{END}\n", f"README.md:1: found {END}, expected {BEGIN} before it"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", f"README.md:2: found {BEGIN}, expected {END} before it"),
        (
            "<!-- chartproof:vales -->\n",
            f"README.md:1: found <!-- chartproof:vales -->, expected {BEGIN} or {END}",
        ),
        (
            f"<!-- chartproof:values imag -->\n{END}\n",
            "README.md:1: there is no value imag; did you mean image?",
        ),
    ],
)
def test_marks_that_make_no_sense_are_told_by_line(page: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        filled(page, FILE, READ)
    assert str(refused.value) == said
