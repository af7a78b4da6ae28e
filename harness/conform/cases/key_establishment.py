"""Key establishment by certificate (CBKE), and which key protects what."""

from __future__ import annotations

from typing import Any, cast

from hanbench.emulator.randomness import split
from hanbench.emulator.zcl import CommandAnswer
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT, METERING
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    ConfirmKeyDataRequest,
    ConfirmKeyDataResponse,
    EphemeralDataRequest,
    EphemeralDataResponse,
    InitiateKeyEstablishmentRequest,
    ServerTerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zigbee.security.cbke import Authority
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import SECURED, Answer, Answered, altered, hub_answers, join, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import CBKE, SE
from hanbench.harness.conform.tester import Tester

GATE = "KEC.C & !SE.HUB"
AREA = Area("KEC", "Key establishment", gate=GATE, begins=Begin.FACTORY, seconds=120, times=SECURED)
INITIATE = "initiate-key-establishment-request"
TERMINATE = "terminate-key-establishment"
CERTIFICATE = slice(0, 48)
OPEN = frozenset((0x0000, 0x0001, 0x0003, 0x000A, 0x0025, 0x0800))
"""Clusters that the network key is enough for (SE 1.4a, 5.4.6)."""
ANSWER_S = 30.0
PAUSE_S = 900.0
ATTEMPTS = 10
"""Failures, after which the device pauses for 15 minutes (SE 1.4a, 5.4.7)."""


def _initiates(t: Tester) -> Frame:
    t.expect("device-announce", within=t.pixit.join_s)
    return t.expect(INITIATE, within=t.pixit.secure_s, otherwise="it starts no key establishment")


def _gives_up(t: Tester, statuses: tuple[TerminateStatus, ...], instead: str) -> None:
    """State that the device ends the session with one of these statuses, and goes no step further."""
    frame = t.expect(TERMINATE, within=ANSWER_S, otherwise=instead)
    t.require(
        frame.message.status_code in statuses,
        "Terminate Key Establishment has another status",
        frame,
        expected=" or ".join(f"{status.name} ({status.value})" for status in statuses),
        seen=frame.message.status_code,
    )


@AREA.case(1, "It starts in time, with suite 1", SE("5.4.7.1"), CBKE("C.3.1.2.3.1"))
def initiates(t: Tester) -> None:
    t.step("The device joins, and starts key establishment")
    join(t)
    announced = t.expect("device-announce", within=t.pixit.join_s)
    frame = t.expect(INITIATE, within=t.pixit.secure_s, otherwise="it starts no key establishment")
    t.measure("key establishment begins", frame.seconds - announced.seconds, 1200, "s", frame)
    suite = frame.message.key_establishment_suite
    t.require(bool(suite & SUITE_1), "it does not offer suite 1", frame, expected="bit 0 of the suites", seen=suite)


@AREA.case(2, "Its certificate names itself", CBKE("C.4.2.2.4"))
def own_certificate(t: Tester) -> None:
    t.step("The device joins, and shows its certificate")
    join(t)
    identity = _initiates(t)
    octets = identity.message.identity
    t.require_equal(len(octets), 48, "a certificate of suite 1 has 48 octets", identity)
    subject = int.from_bytes(octets[22:30], "big")
    t.require_equal(subject, t.ieee, "the certificate names another device", identity, form="016x")
    t.require(octets[38:40] == b"\x01\x09", "the certificate is not for Smart Energy", identity, expected="0109")


@AREA.case(3, "Its messages come in order, under the network key alone", CBKE("C.3.1.1"), SE("5.4.6"))
def in_order(t: Tester) -> None:
    t.step("The device joins, and agrees a key")
    join(t)
    frames = [
        _initiates(t),
        t.expect("ephemeral-data-request", within=ANSWER_S),
        t.expect("confirm-key-data-request", within=ANSWER_S),
        t.expect("confirm-key-data-response", within=ANSWER_S, sender="hub"),
    ]
    for frame in frames[:3]:
        t.require(
            frame.counter is not None and not frame.secured,
            "key establishment travels under the network key, and under no link key",
            frame,
            expected="NWK security, no APS security",
        )
        assert frame.aps is not None
        t.require(frame.aps.ack_request, "its messages ask for an APS acknowledgement", frame, expected="ack request 1")


@AREA.case(4, "It refuses a wrong proof of the hub", CBKE("C.3.1.3.3.3"))
def wrong_proof(t: Tester) -> None:
    t.step("The hub sends a Confirm Key Data Response with a code that is wrong in its first octet")
    _proves_wrongly(t, 0)


@AREA.case(16, "It looks at the hub's proof to its end", CBKE("C.3.1.3.3.3"))
def nearly_right_proof(t: Tester) -> None:
    t.step("The hub sends a Confirm Key Data Response with a code that is wrong in its last octet")
    _proves_wrongly(t, -1)


def _proves_wrongly(t: Tester, at: int) -> None:
    """State that the device refuses a proof in which one octet is another."""
    join(t)

    def wrong(own: Answered, command: object) -> CommandAnswer:
        answer = altered(own())
        if not isinstance(answer, ConfirmKeyDataResponse):
            return cast("CommandAnswer", answer)
        octets = bytearray(answer.secure_message_authentication_code)
        octets[at] ^= 1
        return ConfirmKeyDataResponse(bytes(octets))

    hub_answers(t, KEY_ESTABLISHMENT.id, ConfirmKeyDataRequest, wrong)
    _initiates(t)
    t.expect("confirm-key-data-response", within=ANSWER_S, sender="hub")
    _gives_up(t, (TerminateStatus.BAD_KEY_CONFIRM,), "it accepts a key that the hub did not prove")


def _refuses(t: Tester, command: Any, answer: Answer, statuses: tuple[TerminateStatus, ...], instead: str) -> None:
    """State that the device joins, and ends key establishment where the hub answers a command so."""
    join(t)
    hub_answers(t, KEY_ESTABLISHMENT.id, command, answer)
    _initiates(t)
    _gives_up(t, statuses, instead)


def _with(**fields: object) -> Answer:
    """Return the answer of a healthy hub with other values in some fields."""
    return lambda own, command: cast("CommandAnswer", altered(own(), **fields))


@AREA.case(5, "It refuses a certificate of an unknown issuer", CBKE("C.3.1.3.3.1.2"))
def unknown_issuer(t: Tester) -> None:
    t.step("The hub shows a certificate of an authority that nobody knows")
    authority = Authority(0x0123_4567_89AB_CDEF, split(t.ieee, "unknown authority"))
    hub = t.hub.settings
    shown = _with(identity=authority.issue(hub.ieee, hub.manufacturer, split(t.ieee, "hub")).certificate.octets)
    statuses = (TerminateStatus.UNKNOWN_ISSUER,)
    instead = "it goes on with a certificate of an unknown issuer"
    _refuses(t, InitiateKeyEstablishmentRequest, shown, statuses, instead)


@AREA.case(6, "It refuses the certificate of another device", CBKE("C.3.1.3.3.1.2"))
def foreign_certificate(t: Tester) -> None:
    t.step("The hub shows a certificate with the EUI-64 of another device")
    identity = t.hub.identity
    assert identity is not None
    shown = _with(identity=identity.certificate._replace(subject=t.hub.settings.ieee ^ 1).octets)
    statuses = (TerminateStatus.INVALID_CERTIFICATE, TerminateStatus.BAD_MESSAGE)
    instead = "it goes on with the certificate of another device"
    _refuses(t, InitiateKeyEstablishmentRequest, shown, statuses, instead)


@AREA.case(7, "It waits as long as the hub asks it to", CBKE("C.3.1.2.3.4"), seconds=1500, times=())
def honours_wait_time(t: Tester) -> None:
    t.step("The hub has no resources, and asks for a pause of 120 s")
    join(t)
    busy = ServerTerminateKeyEstablishment(TerminateStatus.NO_RESOURCES, 120, SUITE_1)
    hub_answers(t, KEY_ESTABLISHMENT.id, InitiateKeyEstablishmentRequest, lambda own, command: busy)
    _initiates(t)
    ended = t.expect("server-terminate-key-establishment", within=ANSWER_S, sender="hub")
    again = t.expect(INITIATE, within=3600, otherwise="it never tries again")
    waited = again.seconds - ended.seconds
    t.require(waited >= 119, "it tries again too soon", again, expected="at least 120 s later", seen=f"{waited:.1f} s")


@AREA.case(8, "It pauses after ten failures", SE("5.5.5.1"), seconds=7200, times=())
def pauses(t: Tester) -> None:
    t.step("The hub answers no key establishment for two hours")
    join(t)
    hub_answers(t, KEY_ESTABLISHMENT.id, InitiateKeyEstablishmentRequest, lambda own, command: None)
    t.hub.stack.trust_center.establishment_time = 0
    _initiates(t)
    t.wait(3600)
    starts = [frame.seconds for frame in _once_each(t.frames(INITIATE))]
    pause = next((index for index in range(1, len(starts)) if starts[index] - starts[index - 1] >= PAUSE_S - 5), None)
    tried = len(starts) if pause is None else pause
    t.measure("attempts before a pause of 15 minutes", tried, ATTEMPTS, "attempts")


def _once_each(frames: list[Frame]) -> list[Frame]:
    """Return the frames without their repetitions by MAC and APS: each has another transaction number."""
    found: dict[int, Frame] = {}
    for frame in frames:
        if frame.zcl is not None:
            found.setdefault(frame.zcl.tsn, frame)
    return list(found.values())


@AREA.case(9, "It refuses a suite that it did not offer", CBKE("C.3.1.3.3.1.2"))
def unsupported_suite(t: Tester) -> None:
    t.step("The hub answers with a suite that does not exist")
    statuses = (TerminateStatus.UNSUPPORTED_SUITE,)
    shown = _with(key_establishment_suite=0x0080)
    _refuses(t, InitiateKeyEstablishmentRequest, shown, statuses, "it goes on with an unknown suite")


@AREA.case(10, "It refuses a message out of its order", CBKE("C.3.1.2.3.4"))
def out_of_order(t: Tester) -> None:
    t.step("The hub answers the ephemeral point with a Confirm Key Data Response")
    early = ConfirmKeyDataResponse(bytes(16))
    statuses = (TerminateStatus.BAD_MESSAGE,)
    instead = "it goes on after a message out of order"
    _refuses(t, EphemeralDataRequest, lambda own, command: early, statuses, instead)


@AREA.case(
    11,
    "Everything that needs the link key is under it",
    SE("5.4.6"),
    gate=f"{GATE} & (SE.GSME | SE.ESME | SE.IHD)",
    wakes=2,
    seconds=900,
)
def uses_link_key(t: Tester) -> None:
    t.step("The device joins, agrees a key, and goes about its work for two wake periods")
    join(t)
    t.expect("confirm-key-data-response", within=t.pixit.join_s + t.pixit.secure_s, sender="hub")
    t.wait(max(600, 2 * t.wake_limit))
    own = [frame for frame in t.frames() if frame.found.zcl is not None and frame.found.zcl[0] not in OPEN]
    for frame in own:
        t.require(frame.secured, "a cluster that needs the link key is used without it", frame, expected="APS security")
    t.bench_must(bool(own) or "MIR.C" not in t.pics, "the device sent nothing that needs a link key")


@AREA.case(
    12,
    "It does not answer about its register under the network key alone",
    SE("5.4.6"),
    gate=f"{GATE} & MTR.S",
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=2,
    times=(),
)
def refuses_network_key(t: Tester) -> None:
    t.step("The hub reads the register without APS security")
    answers = t.ask(METERING.id, reading(t, 0x0000), secured=False)
    told = [answer for answer in answers if answer.name == "read-attributes-response"]
    t.require(not told, "it tells its register to any holder of the network key", *told, expected="no value")


@AREA.case(
    13,
    "It takes no data under the key that it joined with",
    SE("5.4.7.2"),
    gate=f"{GATE} & MTR.S & HAN.IC",
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=2,
    times=(),
)
def refuses_joining_key(t: Tester) -> None:
    t.step("The hub reads the register under the link key of the install code")
    frame = reading(t, 0x0000)
    old = t.bench.own.joining_key
    answers = t.ask_crafted(frame, lambda: t.side.send_npdu(t.side.npdu(_under(t, frame.encode(), old))))
    acks = t.acknowledgements_of(COUNTER)
    t.require(not answers and not acks, "it takes data under the joining key", *answers, *acks, expected="no answer")


COUNTER = 0xC3
"""APS counter of crafted frames."""


def _under(t: Tester, octets: bytes, key: bytes) -> bytes:
    return t.side.apdu(METERING.id, octets, counter=COUNTER, secured=True, key=key, frame_counter=0x7000_0000)


@AREA.case(
    14,
    "It agrees another key when the hub's does not fit any more",
    SE("5.4.5"),
    gate=f"{GATE} & KEC.RENEW & MIR.C",
    begins=Begin.JOINED,
    seconds=1200,
    wakes=10,
    times=(),
)
def renews(t: Tester) -> None:
    t.step("The hub has lost the link key, and holds another one")
    link = t.hub.storage.link_keys[t.ieee]
    other = bytes(octet ^ 0xA5 for octet in link.key)
    t.hub.storage.link_keys[t.ieee] = LinkKey(other, link.origin)
    t.step("The device finds out, and agrees a key again")
    t.expect(INITIATE, within=9 * t.wake_limit, otherwise="it keeps a link key that does not fit")
    t.expect("confirm-key-data-response", within=ANSWER_S, sender="hub")
    t.step("Its data is under the new key")
    t.expect(
        "report-attributes",
        within=2 * t.wake_limit,
        where=lambda frame: frame.found.parts.link_key not in (None, link.key, other),
        that="under another link key",
    )


@AREA.case(
    15,
    "It refuses a message of a key establishment that is over",
    CBKE("C.3.1.3.3.2"),
    begins=Begin.JOINED,
    seconds=300,
    wakes=4,
    times=(),
)
def out_of_session(t: Tester) -> None:
    t.step("The hub sends an Ephemeral Data Response, as one that is late; no key establishment is under way")
    t.when_awake(lambda: t.hub.endpoint.command(t.short, t.side.endpoint, KEY_ESTABLISHMENT.id, LATE))
    _gives_up(t, (TerminateStatus.BAD_MESSAGE,), "it says nothing to a message of a key establishment that is over")


LATE = EphemeralDataResponse(bytes(22))
