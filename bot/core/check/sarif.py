"""Findings as SARIF 2.1.0, which editors and code hosts show beside the lines."""

from collections.abc import Sequence
from typing import Final

from bot.core.check.findings import Finding, Grade

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Final = {Grade.ERROR: "error", Grade.WARNING: "warning", Grade.INFO: "note"}


def sarif(findings: Sequence[Finding]) -> dict[str, object]:
    """One run; a rule for each kind of finding, a result for each finding."""
    rules = sorted({finding.id for finding in findings})
    driver = {"name": "lotse check", "rules": [{"id": rule} for rule in rules]}
    results = [_result(finding) for finding in findings]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(finding: Finding) -> dict[str, object]:
    place = {
        "artifactLocation": {"uri": finding.file},
        "region": {"startLine": max(1, finding.line)},
    }
    return {
        "ruleId": finding.id,
        "level": LEVELS[finding.grade],
        "message": {"text": f"{finding.text} {finding.proposal}".rstrip()},
        "locations": [{"physicalLocation": place}],
    }
