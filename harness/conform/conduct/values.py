"""The values of attributes that a device reports and answers, over a whole case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.frame import TO_CLIENT
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.frame import Frame

BASIC, POWER, METERING = 0x0000, 0x0001, 0x0702
CONSTANT = {
    BASIC: frozenset((0x0000, 0x0003, 0x0004, 0x0005)),
    METERING: frozenset((0x0300, 0x0301, 0x0302, 0x0303, 0x0306, 0x0308)),
}
"""Attributes that are what they are: versions of ZCL and hardware, names, unit, multiplier, divisor, formatting, kind,
serial number."""
RISING = {METERING: frozenset((0x0000, 0x0001, 0x000A))}
"""Sums that never fall: delivered, received, tier 1."""
SAYING = frozenset(("read-attributes-response", "report-attributes"))


def values(frame: Frame) -> Iterator[tuple[int, int, Any]]:
    """Yield the attributes of its own that a frame states: identifier, data type, value."""
    zcl, message = frame.zcl, frame.message
    if zcl is None or message is None or frame.name not in SAYING or zcl.manufacturer is not None:
        return
    for record in message.records:
        if record.data is not None:
            yield record.attribute, record.data.type_id, record.data.value


class Types(Rule):
    """Each attribute has the data type that the standard gives it (ZCL r8, chapters 3 and 10; SE 1.4a, annex D)."""

    CASE: ClassVar[str] = "HB-AIR-07"

    def saw(self, frame: Frame) -> Iterator[str]:
        header, zcl = frame.aps, frame.zcl
        if header is None or zcl is None or not self.known.originated(frame):
            return
        cluster = BY_ID.get(header.cluster)
        if cluster is None:
            return
        table = cluster.server_table if zcl.direction == TO_CLIENT else cluster.client_table
        for attribute, type_id, _ in values(frame):
            row = table.get(attribute)
            if row is not None and row.type.id != type_id:
                yield f"attribute 0x{attribute:04x} has data type 0x{type_id:02x}, and not 0x{row.type.id:02x}"


class Constants(Rule):
    """What cannot change does not (ZCL r8, 3.2.2.2; SE 1.4a, D.3.2.2.4)."""

    CASE: ClassVar[str] = "HB-AIR-07"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._first: dict[tuple[int, int, int, int], Any] = {}

    def saw(self, frame: Frame) -> Iterator[str]:
        header, zcl = frame.aps, frame.zcl
        if header is None or zcl is None or not self.known.originated(frame):
            return
        for attribute, _, value in values(frame):
            if attribute not in CONSTANT.get(header.cluster, ()):
                continue
            first = self._first.setdefault((header.src_endpoint, header.cluster, zcl.direction, attribute), value)
            if value != first:
                yield f"attribute 0x{attribute:04x} is {value} after {first}, and cannot change"


class Sums(Rule):
    """A register never falls, and a percentage is at most 100 (SE 1.4a, D.3.2.2.1, D.3.2.2.3)."""

    CASE: ClassVar[str] = "HB-AIR-07"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._last: dict[tuple[int, int, int], int] = {}

    def saw(self, frame: Frame) -> Iterator[str]:
        header, zcl = frame.aps, frame.zcl
        if header is None or zcl is None or not self.known.originated(frame):
            return
        for attribute, _, value in values(frame):
            if not isinstance(value, int):
                continue
            if attribute in RISING.get(header.cluster, ()):
                key = header.src_endpoint, zcl.direction, attribute
                last = self._last.get(key, 0)
                self._last[key] = value
                if value < last:
                    yield f"register 0x{attribute:04x} is {value} after {last}"
            elif header.cluster == METERING and attribute == 0x0201 and value > 100:
                yield f"the battery has {value} % left"


RULES = (Types, Constants, Sums)
