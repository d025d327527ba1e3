"""Findings in the formats that other programs read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from chartproof.findings import Finding, Severity
from chartproof.waivers import Waived

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, escaped or not: control characters but for tab and line ends."""

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(findings: Sequence[Finding], waived: Sequence[Waived] = ()) -> str:
    """Write a list of objects with the fields of `Finding`, and `waived`, the reason or null."""
    objects = [
        *({**asdict(finding), "waived": None} for finding in findings),
        *({**asdict(finding), "waived": reason} for finding, reason in waived),
    ]
    return json.dumps(objects, indent=2)


def as_sarif(findings: Sequence[Finding], waived: Sequence[Waived] = ()) -> str:
    """Write a SARIF 2.1.0 log of one run, with every rule's documentation.

    What is waived is there with a suppression, as the standard has it.
    """
    from chartproof.explanations import EXPLAINED  # all rules: the other formats need none

    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.documentation.partition("\n")[0]},
            "help": {"text": rule.documentation},
            "defaultConfiguration": {"level": str(rule.severities[0])},
        }
        for rule in EXPLAINED.values()
    ]
    results = [_sarif_result(finding) for finding in findings]
    for finding, reason in waived:
        suppression = {"kind": "external", "justification": reason}
        results.append({**_sarif_result(finding), "suppressions": [suppression]})
    run = {"tool": {"driver": {"name": "chartproof", "rules": rules}}, "results": results}
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _sarif_result(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.template:
        path = Path(finding.template)
        uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
        location["physicalLocation"] = {"artifactLocation": {"uri": uri}}
        if finding.line:
            location["physicalLocation"]["region"] = {"startLine": finding.line}
    if finding.object:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.object, "kind": "object"}]
    return {
        "ruleId": finding.rule,
        "level": str(finding.severity),
        "message": {"text": finding.message},
        "locations": [location] if location else [],
    }


def as_junit(findings: Sequence[Finding], waived: Sequence[Waived] = ()) -> str:
    """Write one test a finding: errors and warnings fail, notes pass, what is waived is skipped."""
    counts = {
        "tests": len(findings) + len(waived),
        "failures": sum(finding.severity is not Severity.NOTE for finding in findings),
        "skipped": len(waived),
    }
    numbers = {name: str(count) for name, count in counts.items()}
    suite = Xml.Element("testsuite", {"name": "chartproof lint", **numbers})
    for finding in findings:
        test = _junit_test(suite, finding)
        said = {"type": str(finding.severity), "message": finding.message}
        if finding.severity is Severity.NOTE:
            Xml.SubElement(test, "system-out").text = finding.message
        else:
            Xml.SubElement(test, "failure", said).text = finding.template
    for finding, reason in waived:
        test = _junit_test(suite, finding)
        Xml.SubElement(test, "skipped", {"message": f"waived: {reason}"}).text = finding.message
    written = Xml.tostring(suite, encoding="unicode", xml_declaration=True)
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", written)


def _junit_test(suite: Xml.Element, finding: Finding) -> Xml.Element:
    name = f"{finding.object} {finding.field}".strip() or finding.template or "chart"
    return Xml.SubElement(suite, "testcase", {"classname": finding.rule, "name": name})


def as_github(findings: Sequence[Finding], _: Sequence[Waived] = ()) -> str:
    """Write one workflow command a finding, shown at its line; none for what is waived."""
    return "\n".join(map(_annotation, findings))


def _annotation(finding: Finding) -> str:
    command = "notice" if finding.severity is Severity.NOTE else str(finding.severity)
    properties = ",".join(f"{name}={value}" for name, value in _github_properties(finding))
    return f"::{command} {properties}::{_escaped(finding.message)}"


def _github_properties(finding: Finding) -> Iterator[tuple[str, str]]:
    given = {"file": finding.template, "line": str(finding.line or ""), "title": finding.rule}
    for name, value in given.items():
        if value:
            yield name, _escaped(value).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


FORMATS: Mapping[str, Callable[[Sequence[Finding], Sequence[Waived]], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
}
