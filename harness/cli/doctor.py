"""`hanbench doctor`: the dongles of this machine, their firmware, and their possible roles."""

from __future__ import annotations

import time
from datetime import date

from msgspec import Struct

from hanbench.emulator.clock import PacedClock, run
from hanbench.hardware.discovery import FoundPort, ports
from hanbench.hardware.probe import ROLES, ProbeResult, probe
from hanbench.hardware.strangers import PortAnswer
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line
from hanbench.harness.cli.tables import table
from hanbench.profiles.radio_url import parse_radio

RETRY_AFTER = 0.25
"""Seconds between looks for a port that has not appeared yet."""


class ExerciseReport(Struct, frozen=True):
    """How one exercise went."""

    name: str
    trouble: str | None
    measured: str | None


class PortReport(Struct, frozen=True):
    """The result of probing one port."""

    url: str
    """The URL of the port, as in a bench file."""
    device: str
    usb: str | None
    maker: str | None
    product: str | None
    board: str | None
    answers: PortAnswer
    firmware: str | None
    built: date | None
    """Date on which the firmware was compiled."""
    protocol: str | None
    radio_capabilities: tuple[str, ...]
    baud: int | None
    round_trip_median_ms: float | None
    round_trip_worst_ms: float | None
    fit_for: tuple[str, ...]
    exercises: tuple[ExerciseReport, ...]
    advice: str


def doctor(port: str | None, wait: int, mqtt: str | None, as_json: bool) -> int:
    """Find dongles, identify and try out each, and list the roles that it can fill; or probe one PORT, or a broker.

    `wait`: seconds in which a port may still appear. Exit status: 0 some dongle can fill a role, or none was found and
    none was waited for; 2 no dongle can fill a role; 3 PORT cannot be opened, or no dongle came within `wait`.
    """
    if mqtt is not None:
        return _broker(port, mqtt, as_json)
    if port is not None and port.startswith(("pty:", "tcp:", "air:", "physical")):
        raise BadInput(None, "PORT", f"found {port!r}; expected a device, serial:/dev/... or socket://HOST:PORT")
    if port is not None and port.startswith(("socket:", "serial:")):
        try:
            parse_radio(port)
        except ValueError as error:
            raise BadInput(None, "PORT", str(error)) from None
    until = time.monotonic() + wait
    candidates = _candidates(port)
    if not candidates and wait:
        log(f"no dongle yet: waiting for {wait} s at most; plug one in")
    while not candidates and time.monotonic() < until:
        time.sleep(RETRY_AFTER)
        candidates = _candidates(port)
    if not candidates:
        if as_json:
            print_json([])
        else:
            waited = f"waited for {wait} s: " if wait else ""
            print_line(waited + _nothing_found([found.device for found in ports()]))
        return ExitStatus.BAD_INPUT if wait else ExitStatus.EXPECTED
    reports = [_probed(found, until) for found in candidates]
    if port is not None and reports[0].answers is PortAnswer.CLOSED:
        raise BadInput(None, None, reports[0].advice)
    if as_json:
        print_json(reports)
    else:
        _print_result(reports)
    return ExitStatus.EXPECTED if any(report.fit_for for report in reports) else ExitStatus.UNKNOWN


def _broker(port: str | None, url: str, as_json: bool) -> int:
    from hanbench.harness.cli.broker_doctor import examine_broker  # only who needs it waits for aiomqtt

    if port is not None:
        raise BadInput(None, "PORT", "expected a PORT or --mqtt URL, got both")
    return examine_broker(url, as_json)


def _candidates(port: str | None) -> list[FoundPort]:
    return [found for found in ports() if found.usb is not None] if port is None else [_named(port)]


def _probed(found: FoundPort, until: float) -> PortReport:
    """Probe a port, again and again while it cannot be opened and `until` has not come."""
    log(f"probing {found.device} ...")
    url = found.stable if "://" in found.stable else f"serial:{found.stable}"
    while True:
        clock = PacedClock()
        finding = run(clock, probe(url, clock))
        if finding.kind is not PortAnswer.CLOSED or time.monotonic() >= until:
            return _report(found, finding)
        time.sleep(RETRY_AFTER)


def _nothing_found(others: list[str]) -> str:
    """Return the sentence for a machine without USB dongles. `others`: its serial ports."""
    kind = (
        "is not a USB device; name it to probe it" if len(others) == 1 else "are not USB devices; name one to probe it"
    )
    skipped = f" ({', '.join(others)} {kind})" if others else ""
    return f"no dongle was found{skipped}: plug one in, try another cable, or name a PORT (docs/hardware.md)"


def _named(port: str) -> FoundPort:
    device = port.removeprefix("serial:")
    known = next((found for found in ports() if device in (found.device, found.stable)), None)
    return known or FoundPort(device, device, None, None, None, None, None)


def _report(found: FoundPort, finding: ProbeResult) -> PortReport:
    identity, trip = finding.identity, finding.round_trip
    return PortReport(
        finding.url,
        found.device,
        found.usb,
        found.maker,
        found.product,
        found.board,
        finding.kind,
        None if identity is None else identity.version,
        None if identity is None else identity.built,
        None if identity is None else f"Spinel {identity.protocol[0]}.{identity.protocol[1]}",
        () if identity is None else tuple(bit.name or "" for bit in identity.radio),
        finding.baud,
        None if trip is None else trip.median,
        None if trip is None else trip.worst,
        finding.roles,
        tuple(ExerciseReport(each.name, each.trouble, each.measured) for each in finding.exercises),
        finding.advice,
    )


def _print_result(reports: list[PortReport]) -> None:
    rows = []
    for report in reports:
        board = report.board or report.product or report.usb or "-"
        answers = report.answers.value if report.firmware is None else f"{report.answers.value} {report.firmware}"
        built = "-" if report.built is None else report.built.isoformat()
        trip = "-" if report.round_trip_median_ms is None else f"{report.round_trip_median_ms:g} ms"
        fit = ", ".join(report.fit_for) or "nothing"
        rows.append((report.url, board, answers, built, trip, fit, report.advice))
    table(("radio", "board", "answer", "built", "round trip", "fit for", "advice"), rows)
    for report in reports:
        _print_exercises(report)
    _print_roles(reports)


def _print_roles(reports: list[PortReport]) -> None:
    """Print which dongle can fill which role, if one can."""
    usable = [report for report in reports if report.fit_for]
    if not usable:
        return
    print_line()
    if len(usable) == 1:
        print_line(f"one dongle for each device: {usable[0].url} can be {' or '.join(usable[0].fit_for)}")
        return
    print_line("one dongle for each device:")
    for role in ROLES:
        fit_for_it = ", ".join(report.url for report in reports if role.name in report.fit_for)
        print_line(f"{role.name:8} {fit_for_it or f'none: {role.why}'}")


def _print_exercises(report: PortReport) -> None:
    if report.exercises:
        print_line()
        print_line(f"tried on {report.url}:")
    for each in report.exercises:
        print_line(f"  {each.name}: {each.trouble or each.measured or 'as expected'}")
