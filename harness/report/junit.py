"""JUnit XML for CI systems: one test case for each scenario, with seed, decision and expectation as properties.

The text of a failure has one line for each fact (`failure_text`); control characters become escapes, because XML has
no way to write them.
"""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from hanbench.harness.files import WholeFile
from hanbench.harness.foreign_text import cleaned, cleaned_throughout
from hanbench.harness.oracle import words_of
from hanbench.harness.report.failure_text import failure_lines
from hanbench.harness.report.model import ScenarioReport

Attributes = dict[str, str]


class JunitWriter:
    """Streams test cases to a `WholeFile`: it is complete or does not exist. Raises OutputError."""

    def __init__(self, path: Path, *, tests: int, suite: str = "hanbench verify") -> None:
        """`suite`: the name of the test suite."""
        self._file = WholeFile(path)
        self._text = io.TextIOWrapper(self._file.stream, "utf-8", newline="\n")
        self._xml = XMLGenerator(self._text, "utf-8", short_empty_elements=True)
        self._xml.startDocument()
        self._start("testsuites", {})
        # Without a count of failures, which is not known yet; readers count test cases.
        self._start("testsuite", {"name": cleaned(suite), "tests": str(tests)})

    def add(self, report: ScenarioReport) -> None:
        """Append one scenario."""
        report = cleaned_throughout(report)
        classname = f"{report.cohort}.{report.installation_type}.{report.rules}"
        self._start("testcase", {"name": report.id, "classname": classname, "time": "0"})
        self._start("properties", {})
        properties = {"seed": report.seed, "decision": report.decision or "none", "expected": " ".join(report.expected)}
        properties |= {"replay": report.replay} if report.replay else {}
        for name, value in properties.items():
            self._start("property", {"name": name, "value": value})
            self._xml.endElement("property")
        self._xml.endElement("properties")
        if not report.as_expected:
            self._failure(report)
        self._xml.endElement("testcase")

    def _failure(self, report: ScenarioReport) -> None:
        decided = report.decision or "no decision"
        self._start("failure", {"message": f"{decided}; the rules allow {words_of(report.expected)}"})
        self._xml.characters("\n".join((report.because, *failure_lines(report))))
        self._xml.endElement("failure")

    def _start(self, name: str, attributes: Attributes) -> None:
        self._xml.startElement(name, AttributesImpl(attributes))

    def __enter__(self) -> JunitWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is not None:
                self._file.abandon()
                return
            self._xml.endElement("testsuite")
            self._xml.endElement("testsuites")
            self._xml.endDocument()
            self._text.flush()
