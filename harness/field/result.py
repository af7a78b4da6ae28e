"""A diagnosis as data: what `hanbench diagnose --json` prints, and the page shows. Keys and foreign text are clean."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from hanbench.harness.field.diagnosis import Diagnosis
from hanbench.harness.field.events import Event, events
from hanbench.harness.field.home import by_role
from hanbench.harness.field.mirror import mirror_knowledge
from hanbench.harness.field.phases import Phases
from hanbench.harness.field.sign import Sign
from hanbench.harness.field.unknown_keys import unknown_keys
from hanbench.harness.field.useless_codes import useless_codes
from hanbench.harness.field.wakes import WakesFrom
from hanbench.harness.field.words import date_of
from hanbench.harness.foreign_text import cleaned_throughout

VERSION = 1
"""Increased when a reader of the previous version could misread a diagnosis."""


class DeviceResult(Struct, frozen=True):
    """One device of the home."""

    eui64: str
    role: str
    why: str
    """Why it has this role."""
    shorts: tuple[str, ...]
    """PAN ID and short address, hexadecimal."""
    frames: int
    first: datetime | None
    last: datetime | None
    rssi_dbm: float | None
    clusters: tuple[str, ...]


class SignResult(Struct, frozen=True):
    """One sign."""

    id: str
    text: str
    frames: tuple[int, ...]
    count: int


class ClassResult(Struct, frozen=True):
    """A class of faults that fits."""

    id: str
    title: str
    faults: tuple[str, ...]
    strength: int
    signs: tuple[SignResult, ...]
    reason: str
    action: str


class EventResult(Struct, frozen=True):
    """One entry of the timeline."""

    time: datetime
    end: datetime
    kind: str
    device: str
    text: str
    frame: int
    last_frame: int
    count: int


class CaptureResult(Struct, frozen=True):
    """What was read."""

    file: str
    packets: int
    frames: int
    """Undamaged frames of 802.15.4."""
    damaged: int
    other_networks: int
    """Frames of other networks."""
    begin: datetime | None
    end: datetime | None
    channels: tuple[int, ...]
    link_types: tuple[int, ...]
    ti_format: bool
    damage: str
    unread: dict[str, int]
    keys: int
    key_sources: tuple[str, ...]


class UnknownKeyResult(Struct, frozen=True):
    """Frames under a key that nobody gave."""

    key: str
    """`network key 2`, or `link key of gas meter`."""
    frames: tuple[int, ...]
    count: int


class MeterResult(Struct, frozen=True):
    """The gas meter in time."""

    wakes: int
    """Wakes that the capture has."""
    wake_interval_s: float
    wake_interval_measured: bool
    wake_interval_from: str
    """`told`, `measured` or `assumed`."""
    last_proof: datetime | None
    """When the hub last acknowledged a frame under the meter's link key."""
    last_proof_frame: int
    without_proof_s: float
    """Time from then to the end of the capture."""
    hub_heard_s: float
    """The part of it in which the sniffer heard the hub."""
    needed_s: float
    """Time with the hub heard from which on a healthy meter is improbable."""
    sniffer_loss: float
    """Share of frames that the sniffer missed, by the acknowledgements that it has not."""
    hub_loss: float
    """Share of the hub's frames that it missed since the last proof, by the hub's frame counters."""
    mirror_frame: int
    """Number of the last report that reached the mirror; 0: none."""
    mirror_time: datetime | None
    mirror_register: int | None
    reports_since: int


class DiagnosisResult(Struct, frozen=True):
    """The whole diagnosis."""

    version: int
    verdict: str
    code: str
    why: str
    advice: str
    capture: CaptureResult
    devices: tuple[DeviceResult, ...]
    gsme: str | None
    meter: MeterResult | None
    classes: tuple[ClassResult, ...]
    signs: tuple[SignResult, ...]
    unknown_keys: tuple[UnknownKeyResult, ...]
    useless_codes: tuple[str, ...]
    """Install codes that open nothing: whose, and why, in a sentence each."""
    events: tuple[EventResult, ...]


def result_of(diagnosis: Diagnosis) -> DiagnosisResult:
    """Return a diagnosis as data."""
    home, phases, ruling = diagnosis.home, diagnosis.phases, diagnosis.ruling
    own = () if phases is None else phases.own
    end = home.frames[-1].time if home.frames else 0
    interval = end if phases is None else phases.interval
    return cleaned_throughout(
        DiagnosisResult(
            VERSION,
            ruling.verdict.value,
            ruling.code,
            ruling.why,
            ruling.advice,
            _capture(diagnosis),
            tuple(_devices(diagnosis)),
            None if home.gsme is None else f"{home.gsme.ieee:016x}",
            None if phases is None else _meter(diagnosis, phases),
            tuple(_classes(diagnosis)),
            tuple(map(_sign, diagnosis.signs.values())),
            tuple(UnknownKeyResult(each.key, each.frames, each.count) for each in unknown_keys(home)),
            tuple(useless_codes(home, diagnosis.keys)),
            tuple(map(_event, events(home, own, interval, end))),
        )
    )


def _capture(diagnosis: Diagnosis) -> CaptureResult:
    capture, heard = diagnosis.capture, diagnosis.sniffed
    times = (heard.frames[0].time, heard.frames[-1].time) if heard.frames else None
    return CaptureResult(
        capture.path,
        capture.packets,
        len(heard.frames),
        heard.damaged,
        diagnosis.home.others,
        None if times is None else date_of(times[0]),
        None if times is None else date_of(times[1]),
        heard.channels,
        tuple(sorted(capture.link_types)),
        heard.ti_format,
        capture.damage,
        dict(capture.unread),
        len(diagnosis.keys.ring),
        tuple(diagnosis.keys.sources),
    )


def _devices(diagnosis: Diagnosis) -> list[DeviceResult]:
    return [
        DeviceResult(
            f"{device.ieee:016x}",
            device.role.value,
            device.why,
            tuple(f"{pan:04x}/{short:04x}" for pan, short in sorted(device.shorts)),
            device.frames,
            date_of(device.first) if device.frames else None,
            date_of(device.last) if device.frames else None,
            None if device.rssi is None else round(device.rssi, 1),
            tuple(name for name, _ in device.clusters.most_common()),
        )
        for device in by_role(diagnosis.home.devices.values())
    ]


def _sign(sign: Sign) -> SignResult:
    return SignResult(sign.id, sign.text, sign.frames, sign.count)


def _classes(diagnosis: Diagnosis) -> list[ClassResult]:
    return [
        ClassResult(
            match.fault_class.id,
            match.fault_class.title,
            match.fault_class.faults,
            match.strength,
            tuple(map(_sign, match.signs)),
            match.fault_class.reason,
            match.fault_class.action,
        )
        for match in diagnosis.ranked
    ]


def _event(event: Event) -> EventResult:
    return EventResult(
        date_of(event.time),
        date_of(event.end),
        event.kind,
        event.device,
        event.text,
        event.frame,
        event.last,
        event.count,
    )


def _meter(diagnosis: Diagnosis, phases: Phases) -> MeterResult:
    known = mirror_knowledge(diagnosis.home, phases)
    last = phases.well[-1] if phases.well else None
    return MeterResult(
        len(phases.wakes.begins),
        phases.interval / 1e6,
        phases.wakes.known is WakesFrom.MEASURED,
        phases.wakes.known.value,
        None if last is None else date_of(last.time),
        0 if last is None else last.number,
        phases.without_proof / 1e6,
        phases.heard / 1e6,
        phases.needed / 1e6,
        round(phases.loss, 3),
        round(phases.hub_loss, 3),
        known.frame,
        date_of(known.time) if known.frame else None,
        known.register,
        known.sent_since,
    )
