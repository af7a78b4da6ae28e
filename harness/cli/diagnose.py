"""`hanbench diagnose`: what a capture proves about a gas meter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import shown_date
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.field_input import diagnosis_of
from hanbench.harness.cli.output import log, print_json, print_line, styled, unbroken
from hanbench.harness.cli.tables import table
from hanbench.harness.field import FieldVerdict
from hanbench.harness.field.result import DeviceResult, DiagnosisResult, EventResult, MeterResult, SignResult, result_of
from hanbench.harness.field.words import hours
from hanbench.harness.files import locked_folder_if, write_whole
from hanbench.harness.report.html.diagnosis import diagnosis_page
from hanbench.harness.words import counted

STATUS = {
    FieldVerdict.HEARD_WELL: ExitStatus.EXPECTED,
    FieldVerdict.FAILURE: ExitStatus.VIOLATION,
    FieldVerdict.NOTHING: ExitStatus.UNKNOWN,
}
_COLORS = {FieldVerdict.HEARD_WELL: "green", FieldVerdict.FAILURE: "red", FieldVerdict.NOTHING: "yellow"}
_FITTING = 3
"""Classes of faults to print."""
_LATEST = 30
"""Events to print: the latest ones."""
_UNTOLD = frozenset(("poll", "report", "check"))
"""Kinds of events that the text leaves out: there are too many. The page and --json have them."""


def diagnose(
    capture: Path,
    key_files: tuple[Path, ...],
    keys: tuple[str, ...],
    install_codes: tuple[str, ...],
    gsme: str | None,
    wake: int | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Say what CAPTURE proves about a gas meter: a pcap or pcapng file that anybody made."""
    diagnosis = diagnosis_of(capture, key_files, keys, install_codes, gsme, wake)
    result = result_of(diagnosis)
    if out is not None:
        with locked_folder_if(out):
            write_whole(out / "diagnosis.json", msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
            write_whole(out / "diagnosis.html", diagnosis_page(diagnosis, result))
        log(f"hanbench diagnose: to read: {unbroken(out / 'diagnosis.html')}")
    if as_json:
        print_json(result)
    else:
        _print(result, diagnosis.verdict)
    return STATUS[diagnosis.verdict]


def _print(result: DiagnosisResult, verdict: FieldVerdict) -> None:
    for line in _about_capture(result):
        print_line(line)
    print_line()
    table(("device", "EUI-64", "PAN/short", "frames", "RSSI", "why"), [_row(each) for each in result.devices], keys=2)
    print_line()
    print_line(f"gas meter {result.gsme or '(not known)'}: {styled(verdict.value, color=_COLORS[verdict], bold=True)}")
    print_line(f"  {result.why}")
    if result.advice:
        print_line(f"  to do: {result.advice}")
    if result.meter is not None:
        for line in _about_meter(result.meter):
            print_line(f"  {line}")
    _print_classes(result)
    for line in result.useless_codes:
        print_line(f"  {line}")
    for key in result.unknown_keys:
        print_line(f"  no key for {key.key}: {counted(key.count, 'frame')}, {_numbers(key.frames, key.count)}")
    _print_events(result)


def _row(device: DeviceResult) -> tuple[str, ...]:
    shorts = ", ".join(device.shorts) or "-"
    return device.role, device.eui64, shorts, f"{device.frames:,}", _rssi(device.rssi_dbm), device.why


def _about_capture(result: DiagnosisResult) -> list[str]:
    capture = result.capture
    lines = [f"{capture.file}: {counted(capture.frames, 'frame')}"]
    if capture.begin is not None and capture.end is not None:
        spans = _span(capture.end - capture.begin)
        channels = ", ".join(map(str, capture.channels)) or "not named"
        lines[0] += f" in {spans}, from {shown_date(capture.begin)} UTC; channel {channels}"
    keys = f"keys: {capture.keys} from {', '.join(capture.key_sources) or 'the capture itself'}"
    lines.append(keys if capture.keys else "keys: none")
    if capture.ti_format:
        lines.append("the sniffer put RSSI and LQI in the place of the FCS (TI's format)")
    if capture.damaged:
        lines.append(f"{counted(capture.damaged, 'damaged frame')} left out")
    if capture.other_networks:
        lines.append(f"{counted(capture.other_networks, 'frame')} of other networks left out")
    lines += [f"{counted(count, 'packet')} not read: {reason}" for reason, count in capture.unread.items()]
    if capture.damage:
        lines.append(f"the file is damaged at {capture.damage}; what stands before is used")
    return lines


def _about_meter(meter: MeterResult) -> list[str]:
    every = hours(round(meter.wake_interval_s * SECOND))
    lines = [f"{counted(meter.wakes, 'wake')} in the capture; one every {every} ({meter.wake_interval_from})"]
    if meter.last_proof is not None:
        lines.append(f"the hub last heard it well at {shown_date(meter.last_proof)}, frame #{meter.last_proof_frame}")
    if meter.mirror_time is not None:
        register = "" if meter.mirror_register is None else f", register {meter.mirror_register}"
        when = f"{shown_date(meter.mirror_time)} (#{meter.mirror_frame}{register})"
        lines.append(f"the mirror could have known: its report of {when}")
    else:
        lines.append("the mirror could have known nothing of it from this capture")
    return lines


def _print_classes(result: DiagnosisResult) -> None:
    for place, each in enumerate(result.classes[:_FITTING], start=1):
        faults = f" ({', '.join(each.faults)})" if each.faults else ""
        print_line(f"  fits {place}: {styled(each.title, bold=True)}{faults}")
        for sign in each.signs:
            print_line(f"    {_sign(sign)}")
        print_line(f"    why: {each.reason}")
        if each.action != result.advice:
            print_line(f"    to do: {each.action}")


def _sign(sign: SignResult) -> str:
    return f"{sign.text}{f': {_numbers(sign.frames, sign.count)}' if sign.frames else ''}"


def _numbers(frames: tuple[int, ...], count: int) -> str:
    listed = ", ".join(f"#{number}" for number in frames)
    return f"frame {listed}" + (" .." if count > len(frames) else "")


def _print_events(result: DiagnosisResult) -> None:
    told = _folded([event for event in result.events if event.kind not in _UNTOLD])
    if not told:
        return
    print_line()
    left = len(told) - _LATEST
    print_line(f"what happened{f' (the latest {_LATEST} of {len(told)} events)' if left > 0 else ''}:")
    for event, entries in told[-_LATEST:]:
        print_line(f"  {shown_date(event.time)}  {_event(event, entries)}")


def _folded(events: list[EventResult]) -> list[tuple[EventResult, int]]:
    """Return the events with their numbers of entries: entries in a row that say the same are one."""
    found: list[tuple[EventResult, int]] = []
    for event in events:
        if found and (found[-1][0].device, found[-1][0].text) == (event.device, event.text):
            first, entries = found[-1]
            both = msgspec.structs.replace(first, end=event.end, count=first.count + event.count)
            found[-1] = (both, entries + 1)
        else:
            found.append((event, 1))
    return found


def _event(event: EventResult, entries: int) -> str:
    times = f" ({event.count} times)" if event.count > 1 else ""
    if entries > 1:
        times = f" ({event.count} times until {shown_date(event.end)})"
    return f"#{event.frame:<6} {event.device}: {event.text}{times}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02} min"


def _rssi(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} dBm"
