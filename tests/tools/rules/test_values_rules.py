"""Values that are missing, doubled, dead or of another shape than templates think."""

from __future__ import annotations

from tests.support.findings import found, told

TEXT, UNIQUE = "text-is-filled-in", "yaml-key-is-unique"


def test_what_go_prints_for_a_missing_value_is_found_in_fields_keys_and_notes() -> None:
    findings = found(TEXT, f"{TEXT}/bad")
    assert [told(finding) for finding in findings] == [
        (None, "", ""),
        (6, "ConfigMap/printed", "data.missing"),
        (7, "ConfigMap/printed", "data.number"),
        (8, "ConfigMap/printed", "data.any"),
        (9, "ConfigMap/printed", "data.<nil>"),
        (11, "ConfigMap/printed", "data.config"),
        (19, "Secret/encoded", "data.address"),
    ]
    printed = [finding.message.partition(" stands where a value")[0] for finding in findings]
    nothing = "<nil>"
    assert printed == [
        *(nothing, "%!s(<nil>)", "%!s(float64=8080)", nothing, nothing, nothing, "<no value>")
    ]
    assert findings[0].message.endswith("in line 1 of the notes")
    assert findings[0].template.endswith("templates/NOTES.txt")


def test_a_key_given_twice_is_found_in_values_cases_chart_yaml_and_output() -> None:
    findings = found(UNIQUE, f"{UNIQUE}/bad")
    assert [
        (finding.template.rpartition("/bad/")[2], finding.line, finding.field)
        for finding in sorted(findings, key=lambda finding: finding.template)
    ] == [
        ("Chart.yaml", 5, "description"),
        ("ci/twice-values.yaml", 2, "web"),
        ("templates/all.yaml", 6, "metadata.labels.app"),
        ("templates/all.yaml", 18, "spec.containers[web].image"),
        ("values.yaml", 6, "web.port"),
        ("values.yaml", 7, "labels"),
    ]
    (port,) = (finding for finding in findings if finding.field == "web.port")
    assert (
        port.message == "key 'port' is given twice, and only the last one counts, first in line 4"
    )
