"""JUnit XML, which every CI system reads: a suite for each project, a test for each rule or finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from mesh_tools.model.finding import Finding
from mesh_tools.report.lint.report import Report
from mesh_tools.report.lint.safe import one_line


def as_junit(report: Report) -> str:
    """Each finding that counts is a test: failed when it fails the run, else passed with its text as output.

    A rule that found nothing is a test that passed, and one that could not be asked is skipped. Readers show the first
    failure of a test only; so each finding is one of its own.
    """
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in report.new:
        findings[finding.project].append(finding)
    everything = ET.Element("testsuites", name=one_line(f"mesh lint {report.mesh}".strip()))
    names = dict.fromkeys((*report.projects, *report.asked, *findings))
    suites = [_suite(name, findings[name], report) for name in names]
    everything.extend(suite for suite in suites if len(suite))
    _sum(everything, everything.iter("testcase"))
    ET.indent(everything)
    text: bytes = ET.tostring(everything, encoding="us-ascii", xml_declaration=True)
    return text.decode() + "\n"


def _suite(project: str, findings: list[Finding], report: Report) -> ET.Element:
    title = one_line(project or report.mesh or "mesh")
    suite = ET.Element("testsuite", name=title)
    suite.extend(_finding(finding, title, report) for finding in findings)
    clean = report.asked.get(project, frozenset()) - {finding.code for finding in findings}
    for code in sorted(clean):
        ET.SubElement(suite, "testcase", classname=title, name=_named(code, report))
    for one in report.not_checked:
        if project in (one.projects or ("",)):
            case = ET.SubElement(suite, "testcase", classname=title, name=_named(one.code, report))
            ET.SubElement(case, "skipped", message=f"needs {one_line(one.need)}")
    _sum(suite, suite)
    return suite


def _finding(finding: Finding, title: str, report: Report) -> ET.Element:
    path, where = report.path_of(finding), finding.where
    key = f" {finding.key}" if finding.key else ""
    name = f"{_named(finding.code, report)}: {one_line(finding.subject + key)}"
    case = ET.Element("testcase", classname=title, name=name)
    if path is not None:
        case.set("file", one_line(path.as_posix()))
    if where is not None and where.line is not None:
        case.set("line", str(where.line))
    message = f"{one_line(finding.subject)} {one_line(finding.message)}"
    lines = [f"{finding.severity}: {message}", f"at {one_line(str(where))}" if where else "", _help(finding)]
    text = "\n".join(filter(None, lines))
    if report.fails(finding):
        ET.SubElement(case, "failure", message=message, type=finding.code).text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _help(finding: Finding) -> str:
    return f"help: {one_line(finding.hint)}" if finding.hint else ""


def _named(code: str, report: Report) -> str:
    rule = report.rules.get(code)
    return f"{code} {rule.name}" if rule else code


def _sum(element: ET.Element, cases: Iterable[ET.Element]) -> None:
    cases = list(cases)
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", "0")
    element.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
