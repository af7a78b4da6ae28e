"""Clauses that a public text confirms: where it says what the clause says, or names it in source that was read.

The documents belong to members of the CSA, or cost money. A clause that is not here comes from memory of a document,
or follows from how its neighbours are numbered, and reports call it *inferred*.
"""

from __future__ import annotations

PANWEAVE = "ARyaskov/panweave, written from SE 1.4a and ZCL r8"
NS3 = "nsnam/ns-3-dev-git, written from IEEE 802.15.4-2011 and Zigbee R22 1.0"
DIGI = "digidotcom/xbee_ansic_library, zcl_time.h, and Atmel BitCloud, zclTimeCluster.h"

_SE = (
    *("5.4.1", "5.4.2.2", "5.4.3", "5.4.5", "5.4.6", "5.4.7.1", "5.4.7.2", "5.4.7.4", "5.5.5.1", "5.5.5.4"),
    *("5.12.1.1", "table 5-13", "A.3", "D.3.2.2.7.5", "D.3.2.3.1.2", "D.3.2.3.1.3", "D.3.2.3.1.9", "D.3.2.3.1.12"),
    *("D.3.3.3.1.2", "D.3.3.3.1.3", "D.3.3.3.1.10", "D.3.4.2", "D.3.4.4.2"),
)
_ANNEX_C = ("C.3.1.1", "C.3.1.2.3.1.2", "C.3.1.2.3.4.2", "C.3.1.3.3.1.2", "C.4.2.2.4", "C.4.2.4.3", "C.4.2.4.4")
_ZCL = ("2.3.2", "2.3.3", "2.4.1", "2.5.1", "2.5.2", "2.5.3.3", "2.5.7", "2.5.8", "2.5.11", "2.5.12", "2.6.2", "3.5")
_TIME = ("3.12.2.2.1", "3.12.2.2.2")
_ZIGBEE = (
    *("2.2.5.1", "2.2.8.4.2", "3.2.2.5.3", "3.3.1", "3.4.1", "3.4.11.3.1", "3.4.11.3.2", "3.6.1.1", "3.6.1.3"),
    *("3.6.1.4.1", "3.6.1.6", "3.6.5", "table 3-57", "table 3-58"),
)
_MAC = ("5.1.2.1.2", "5.1.3.1", "5.2.2.1.2", "5.3.1.2", "5.3.5", "5.3.6", "5.3.7", "table 52")

SOURCES: dict[str, dict[str, str]] = {
    "SE 1.4a": dict.fromkeys(_SE, PANWEAVE),
    "SE 1.4a, annex C": dict.fromkeys(_ANNEX_C, PANWEAVE),
    "ZCL r8": dict.fromkeys(_ZCL, PANWEAVE) | dict.fromkeys(_TIME, DIGI),
    "Zigbee PRO R22": dict.fromkeys(_ZIGBEE, NS3),
    "IEEE 802.15.4-2011": dict.fromkeys(_MAC, NS3),
}
"""By the name of the document and the clause: the public text."""


def source_of(document: str, clause: str) -> str | None:
    """Return the public text that confirms a clause, or a part of it; None: there is none that was found."""
    known = SOURCES.get(document, {})
    return next((text for each, text in known.items() if each == clause or each.startswith(f"{clause}.")), None)
