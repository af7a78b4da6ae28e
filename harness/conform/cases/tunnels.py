"""Tunnels: a meter opens those that it can serve, refuses what is for none, and closes those that are idle."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import TUNNELING
from hanbench.emulator.zcl.clusters.tunneling import (
    NO_TUNNEL,
    STANDARD_PROTOCOL,
    CloseTunnel,
    GetSupportedTunnelProtocols,
    RequestTunnel,
    RequestTunnelResponse,
    ServerTransferDataError,
    SupportedTunnelProtocolsResponse,
    TransferData,
    TransferDataStatus,
    TunnelClosureNotification,
    TunnelStatus,
)
from hanbench.emulator.zcl.frame import CLUSTER, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.status import Status
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import read, value
from hanbench.harness.conform.cases.sweeping import Request, ask_all
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

AREA = Area("TUN", "Tunnels", gate="(SE.GSME | SE.ESME) & TUN.S", seconds=600, wakes=8)
TIMEOUT = 0x0000
LARGEST = 100
NOWHERE = 0x7ABC
"""A tunnel that was never opened."""
UNKNOWN_PROTOCOL = 0x63
LONGEST_TIMEOUT_S = 7200
LATE_S = 30.0
MOST_PROTOCOLS = 32


def _ask(t: Tester, command: ClusterCommand) -> list[Frame]:
    """Send a command of the client; return the answers, a frame of the cluster with a number of its own among them."""
    _, row = TUNNELING.command(type(command))
    frame = ZclFrame(CLUSTER, TO_SERVER, t.side.next_tsn(), row.id, row.encode(command))
    start = len(t.every_frame())
    answers = ask_all(t, [Request(TUNNELING.id, frame)])[0]
    # TransferDataError is a command of its own, and may have a number of its own.
    later = [f for f in once(t.frames("server-transfer-data-error")) if f.number > start and f not in answers]
    return [*answers, *later]


def _open(t: Tester, protocol: int, maker: int = STANDARD_PROTOCOL) -> RequestTunnelResponse:
    answers = _ask(t, RequestTunnel(protocol, maker, False, LARGEST))
    found = [each for each in answers if isinstance(each.message, RequestTunnelResponse)]
    good = len(answers) == len(found) == 1
    t.require(good, "a request for a tunnel is not answered once", *answers, expected="Request Tunnel Response")
    message: RequestTunnelResponse = found[0].message
    return message


def _protocol(t: Tester) -> tuple[int, int]:
    """Return a protocol that the meter says that it speaks: protocol and maker's code."""
    answers = _ask(t, GetSupportedTunnelProtocols(0))
    good = len(answers) == 1 and isinstance(answers[0].message, SupportedTunnelProtocolsResponse)
    t.require(
        good, "it does not say which protocols it speaks", *answers, expected="Supported Tunnel Protocols Response"
    )
    listed = answers[0].message.protocols
    t.require(bool(listed), "it serves tunnels, and speaks no protocol", *answers, expected="one at least")
    return listed[0].protocol_id, listed[0].manufacturer_code


@AREA.case(1, "It says which protocols it speaks, from any one on", SE("D.6.2.4.7"), ZCL("10.6.2.4"))
def protocols(t: Tester) -> None:
    t.step("The bench asks for the protocols, from the first one on")
    answers = _ask(t, GetSupportedTunnelProtocols(0))
    good = len(answers) == 1 and isinstance(answers[0].message, SupportedTunnelProtocolsResponse)
    t.require(good, "it does not say which protocols it speaks", *answers, expected="one response")
    whole = answers[0].message
    t.require(bool(whole.protocols), "it speaks no protocol", *answers, expected="one at least")
    t.step("It asks from the one behind the last on")
    count = len(whole.protocols)
    rest = _ask(t, GetSupportedTunnelProtocols(count if whole.protocol_list_complete else MOST_PROTOCOLS))
    good = len(rest) == 1 and isinstance(rest[0].message, SupportedTunnelProtocolsResponse)
    t.require(good, "it does not answer", *rest, expected="one response")
    again = rest[0].message.protocols
    t.require(not again, "it lists protocols that were not asked for", *rest, expected="an empty list", seen=again)


@AREA.case(2, "It opens tunnels for what it speaks, each with an identifier of its own", SE("D.6.2.4.1"))
def opens(t: Tester) -> None:
    t.step("The bench asks for a tunnel of a protocol that nobody speaks")
    refused = _open(t, UNKNOWN_PROTOCOL)
    seen, wanted = (refused.tunnel_status, refused.tunnel_id), (TunnelStatus.PROTOCOL_NOT_SUPPORTED, NO_TUNNEL)
    t.require(seen == wanted, "it opens a tunnel of a protocol that it does not speak", expected=wanted, seen=seen)  # type: ignore[arg-type]
    protocol, maker = _protocol(t)
    t.step("It asks for tunnels until there are no more")
    opened: list[int] = []
    for _ in range(4):
        found = _open(t, protocol, maker)
        if found.tunnel_status != TunnelStatus.SUCCESS:
            statuses = (TunnelStatus.NO_MORE_TUNNEL_IDS, TunnelStatus.BUSY)
            t.require(found.tunnel_status in statuses, "it refuses otherwise", expected="NO_MORE_TUNNEL_IDS")
            t.require(found.tunnel_id == NO_TUNNEL, "a refusal names a tunnel", expected="0xffff", seen=found.tunnel_id)
            break
        wrong = "it gives two tunnels one identifier"
        t.require(found.tunnel_id not in opened, wrong, expected="another", seen=found.tunnel_id)
        t.require(found.maximum_incoming_transfer_size > 0, "it takes no octets", expected="a size above 0")
        opened.append(found.tunnel_id)
    t.require(bool(opened), "it opens no tunnel of a protocol that it speaks", expected="SUCCESS")
    t.step("It closes them, and asks for one more")
    for tunnel in opened:
        for answer in _ask(t, CloseTunnel(tunnel)):
            good = getattr(answer.message, "status", None) == Status.SUCCESS
            t.require(good, "it does not close a tunnel", answer, expected="SUCCESS")
    again = _open(t, protocol, maker).tunnel_status
    t.require(again == TunnelStatus.SUCCESS, "it gives no tunnel where one was closed", expected="SUCCESS", seen=again)


@AREA.case(3, "It refuses what is for a tunnel that is not there", SE("D.6.2.4.3"), SE("D.6.2.4.2"))
def nowhere(t: Tester) -> None:
    t.step("The bench sends octets through a tunnel that was never opened, and closes it")
    for what, command in (
        ("octets", TransferData(NOWHERE, b"\x7e\xa0\x07")),
        ("a Close Tunnel", CloseTunnel(NOWHERE)),
    ):
        answers = _ask(t, command)
        errors = [each.message for each in answers if isinstance(each.message, ServerTransferDataError)]
        refused = [getattr(each.message, "status", 0) for each in answers]
        named = bool(errors) and errors[0].transfer_data_status == TransferDataStatus.NO_SUCH_TUNNEL
        good = named or any(status != Status.SUCCESS for status in refused)
        t.require(good, f"it takes {what} for a tunnel that is not there", *answers, expected="NO_SUCH_TUNNEL")
    t.step("It opens a tunnel, closes it, and sends octets through it")
    protocol, maker = _protocol(t)
    tunnel = _open(t, protocol, maker).tunnel_id
    _ask(t, CloseTunnel(tunnel))
    answers = _ask(t, TransferData(tunnel, b"\x7e\xa0\x07"))
    errors = [each.message for each in answers if isinstance(each.message, ServerTransferDataError)]
    good = bool(errors) and errors[0].transfer_data_status == TransferDataStatus.NO_SUCH_TUNNEL
    t.require(good, "it takes octets for a tunnel that is closed", *answers, expected="NO_SUCH_TUNNEL")


@AREA.case(
    4,
    "It closes a tunnel that is idle at its time, and says so",
    SE("D.6.2.2.1"),
    SE("D.6.2.5.7"),
    seconds=2 * LONGEST_TIMEOUT_S,
    wakes=12,
)
def closes(t: Tester) -> None:
    t.step("The bench reads CloseTunnelTimeout, and opens a tunnel")
    timeout = value(read(t, TUNNELING.id, TIMEOUT), TIMEOUT)
    t.require(isinstance(timeout, int) and timeout > 0, "it has no timeout", expected="seconds", seen=timeout)
    protocol, maker = _protocol(t)
    opened = _open(t, protocol, maker)
    t.bench_must(opened.tunnel_status == TunnelStatus.SUCCESS, "the meter opened no tunnel")
    if timeout > LONGEST_TIMEOUT_S:
        return
    began = t.now
    t.step("Nothing goes through it")
    told = t.expect(
        "tunnel-closure-notification",
        within=timeout + LATE_S + t.wake_limit,
        otherwise="it closes no tunnel that is idle, or does not say so",
    )
    assert isinstance(told.message, TunnelClosureNotification)
    t.require_equal(told.message.tunnel_id, opened.tunnel_id, "it closes another tunnel", told)
    early = told.seconds - began
    wrong = "it closes a tunnel before its time"
    t.require(early >= timeout - LATE_S, wrong, told, expected=f"{timeout} s", seen=f"{early:.0f} s")
