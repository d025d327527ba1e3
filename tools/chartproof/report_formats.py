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
from chartproof.rules import RULES

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, escaped or not: control characters but for tab and line ends."""

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(findings: Sequence[Finding]) -> str:
    """Write a list of objects with the fields of `Finding`."""
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def as_sarif(findings: Sequence[Finding]) -> str:
    """Write a SARIF 2.1.0 log of one run, with every rule's documentation."""
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.documentation.partition("\n")[0]},
            "help": {"text": rule.documentation},
        }
        for rule in RULES.values()
    ]
    run = {
        "tool": {"driver": {"name": "chartproof", "rules": rules}},
        "results": [_sarif_result(finding) for finding in findings],
    }
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


def as_junit(findings: Sequence[Finding]) -> str:
    """Write one test a finding: errors and warnings have failed, notes have passed."""
    failures = sum(finding.severity is not Severity.NOTE for finding in findings)
    counts = {"tests": str(len(findings)), "failures": str(failures)}
    suite = Xml.Element("testsuite", {"name": "chartproof lint", **counts})
    for finding in findings:
        name = f"{finding.object} {finding.field}".strip() or finding.template or "chart"
        test = Xml.SubElement(suite, "testcase", {"classname": finding.rule, "name": name})
        said = {"type": str(finding.severity), "message": finding.message}
        if finding.severity is Severity.NOTE:
            Xml.SubElement(test, "system-out").text = finding.message
        else:
            Xml.SubElement(test, "failure", said).text = finding.template
    written = Xml.tostring(suite, encoding="unicode", xml_declaration=True)
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", written)


def as_github(findings: Sequence[Finding]) -> str:
    """Write one workflow command a finding, which GitHub shows at the line."""
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


FORMATS: Mapping[str, Callable[[Sequence[Finding]], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "github": as_github,
}
