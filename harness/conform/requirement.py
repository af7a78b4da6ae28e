"""Requirements: documents that cases refer to, and their clauses."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.harness.conform.confirmed import SOURCES, source_of


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause of a document."""

    document: str
    clause: str
    inferred: bool = False
    """No public text was found that confirms the clause (`confirmed.py`)."""

    def __str__(self) -> str:
        return f"{self.document}, {self.clause}{' (inferred)' if self.inferred else ''}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document. Call it with a clause: `ZIGBEE("3.6.10")`."""

    name: str
    number: str
    """That of the CSA or another publisher."""

    def __call__(self, clause: str) -> Requirement:
        """Return the requirement of a clause."""
        return Requirement(self.name, clause, self.name in SOURCES and source_of(self.name, clause) is None)


MAC = Document("IEEE 802.15.4-2011", "IEEE Std 802.15.4-2011")
ZIGBEE = Document("Zigbee PRO R22", "05-3474-22")
ZCL = Document("ZCL r8", "07-5123-08")
SE = Document("SE 1.4a", "07-5356-21")
CBKE = Document("SE 1.4a, annex C", "07-5356-21")
SILABS = Document("Silicon Labs, end device support", "docs.silabs.com")
PIXIT = Document("the vendor's PIXIT", "pixit.toml")
REPORTED = Document("a public bug report", "see the self-test")
DOCUMENTS = (MAC, ZIGBEE, ZCL, SE, CBKE, SILABS, PIXIT, REPORTED)
