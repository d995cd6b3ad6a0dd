"""JUnit XML: a suite for each project, a test for each gate."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mesh_tools.build.gates.values import Checkup, Result
from mesh_tools.model.finding import Finding
from mesh_tools.report.check.words import rows, sentence
from mesh_tools.report.lint.safe import one_line, visible


def as_junit(checkup: Checkup) -> str:
    """A gate that failed is a failed test, one that was not asked a skipped one."""
    everything = ET.Element("testsuites", name=one_line(f"mesh check {checkup.mesh}"))
    for name, results in rows(checkup):
        suite = ET.SubElement(everything, "testsuite", name=one_line(name))
        for result in results.values():
            _case(suite, name, result)
        _sum(suite, list(results.values()))
    _sum(everything, list(checkup.results))
    ET.indent(everything)
    text: bytes = ET.tostring(everything, encoding="us-ascii", xml_declaration=True)
    return text.decode() + "\n"


def _case(suite: ET.Element, project: str, result: Result) -> None:
    case = ET.SubElement(suite, "testcase", classname=one_line(project), name=result.gate, time=f"{result.seconds:.3f}")
    text = "\n".join(map(_told, result.findings))
    if result.verdict == "failed":
        ET.SubElement(case, "failure", message=one_line(result.summary), type=result.gate).text = text
    elif result.verdict == "skipped":
        ET.SubElement(case, "skipped", message=one_line(result.summary))
    elif text:
        ET.SubElement(case, "system-out").text = text


def _told(finding: Finding) -> str:
    where = f"\n  --> {finding.where}" if finding.where else ""
    lines = f"{finding.severity}[{finding.code}]: {sentence(finding)}{where}".splitlines()
    return "\n".join(map(visible, lines))


def _sum(element: ET.Element, results: list[Result]) -> None:
    element.set("tests", str(len(results)))
    element.set("failures", str(sum(result.verdict == "failed" for result in results)))
    element.set("errors", "0")
    element.set("skipped", str(sum(result.verdict == "skipped" for result in results)))
    element.set("time", f"{sum(result.seconds for result in results):.3f}")
