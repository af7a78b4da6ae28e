"""The identity of an RCP, and the check that its firmware suits hanbench."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.spinel.frames import decode_packed
from hanbench.emulator.radio.spinel.ids import Capability, PropertyId, RadioCapability

PROTOCOL_MAJOR = 4
OLDEST_API = 3
"""First RCP_API_VERSION with which the radio does acknowledgements and retries as the host requests (assumed)."""
NEEDED = {
    RadioCapability.ACK_TIMEOUT: "waiting for acknowledgements",
    RadioCapability.TRANSMIT_RETRIES: "retries",
    RadioCapability.CSMA_BACKOFF: "CSMA-CA",
}
WANTED = {RadioCapability.ENERGY_SCAN: "energy scan"}
ASKED = (
    PropertyId.PROTOCOL_VERSION,
    PropertyId.NCP_VERSION,
    PropertyId.CAPS,
    PropertyId.RADIO_CAPS,
    PropertyId.RCP_API_VERSION,
    PropertyId.HWADDR,
)
"""Properties that make up an identity; the firmware must know the first three."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BUILT = re.compile(rf"\b(?P<month>{'|'.join(_MONTHS)}) +(?P<day>\d{{1,2}}) (?P<year>20\d\d)\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class RcpIdentity:
    """The identity and the capabilities of one RCP."""

    version: str
    protocol: tuple[int, int]
    capabilities: frozenset[int]
    radio: RadioCapability
    api: int | None
    eui64: int | None

    @property
    def built(self) -> date | None:
        """The build date in the version text, as OpenThread writes it (C's `__DATE__`); None: there is none."""
        found = _BUILT.search(self.version)
        if found is None:
            return None
        try:
            return date(int(found["year"]), _MONTHS.index(found["month"]) + 1, int(found["day"]))
        except ValueError:
            return None

    def shortcomings(self) -> Iterator[str]:
        """Yield the reasons why this firmware cannot be used."""
        if self.protocol[0] != PROTOCOL_MAJOR:
            yield f"it speaks Spinel {self.protocol[0]}.{self.protocol[1]}, and {PROTOCOL_MAJOR}.x is needed"
        if Capability.MAC_RAW not in self.capabilities:
            yield "it offers no raw IEEE 802.15.4 frames (capability MAC_RAW): it is an NCP, not an RCP"
        for bit, what in NEEDED.items():
            if not self.radio & bit:
                yield f"its radio leaves {what} to the host"

    def regrets(self) -> Iterator[str]:
        """Yield the functions that this firmware lacks and hanbench can do without."""
        for bit, what in WANTED.items():
            if not self.radio & bit:
                yield f"no {what}"
        if self.api is None or self.api < OLDEST_API:
            yield "no RCP API version, or an old one"


def read_identity(values: dict[PropertyId, bytes | None]) -> RcpIdentity:
    """Return the identity from the answers to `ASKED`; None stands for a property that the firmware does not know.

    Raises RemoteProtocolError if an answer is malformed.
    """
    protocol = Reader(values[PropertyId.PROTOCOL_VERSION] or b"", DropReason.MALFORMED_SPINEL)
    version = (values[PropertyId.NCP_VERSION] or b"").split(b"\x00")[0].decode("utf-8", "replace")
    caps = Reader(values[PropertyId.CAPS] or b"", DropReason.MALFORMED_SPINEL)
    capabilities = set()
    while caps.remaining:
        capabilities.add(decode_packed(caps))
    hwaddr = values[PropertyId.HWADDR]
    return RcpIdentity(
        "".join(each for each in version if each.isprintable()),
        (decode_packed(protocol), decode_packed(protocol)),
        frozenset(capabilities),
        RadioCapability(_number(values[PropertyId.RADIO_CAPS]) or 0),
        _number(values[PropertyId.RCP_API_VERSION]),
        int.from_bytes(hwaddr, "big") if hwaddr is not None and len(hwaddr) == 8 else None,
    )


def _number(value: bytes | None) -> int | None:
    if not value:
        return None
    try:
        return decode_packed(Reader(value, DropReason.MALFORMED_SPINEL))
    except RemoteProtocolError:
        return None
