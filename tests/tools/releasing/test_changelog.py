"""What a changelog says of a version, as Artifact Hub wants to hear it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chartproof.errors import InputError
from chartproof.releasing.changelog import Change, Changelog

TEXT = """\
# Changelog

## [Unreleased]

### Added

- `queue.limit`, which holds
  a queue [in bounds](docs/queues.md).
* A star.

### Fixed

- A **loss**.

## [0.1.0] - 2026-01-02

### Security

- Nothing secret.

[0.1.0]: https://example.com
"""


def changelog(text: str = TEXT) -> Changelog:
    return Changelog(Path("CHANGELOG.md"), text)


def test_entries_are_lines_of_plain_text_under_their_kinds() -> None:
    assert changelog().changes("Unreleased") == [
        Change("added", "queue.limit, which holds a queue in bounds."),
        Change("added", "A star."),
        Change("fixed", "A loss."),
    ]


def test_the_last_section_ends_with_its_entries() -> None:
    assert changelog().changes("0.1.0") == [Change("security", "Nothing secret.")]


def test_a_version_takes_the_unreleased_entries_and_leaves_the_heading() -> None:
    new = changelog().dated("0.2.0", date(2026, 3, 4))
    assert new == TEXT.replace("## [Unreleased]", "## [Unreleased]\n\n## [0.2.0] - 2026-03-04")
    assert changelog(new).changes("Unreleased") == []
    assert changelog(new).changes("0.2.0") == changelog().changes("Unreleased")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# Changelog\n", r"CHANGELOG.md: there is no section ## \[Unreleased\]"),
        ("## [Unreleased]\n- loose\n", "CHANGELOG.md:2: an entry that is under no ### heading"),
        (
            "\n## Unreleased\n### Fixes\n- it\n",
            "CHANGELOG.md:3: ### Fixes: not a kind of change, did you mean Fixed?",
        ),
    ],
)
def test_what_cannot_be_told_is_named_by_its_line(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=f"^{fault.replace('?', '.')}$"):
        changelog(text).changes("Unreleased")
