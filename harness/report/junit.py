"""JUnit XML for CI systems: one test case for each scenario, with seed, decision and expectation as properties.

The text of a failure has one line for each fact (`failure_text`); one that is tolerated is a skipped test with the same
text. Control characters become escapes, because XML has
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
from hanbench.harness.report.json_file import MissingShards
from hanbench.harness.report.model import ScenarioReport

Attributes = dict[str, str]


class JunitWriter:
    """Streams test cases to a `WholeFile`: it is complete or does not exist. Raises OutputError."""

    def __init__(
        self, path: Path, *, tests: int, suite: str = "hanbench verify", missing: MissingShards | None = None
    ) -> None:
        """`suite`: the name of the test suite. `missing`: what it lacks, a property of the suite."""
        self._file = WholeFile(path)
        self._text = io.TextIOWrapper(self._file.stream, "utf-8", newline="\n")
        self._xml = XMLGenerator(self._text, "utf-8", short_empty_elements=True)
        self._xml.startDocument()
        self._start("testsuites", {})
        # Without a count of failures, which is not known yet; readers count test cases.
        self._start("testsuite", {"name": cleaned(suite), "tests": str(tests)})
        if missing is not None:
            self._properties({"missing": missing.sentence})

    def add(self, report: ScenarioReport) -> None:
        """Append one scenario."""
        report = cleaned_throughout(report)
        classname = f"{report.cohort}.{report.installation_type}.{report.rules}"
        self._start("testcase", {"name": report.id, "classname": classname, "time": "0"})
        properties = {"seed": report.seed, "decision": report.decision or "none", "expected": " ".join(report.expected)}
        properties |= {"replay": report.replay} if report.replay else {}
        self._properties(properties)
        if not report.as_expected:
            self._failure(report)
        self._xml.endElement("testcase")

    def _properties(self, properties: dict[str, str]) -> None:
        self._start("properties", {})
        for name, value in properties.items():
            self._start("property", {"name": name, "value": value})
            self._xml.endElement("property")
        self._xml.endElement("properties")

    def _failure(self, report: ScenarioReport) -> None:
        message, kind = f"{report.decision or 'no decision'}; the rules allow {words_of(report.expected)}", "failure"
        if report.tolerated_until is not None:
            kind = "skipped"
            message = f"tolerated until {report.tolerated_until}: it failed so in an earlier run (--against): {message}"
        self._start(kind, {"message": message})
        self._xml.characters("\n".join((report.because, *failure_lines(report))))
        self._xml.endElement(kind)

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
