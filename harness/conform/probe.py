"""What a device shows of itself: its identity, and the PICS codes that can be observed on the air."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hanbench.emulator.devices.ids import ESI, IN_HOME_DISPLAY, METERING_DEVICE
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, METERING, OTA
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import ELECTRIC, GAS, MeteringAttributes
from hanbench.emulator.zcl.clusters.ota import OtaClientAttributes
from hanbench.emulator.zcl.frame import GLOBAL, TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.descriptors import NodeDescriptor, SimpleDescriptor
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.meaning import meaning_of
from hanbench.harness.conform.result import Identity, PicsRow
from hanbench.harness.conform.tester import Tester
from hanbench.profiles.conform.pics import (
    Pics,
    attribute_code,
    catalogue,
    side_code,
)

RX_ON, MAINS = 0x08, 0x04
MOST_PAGES = 8
"""Maximum number of Discover Attributes commands for one cluster."""
_IDENTITY = (
    BasicAttributes.ManufacturerName,
    BasicAttributes.ModelIdentifier,
    BasicAttributes.ApplicationVersion,
    BasicAttributes.HWVersion,
    BasicAttributes.StackVersion,
    BasicAttributes.DateCode,
    BasicAttributes.SWBuildID,
)
_IMAGE = (OtaClientAttributes.CurrentFileVersion, OtaClientAttributes.ManufacturerID, OtaClientAttributes.ImageTypeID)
"""What a client of OTA Upgrade says of the firmware that it runs (ZCL r8, 11.10.1)."""
_SEEN = {
    "NWK.EDTIMEOUT": "end-device-timeout-request",
    "MIR.C": "request-mirror",
    "MIR.S": "request-mirror-response",
    "MIR.C.TWOWAY": "get-notified-message",
}
"""Codes that a frame of the device shows, by the name of the frame; that there is none shows nothing."""


@dataclass(slots=True)
class Observation:
    """What was observed of one device."""

    codes: set[str] = field(default_factory=set)
    looked_for: set[str] = field(default_factory=set)
    """Codes whose absence means something, because the device said what it has."""
    values: dict[int, Any] = field(default_factory=dict)
    """Values of Basic attributes, by id."""
    image: dict[int, Any] = field(default_factory=dict)
    """Values of attributes of the client of OTA Upgrade, by id."""
    node: NodeDescriptor | None = None

    def identity(self, kind: str, reached: str, eui64: int) -> Identity:
        """Return the identity of the device."""
        read = {row.name: self.values.get(row.id) for row in _IDENTITY}
        image = {row.name: self.image.get(row.id) for row in _IMAGE}
        return Identity(
            kind=kind,
            reached=reached,
            eui64=f"{eui64:016x}",
            manufacturer=str(read["ManufacturerName"] or ""),
            model=str(read["ModelIdentifier"] or ""),
            application_version=read["ApplicationVersion"],
            hardware_version=read["HWVersion"],
            stack_version=read["StackVersion"],
            manufacturer_code=None if self.node is None else self.node.manufacturer,
            date_code=str(read["DateCode"] or ""),
            software_build=str(read["SWBuildID"] or ""),
            file_version=image["CurrentFileVersion"],
            image_manufacturer=image["ManufacturerID"],
            image_type=image["ImageTypeID"],
        )

    def compared(self, claimed: Pics) -> tuple[PicsRow, ...]:
        """Return every code that is claimed or observed, mismatches first."""
        rows = [
            PicsRow(code, meaning_of(code), code in claimed, self.observed(code))
            for code in sorted(claimed.codes | {code for code in self.codes if ".A" not in code})
        ]
        return tuple(sorted(rows, key=lambda row: not row.mismatch))

    def observed(self, code: str) -> bool | None:
        if code in self.codes:
            return True
        cluster = ".".join(code.split(".")[:2])
        return False if code in self.looked_for or (".A" in code and cluster in self.looked_for) else None


def observe(t: Tester) -> Observation:
    """Ask a device that has joined for its descriptors, its identity and its attributes."""
    found = Observation()
    short = t.side.short
    assert short is not None
    _node(t, found, short)
    for endpoint in _endpoints(t, short):
        answers = t.ask_zdp(zdp.SimpleDescReq(short=short, endpoint=endpoint))
        descriptor = _message(answers, "descriptor")
        if isinstance(descriptor, SimpleDescriptor):
            _sides(t, found, descriptor)
    names = {frame.name for frame in t.every_frame() if frame.observed.sender == t.kind}
    found.codes |= {code for code, name in _SEEN.items() if name in names}
    return found


def observe_identity(t: Tester) -> Observation:
    """Ask a device that has joined for its identity alone: its node descriptor, Basic and OTA Upgrade."""
    found = Observation()
    short = t.side.short
    assert short is not None
    _node(t, found, short)
    if "BAS.S" in t.pics:
        found.values = _basic(t)
    if "OTA.C" in t.pics:
        found.image = _image(t)
    return found


def _basic(t: Tester) -> dict[int, Any]:
    return _read(t, BASIC.id, tuple(row.id for row in _IDENTITY))


def _image(t: Tester) -> dict[int, Any]:
    return _read(t, OTA.id, tuple(row.id for row in _IMAGE), TO_CLIENT)


def _node(t: Tester, found: Observation, short: int) -> None:
    descriptor = _message(t.ask_zdp(zdp.NodeDescReq(short=short)), "descriptor")
    if not isinstance(descriptor, NodeDescriptor):
        return
    found.node = descriptor
    found.looked_for |= {"NWK.ZR", "NWK.ZED", "HAN.POLL", "HAN.BATTERY"}
    kinds = {1: "NWK.ZR", 2: "NWK.ZED"}
    found.codes |= {kinds[descriptor.type.logical_type]} if descriptor.type.logical_type in kinds else set()
    found.codes |= set() if descriptor.capability & RX_ON else {"HAN.POLL"}
    found.codes |= set() if descriptor.capability & MAINS else {"HAN.BATTERY"}


def _endpoints(t: Tester, short: int) -> tuple[int, ...]:
    listed = _message(t.ask_zdp(zdp.ActiveEpReq(short=short)), "endpoints")
    return tuple(listed or ())


def _sides(t: Tester, found: Observation, descriptor: SimpleDescriptor) -> None:
    clusters = catalogue().clusters
    found.looked_for |= {f"{prefix}.{side}" for prefix in clusters for side in "SC"}
    sides = [side_code(each, server=True) for each in descriptor.inputs]
    sides += [side_code(each, server=False) for each in descriptor.outputs]
    found.codes |= {side for side in sides if side is not None}
    if descriptor.endpoint != t.side.endpoint:
        return
    for cluster in descriptor.inputs:
        found.codes |= {code for each in _attributes(t, cluster) if (code := attribute_code(cluster, each)) is not None}
    if BASIC.id in descriptor.inputs:
        found.values = _basic(t)
    if OTA.id in descriptor.outputs:
        found.image = _image(t)
    found.looked_for |= {"SE.GSME", "SE.ESME", "SE.IHD", "SE.HUB"}
    found.codes |= _kind(t, descriptor)


def _kind(t: Tester, descriptor: SimpleDescriptor) -> set[str]:
    if descriptor.device == METERING_DEVICE and METERING.id in descriptor.inputs:
        type_id = MeteringAttributes.MeteringDeviceType.id
        kinds = {ELECTRIC: "SE.ESME", GAS: "SE.GSME"}
        kind = kinds.get(_read(t, METERING.id, (type_id,)).get(type_id, -1))
        return set() if kind is None else {kind}
    return {ESI: {"SE.HUB"}, IN_HOME_DISPLAY: {"SE.IHD"}}.get(descriptor.device, set())


def _attributes(t: Tester, cluster: int) -> Iterator[int]:
    start = 0
    for _ in range(MOST_PAGES):
        request = foundation.DiscoverAttributes(start, 0xFF)
        octets = foundation.encode(request)
        frame = ZclFrame(GLOBAL, TO_SERVER, t.side.next_tsn(), request.COMMAND, octets)
        answers = [frame.message for frame in t.ask(cluster, frame)]
        page = next((each for each in answers if isinstance(each, foundation.DiscoverAttributesResponse)), None)
        if page is None:
            return
        yield from (each.attribute for each in page.attributes)
        if page.complete or not page.attributes:
            return
        start = page.attributes[-1].attribute + 1


def _read(t: Tester, cluster: int, attributes: tuple[int, ...], direction: int = TO_SERVER) -> dict[int, Any]:
    request = foundation.ReadAttributes(attributes)
    frame = ZclFrame(GLOBAL, direction, t.side.next_tsn(), request.COMMAND, foundation.encode(request))
    for answer in t.ask(cluster, frame):
        if isinstance(answer.message, foundation.ReadAttributesResponse):
            records = answer.message.records
            return {record.attribute: record.data.value for record in records if record.data is not None}
    return {}


def _message(answers: list[Frame], name: str) -> Any:
    """Return a field of the first answer; None: there is no answer, or none with that field."""
    return next((getattr(frame.message, name, None) for frame in answers if frame.message is not None), None)


def drafted(found: Observation, claimed: Pics | None = None) -> Pics:
    """Return the observed codes as a draft, with those that cannot be observed as they are claimed."""
    kept = set() if claimed is None else {code for code in claimed if found.observed(code) is None}
    return Pics.of(found.codes | kept)
