"""YAML is read as Kubernetes reads it, and what is written is read back as it was."""

from __future__ import annotations

import pytest

from chartproof import yamlio


@pytest.mark.parametrize("text", ["y", "N", "off", "0o17", "1e3", "2020-01-01", "=", "1:30", "~"])
def test_text_that_could_be_something_else_is_written_as_text(text: str) -> None:
    assert yamlio.load(yamlio.dump({"a": text})) == {"a": text}
