"""`hanbench doctor`: the dongles of this machine, their firmware, and their possible roles."""

from __future__ import annotations

from msgspec import Struct

from hanbench.emulator.clock import PacedClock, run
from hanbench.hardware.discovery import FoundPort, ports
from hanbench.hardware.probe import ROLES, PortAnswer, ProbeResult, probe
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line
from hanbench.harness.cli.tables import table


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
    protocol: str | None
    radio_capabilities: tuple[str, ...]
    baud: int | None
    round_trip_median_ms: float | None
    round_trip_worst_ms: float | None
    fit_for: tuple[str, ...]
    advice: str


def doctor(port: str | None, as_json: bool) -> int:
    """Find dongles, identify each, and list the roles that it can fill; or probe one PORT.

    PORT is a device, serial:/dev/... or socket://HOST:PORT. The doctor restarts the device there. Exit status: 0 some
    dongle can fill a role, or no dongle was found; 2 no dongle can fill a role; 3 PORT cannot be opened.
    """
    candidates = [found for found in ports() if found.usb is not None] if port is None else [_named(port)]
    if not candidates:
        if as_json:
            print_json([])
        else:
            print_line(_nothing_found([found.device for found in ports()]))
        return ExitStatus.EXPECTED
    reports = []
    for found in candidates:
        log(f"probing {found.device} ...")
        url = found.stable if "://" in found.stable else f"serial:{found.stable}"
        clock = PacedClock()
        reports.append(_report(found, run(clock, probe(url, clock))))
    if port is not None and reports[0].answers is PortAnswer.CLOSED:
        raise BadInput(None, None, reports[0].advice)
    if as_json:
        print_json(reports)
    else:
        _print_result(reports)
    return ExitStatus.EXPECTED if any(report.fit_for for report in reports) else ExitStatus.UNKNOWN


def _nothing_found(others: list[str]) -> str:
    """Return the sentence for a machine without USB dongles. `others`: its serial ports."""
    kind = (
        "is not a USB device; name it to probe it" if len(others) == 1 else "are not USB devices; name one to probe it"
    )
    skipped = f" ({', '.join(others)} {kind})" if others else ""
    return f"no dongle was found{skipped}: plug one in, or name a PORT (see `hanbench doctor --help`)"


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
        None if identity is None else f"Spinel {identity.protocol[0]}.{identity.protocol[1]}",
        () if identity is None else tuple(bit.name or "" for bit in identity.radio),
        finding.baud,
        None if trip is None else trip.median,
        None if trip is None else trip.worst,
        finding.roles,
        finding.advice,
    )


def _print_result(reports: list[PortReport]) -> None:
    rows = []
    for report in reports:
        board = report.board or report.product or report.usb or "-"
        answers = report.answers.value if report.firmware is None else f"{report.answers.value} {report.firmware}"
        trip = "-" if report.round_trip_median_ms is None else f"{report.round_trip_median_ms:g} ms"
        fit = ", ".join(report.fit_for) or "nothing"
        rows.append((report.url, board, answers, trip, fit, report.advice))
    table(("radio", "board", "answer", "round trip", "fit for", "advice"), rows)
    print_line()
    for role in ROLES:
        fit_for_it = ", ".join(report.url for report in reports if role.name in report.fit_for)
        print_line(f"{role.name:8} {fit_for_it or f'none: {role.why}'}")
