"""The attributes of one side of a cluster, and their answers to general commands (ZCL r8, 2.5).

A value is stored, or comes from a callable each time it is read (a register that counts, a clock that runs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl import values as fast
from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeTable, key_of
from hanbench.emulator.zcl.records import (
    AttributeInformation,
    AttributeRecord,
    ExtendedInformation,
    ReadRecord,
    StructuredFailure,
    WriteFailure,
)
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import TypedValue

MAX_RESPONSE = 123
"""Octets of a response's payload: the Smart Energy profile's largest incoming transfer (128) less a header."""

_DISCOVERED, _DISCOVERED_EXTENDED = (MAX_RESPONSE - 1) // 3, (MAX_RESPONSE - 1) // 4
"""Records in a response of the two discoveries, at most."""

_PLANS = 64
"""Plans that are kept, one a request. Peers repeat the same few, and a hostile one must not fill the memory."""

Values = Mapping[Attribute, Any]
"""Values of attributes; a callable is called each time the value is read."""

Check = Callable[[Attribute, Any], Status | None]
"""Returns None if a peer may write this value, otherwise the status that refuses it."""
Written = Callable[[Attribute, Any], None]
"""Called after a peer wrote."""


class _PlannedAttribute(NamedTuple):
    """One attribute of a plan: octets before the value, the value's encoder, and its source."""

    head: bytes
    encode: Callable[[Any], bytes]
    provider: Callable[[], Any] | None
    key: int


class AttributeStore:
    """Rows of a cluster's table that have values, by key (id, or id and manufacturer code)."""

    def __init__(
        self,
        table: AttributeTable,
        values: Values,
        *,
        check: Check | None = None,
        written: Written | None = None,
    ) -> None:
        """Only the attributes in `values` exist. Raises LocalProtocolError for one that is not in the table."""
        self.check = check
        self.written = written
        self.watcher: Callable[[int, Any], None] | None = None
        """Called with key and value after each change of a stored value; reporting sets it."""
        self._all = table
        self._rows: dict[int, Attribute] = {}
        self._values: dict[int, Any] = {}
        self._providers: dict[int, Callable[[], Any]] = {}
        self._report_plans: dict[tuple[int, ...], tuple[_PlannedAttribute, ...]] = {}
        self._read_plans: dict[tuple[bytes, int | None], tuple[_PlannedAttribute | bytes, ...]] = {}
        for attribute, value in values.items():
            self.set(attribute, value)

    def __contains__(self, attribute: Attribute) -> bool:
        return attribute.key in self._rows

    def row(self, key: int) -> Attribute | None:
        """The attribute's row, or None if it is not here."""
        return self._rows.get(key)

    def get(self, attribute: Attribute) -> Any:
        """The value now. Raises LocalProtocolError if the attribute is not here."""
        return self.value(self._key(attribute))

    def value(self, key: int) -> Any:
        """The value now of the attribute with this key. Raises LocalProtocolError if it is not here."""
        if key not in self._rows:
            raise LocalProtocolError(f"attribute 0x{key:04x} is not here")
        provider = self._providers.get(key)
        return self._values[key] if provider is None else provider()

    def set(self, attribute: Attribute, value: Any) -> None:
        """Store `value`, or, if it is callable, call it at each read from now on. Makes the attribute exist.

        Raises LocalProtocolError for an attribute that is not in the table.
        """
        self._set(self._key(attribute), value)

    def adopt(self, values: Mapping[int, Any]) -> list[int]:
        """Store what a peer reported, as a mirror does. Returns the ids that have no row or do not fit their type."""
        rejected = []
        for attribute, value in values.items():
            row = self._all.get(attribute)
            try:
                if row is None:
                    raise LocalProtocolError(f"no attribute 0x{attribute:04x}")
                row.type.encode_attribute(value)
            except LocalProtocolError:
                rejected.append(attribute)
            else:
                self._set(attribute, value)
        return rejected

    def remove(self, attribute: Attribute) -> None:
        """Make the attribute not exist, if it does."""
        key = self._key(attribute)
        self._rows.pop(key, None)
        self._values.pop(key, None)
        self._providers.pop(key, None)
        self._forget_plans()

    def provided(self, key: int) -> bool:
        """Whether the value comes from a callable."""
        return key in self._providers

    def report(self, keys: tuple[int, ...]) -> bytes:
        """Payload of Report Attributes. Raises LocalProtocolError for an attribute that is not here."""
        plan = self._report_plans.get(keys)
        if plan is None:
            if len(self._report_plans) >= _PLANS:
                self._report_plans.clear()
            plan = self._report_plans[keys] = tuple([self._step(key, fast.report_head) for key in keys])
        stored = self._values
        parts = []
        for head, encode, provider, key in plan:
            parts.append(head)
            parts.append(encode(stored[key] if provider is None else provider()))
        return b"".join(parts)

    def read(self, request: bytes, manufacturer: int | None = None) -> bytes:
        """Payload of Read Attributes Response to the payload of Read Attributes. Raises RemoteProtocolError."""
        plan = self._read_plans.get((request, manufacturer))
        if plan is None:
            if len(self._read_plans) >= _PLANS:
                self._read_plans.clear()
            ids = fast.decode_read_request(request)
            plan = tuple([self._read_step(attribute, manufacturer) for attribute in ids])
            self._read_plans[request, manufacturer] = plan
        parts = []
        room = MAX_RESPONSE
        for step in plan:
            if isinstance(step, _PlannedAttribute):
                value = self._values[step.key] if step.provider is None else step.provider()
                part = step.head + step.encode(value)
                if len(part) > room:
                    part = step.head[:2] + bytes((Status.INSUFFICIENT_SPACE,))
            else:
                part = step
            room -= len(part)
            if room < 0:
                break
            parts.append(part)
        return b"".join(parts)

    def write(
        self, records: tuple[AttributeRecord, ...], manufacturer: int | None, *, undivided: bool = False
    ) -> tuple[WriteFailure, ...]:
        """Write attributes and return the failures, in order. `undivided`: nothing is written if one would fail."""
        failures = []
        accepted: list[tuple[int, Attribute, Any]] = []
        for record in records:
            key = key_of(record.attribute, manufacturer)
            status = self._rejection(key, record)
            if status is None:
                accepted.append((key, self._rows[key], record.data.value))
            else:
                failures.append(WriteFailure(status, record.attribute))
        if not (undivided and failures):
            for key, row, value in accepted:
                if key not in self._providers:
                    self._set(key, value)
                if self.written is not None:
                    self.written(row, value)
        return tuple(failures)

    def discover(self, start: int, maximum: int, manufacturer: int | None) -> zcl.DiscoverAttributesResponse:
        """Attributes from the id `start` on, in order of id."""
        found, complete = self._slice(start, min(maximum, _DISCOVERED), manufacturer)
        return zcl.DiscoverAttributesResponse(
            complete, tuple([AttributeInformation(row.id, row.type.id) for row in found])
        )

    def discover_extended(
        self, start: int, maximum: int, manufacturer: int | None
    ) -> zcl.DiscoverAttributesExtendedResponse:
        """Attributes from the id `start` on, in order of id, with the access to each."""
        found, complete = self._slice(start, min(maximum, _DISCOVERED_EXTENDED), manufacturer)
        return zcl.DiscoverAttributesExtendedResponse(
            complete, tuple([ExtendedInformation(row.id, row.type.id, row.access) for row in found])
        )

    def read_structured(
        self, message: zcl.ReadAttributesStructured, manufacturer: int | None
    ) -> zcl.ReadAttributesResponse:
        """Read whole attributes; no attribute of these clusters has elements to select."""
        records = []
        for record in message.records:
            row = self._rows.get(key_of(record.attribute, manufacturer))
            if row is None:
                records.append(ReadRecord(record.attribute, Status.UNSUPPORTED_ATTRIBUTE))
            elif record.selector[1]:
                records.append(ReadRecord(record.attribute, Status.INVALID_SELECTOR))
            else:
                data = TypedValue(row.type.id, self.value(row.key))
                records.append(ReadRecord(record.attribute, Status.SUCCESS, data))
        return zcl.ReadAttributesResponse(tuple(records))

    def write_structured(
        self, message: zcl.WriteAttributesStructured, manufacturer: int | None
    ) -> zcl.WriteAttributesStructuredResponse:
        """Write whole attributes; no attribute of these clusters has elements to select."""
        failures: list[StructuredFailure] = []
        for record in message.records:
            if record.selector != (0, ()):
                failures.append(StructuredFailure(Status.INVALID_SELECTOR, record.attribute, record.selector))
                continue
            failed = self.write((AttributeRecord(record.attribute, record.data),), manufacturer)
            failures.extend(StructuredFailure(each.status, each.attribute, record.selector) for each in failed)
        return zcl.WriteAttributesStructuredResponse(tuple(failures))

    def _slice(self, start: int, maximum: int, manufacturer: int | None) -> tuple[list[Attribute], bool]:
        rows = sorted(
            (row for row in self._rows.values() if row.manufacturer == manufacturer and row.id >= start),
            key=lambda row: row.id,
        )
        return rows[:maximum], len(rows) <= maximum

    def _rejection(self, key: int, record: AttributeRecord) -> Status | None:
        row = self._rows.get(key)
        if row is None:
            return Status.UNSUPPORTED_ATTRIBUTE
        if not row.access & WRITE:
            return Status.READ_ONLY
        if row.type.id != record.data.type_id:
            return Status.INVALID_DATA_TYPE
        return None if self.check is None else self.check(row, record.data.value)

    def _key(self, attribute: Attribute) -> int:
        key = attribute.key
        if self._all.get(key) is not attribute:
            raise LocalProtocolError(f"no such attribute: {attribute.name}")
        return key

    def _set(self, key: int, value: Any) -> None:
        if key not in self._rows or callable(value) or key in self._providers:
            self._place(key, value)
        else:
            self._values[key] = value
        if self.watcher is not None and key not in self._providers:
            self.watcher(key, value)

    def _place(self, key: int, value: Any) -> None:
        self._rows[key] = self._all[key]
        if callable(value):
            self._providers[key] = value
            self._values.pop(key, None)
        else:
            self._providers.pop(key, None)
            self._values[key] = value
        self._forget_plans()

    def _forget_plans(self) -> None:
        self._report_plans.clear()
        self._read_plans.clear()

    def _step(self, key: int, head: Callable[[int, int], bytes]) -> _PlannedAttribute:
        row = self._rows.get(key)
        if row is None:
            raise LocalProtocolError(f"attribute 0x{key:04x} is not here")
        return _PlannedAttribute(head(row.id, row.type.id), row.type.encode_attribute, self._providers.get(key), key)

    def _read_step(self, attribute: int, manufacturer: int | None) -> _PlannedAttribute | bytes:
        key = key_of(attribute, manufacturer)
        row = self._rows.get(key)
        if row is None:
            return fast.failure(attribute, Status.UNSUPPORTED_ATTRIBUTE)
        if not row.access & READ:
            return fast.failure(attribute, Status.WRITE_ONLY)
        return self._step(key, fast.read_head)
