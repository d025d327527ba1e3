"""The picture of a review shows what git shows of that change today."""

from __future__ import annotations

import html

import pytest

from tests.pages import review


@pytest.mark.timeout(120)
def test_the_picture_shows_the_change_and_what_it_does() -> None:
    drawn = html.unescape(review.PICTURE.read_text("utf-8")).replace("\xa0", " ")
    of_the_chart, of_the_snapshots = review.differences()
    shown = [
        line
        for line in f"{of_the_chart}\n{of_the_snapshots}".splitlines()
        if line.strip() and not line.startswith(("diff ", "index "))
    ]
    assert [line for line in shown if line.strip() not in drawn] == []
    assert "-          image: shop/web:2.1" in shown
    assert "+          image: shop/web:v2.1" in shown
