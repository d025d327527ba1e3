"""A verdict as text, JSON and Markdown: one content, stable, and nothing secret in any of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chartproof.diff import Verdict
from chartproof.diff.change import Change
from chartproof.diff.fields import MISSING, FieldChange
from chartproof.diff.level import Level
from chartproof.diff.report_json import json_of
from chartproof.diff.report_markdown import markdown_of
from tests.tools.diff.planted import names, planted, text_of

SECRETS = ("swordfish", "excalibur", "c3dvcmRmaXNo")


def judged(name: str, folder: Path) -> Verdict:
    return planted(name).judged(folder)


@pytest.mark.parametrize("name", ["sealed-secret", "plain-password", "random-password"])
def test_no_report_shows_what_is_secret(name: str, tmp_path: Path) -> None:
    verdict = judged(name, tmp_path)
    for report in (text_of(verdict), markdown_of(verdict), json_of(verdict)):
        assert not [secret for secret in SECRETS if secret in report]


@pytest.mark.parametrize("name", names())
def test_two_runs_write_the_same_wherever_the_charts_are(name: str, tmp_path: Path) -> None:
    one, other = (judged(name, tmp_path / side) for side in ("one", "other"))
    for write in (text_of, markdown_of, json_of):
        assert write(one) == write(other)
        assert str(tmp_path) not in write(one)


def test_json_tells_what_one_side_lacks_by_leaving_it_out(tmp_path: Path) -> None:
    report = json.loads(json_of(judged("removed-value", tmp_path)))
    assert report["old"] == {"name": "shop", "version": "1.0.0", "appVersion": None}
    assert (report["level"], report["neededVersion"]) == ("major", "2.0.0")
    assert (report["isToldByVersion"], report["isRefused"]) == (False, False)
    removed = report["changes"][0]
    assert (removed["rule"], removed["subject"], removed["field"]) == (
        "value-removed",
        "values",
        "retries",
    )
    assert removed["differences"] == [{"path": "retries", "old": 3}]
    assert report["changes"][1]["cases"] == ["defaults"]


def test_json_tells_the_cases_that_were_left_out(tmp_path: Path) -> None:
    report = json.loads(json_of(judged("in-one-case", tmp_path)))
    assert report["cases"] == ["defaults", "plain", "tls"]
    assert report["leftOut"] == [
        {"case": "color", "reason": "values at color: unknown key, known here: tag, tls"}
    ]


MARKDOWN = """\
<!-- chartproof diff shop -->
### shop 1.0.0 → 1.1.0: major

- verdict: major (1 major, 1 patch)
- version 1.1.0 does not tell it: it needs 2.0.0 or newer

| step | what | change | cases |
|---|---|---|---|
| major | `Service/web spec.ports` | no longer answers on 80/TCP; new: 8080/TCP | all |

<details><summary>1 patch</summary>

| step | what | change | cases |
|---|---|---|---|
| patch | `Service/web` | changes in place | all |

</details>

<details><summary>Service/web: changes in place</summary>

```diff
@ spec.ports[http].port
- 80
+ 8080
```

</details>

"""


def test_markdown_folds_what_is_long(tmp_path: Path) -> None:
    assert markdown_of(judged("removed-port", tmp_path)) == MARKDOWN


def with_change(verdict: Verdict, **fields: Any) -> Verdict:
    change = Change("object-changes", Level.PATCH, "ConfigMap/web", "changes in place")
    return replace(verdict, changes=[replace(change, **fields)])


def test_markdown_lets_no_text_of_a_chart_end_what_it_stands_in(tmp_path: Path) -> None:
    verdict = with_change(
        judged("only-comments", tmp_path),
        message="a | b\n<!-- `c` @all",
        field="data.a|b`c`",
        fields=(FieldChange(("data", "x"), "```\n</details>", "````\n</details>"),),
    )
    report = markdown_of(verdict)
    row = next(line for line in report.splitlines() if line.startswith("| patch"))
    assert row == r"| patch | `ConfigMap/web data.a\|b'c'` | a \| b \<!-- \`c\` @all | all |"
    assert "<summary>ConfigMap/web data.a|b`c`: a | b &lt;!-- `c` @all</summary>" in report
    fences = re.findall(r"^`{3,}(?:diff)?$", report, re.MULTILINE)
    assert fences == ["`````diff", "`````"]


def test_markdown_has_room_in_a_comment(tmp_path: Path) -> None:
    verdict = with_change(
        judged("only-comments", tmp_path),
        fields=(FieldChange(("data", "x"), MISSING, "x" * 70_000),),
    )
    report = markdown_of(verdict)
    assert len(report) < 65_536
    assert report.endswith("More differences than a comment has room for are left out.\n")


def test_text_lists_no_more_differences_than_one_can_read(tmp_path: Path) -> None:
    fields = tuple(FieldChange(("data", f"key{index}"), 1, 2) for index in range(20))
    verdict = with_change(judged("only-comments", tmp_path), fields=fields)
    report = text_of(verdict)
    assert "       data.key11: 1 -> 2\n       and 8 more\n" in report
    assert "data.key12" not in report
