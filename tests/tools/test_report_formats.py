"""Other programs read what lint writes."""

from __future__ import annotations

import json
from xml.etree import ElementTree as Xml

from chartproof.explanations import EXPLAINED
from chartproof.findings import Finding, Severity
from chartproof.report_formats import as_github, as_json, as_junit, as_sarif
from chartproof.waivers import Waived

ERROR = Finding(
    "50% of <it>\nis: gone",
    rule="reference-names-a-key",
    object="Pod/a",
    field="spec",
    template="my chart/a,b:c.yaml",
    line=7,
    cases=("one",),
)
NOTE = Finding("look", Severity.NOTE, rule="helm-lint")
WAIVED = Waived(ERROR, "another team's")


def test_json_has_every_field() -> None:
    error, note = json.loads(as_json([ERROR, NOTE]))
    assert (error["line"], error["severity"], error["cases"]) == (7, "error", ["one"])
    assert (note["message"], note["severity"], note["line"]) == ("look", "note", None)


def test_sarif_places_a_finding_and_explains_its_rule() -> None:
    log = json.loads(as_sarif([ERROR, NOTE]))
    (run,) = log["runs"]
    error, note = run["results"]
    (location,) = error["locations"]
    assert log["version"] == "2.1.0"
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "my%20chart/a%2Cb%3Ac.yaml"},
        "region": {"startLine": 7},
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "Pod/a"
    assert (error["ruleId"], error["level"]) == ("reference-names-a-key", "error")
    assert (note["level"], note["locations"]) == ("note", [])
    helps = {rule["id"]: rule["help"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert helps == {rule.id: rule.documentation for rule in EXPLAINED.values()}


def test_sarif_tells_how_severe_a_rule_can_get() -> None:
    (run,) = json.loads(as_sarif([]))["runs"]
    levels = {it["id"]: it["defaultConfiguration"] for it in run["tool"]["driver"]["rules"]}
    assert levels["reference-names-an-object"] == {"level": "error"}
    assert levels["value-is-read"] == {"level": "warning"}
    assert levels["wrong-type-is-refused"] == {"level": "note"}


def test_junit_fails_for_errors_and_passes_notes() -> None:
    suite = Xml.fromstring(as_junit([ERROR, NOTE]))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed, passed = suite
    assert (failed.get("classname"), failed.get("name")) == ("reference-names-a-key", "Pod/a spec")
    assert failed[0].get("message") == ERROR.message
    assert [child.tag for child in passed] == ["system-out"]


def test_junit_stays_xml_whatever_a_message_holds() -> None:
    suite = Xml.fromstring(as_junit([Finding("a\x1bb\x00c")]))  # noqa: S314 - our own text
    assert suite[0][0].get("message") == "a\ufffdb\ufffdc"


def test_github_annotations_are_escaped() -> None:
    assert as_github([ERROR, NOTE]).splitlines() == [
        "::error file=my chart/a%2Cb%3Ac.yaml,line=7,title=reference-names-a-key::"
        "50%25 of <it>%0Ais: gone",
        "::notice title=helm-lint::look",
    ]


def test_json_gives_the_reason_of_what_is_waived() -> None:
    note, error = json.loads(as_json([NOTE], [WAIVED]))
    assert (note["message"], note["waived"]) == ("look", None)
    assert (error["line"], error["waived"]) == (7, "another team's")


def test_sarif_suppresses_what_is_waived() -> None:
    (run,) = json.loads(as_sarif([NOTE], [WAIVED]))["runs"]
    note, error = run["results"]
    assert "suppressions" not in note
    assert error["ruleId"] == "reference-names-a-key"
    assert error["suppressions"] == [{"kind": "external", "justification": "another team's"}]


def test_junit_skips_what_is_waived() -> None:
    suite = Xml.fromstring(as_junit([NOTE], [WAIVED]))  # noqa: S314 - our own text
    counts = [suite.get(name) for name in ("tests", "failures", "skipped")]
    assert counts == ["2", "0", "1"]
    _, skipped = suite
    assert skipped.get("name") == "Pod/a spec"
    assert [(child.tag, child.get("message")) for child in skipped] == [
        ("skipped", "waived: another team's")
    ]


def test_github_annotates_nothing_that_is_waived() -> None:
    assert as_github([NOTE], [WAIVED]) == as_github([NOTE])
