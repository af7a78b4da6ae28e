"""Sessions of key establishment: how long they wait, how they end, and what is new in each."""

from __future__ import annotations

from typing import cast

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl import CommandAnswer
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    EphemeralDataRequest,
    EphemeralDataResponse,
    InitiateKeyEstablishmentRequest,
    ServerTerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.aps.layer import Done
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import SECURED, Answered, altered, hub_answers, join, specific
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import CBKE, SE
from hanbench.harness.conform.tester import Tester

GATE = "KEC.C & !SE.HUB"
AREA = Area("KES", "Sessions of key establishment", gate=GATE, begins=Begin.FACTORY, seconds=300, times=SECURED)
INITIATE = "initiate-key-establishment-request"
EPHEMERAL = "ephemeral-data-request"
CONFIRM = "confirm-key-data-request"
CONFIRMED = "confirm-key-data-response"
ASKED_S, TAKEN_S = 60, 50
"""What the hub says that it needs for a step, and what it takes."""
EPHEMERAL_STEP, CONFIRM_STEP = 0x01, 0x02
"""Commands of the server that answer these steps."""
SESSIONS = 3
AGAIN_S = 1800.0
LEAVES_S = 120.0
NO_POINTS = (bytes(22), b"\xff" * 22, b"\x02" + b"\xff" * 21, b"\x05" + bytes(20) + b"\x01", b"\x03")
"""Octets that are no point of the curve: infinity, unknown forms, an x beyond the field, and too few."""
WAIT_S = 5


@AREA.case(1, "It gives the hub the time that it asks for", CBKE("C.3.1.2.3.1.2"), SE("5.4.7.1"))
def gives_time(t: Tester) -> None:
    t.step(f"The hub says that it needs {ASKED_S} s for each of its steps, and takes {TAKEN_S} s")
    _joins(t)
    t.hub.responder._wait = lambda *session: None  # type: ignore[method-assign]
    hub_answers(
        t,
        KEY_ESTABLISHMENT.id,
        InitiateKeyEstablishmentRequest,
        lambda own, command: cast(
            "CommandAnswer",
            altered(own(), ephemeral_data_generate_time=ASKED_S, confirm_key_generate_time=ASKED_S),
        ),
    )
    _take_time(t)
    t.expect(INITIATE, within=t.pixit.join_s + t.pixit.secure_s, otherwise="it starts no key establishment")
    t.expect(CONFIRM, within=2 * ASKED_S, otherwise="it does not wait for the ephemeral point of the hub")
    t.expect(CONFIRMED, within=2 * ASKED_S, sender="hub")
    given_up = t.frames("terminate-key-establishment")
    started = once(t.frames(INITIATE))
    t.require(not given_up and len(started) == 1, "it gives up before the time is over", *given_up, *started[1:])


def _joins(t: Tester) -> None:
    """Have the device join, and stay however long it is without a key."""
    join(t)
    t.hub.stack.trust_center.establishment_time = 0


def _again(t: Tester) -> float:
    """Time in which it begins another session: after its pause, or when it wakes next."""
    return AGAIN_S + t.wake_limit


def _take_time(t: Tester) -> None:
    """Have the hub take its time for its ephemeral point and its proof; nothing else comes meanwhile."""
    layer, clock = t.hub.stack.aps, t.hub.stack.clock
    send = layer.send

    def late(request: ApsRequest, done: Done | None = None) -> None:
        steps = (EPHEMERAL_STEP, CONFIRM_STEP)
        if request.cluster == KEY_ESTABLISHMENT.id and request.payload[2] in steps:
            clock.call_later(TAKEN_S * SECOND, send, request, done)
        else:
            send(request, done)

    layer.send = late  # type: ignore[method-assign]


@AREA.case(
    2,
    "It refuses an ephemeral point that is none",
    CBKE("C.3.1.3.3.2"),
    CBKE("C.4.2.4.3"),
    seconds=len(NO_POINTS) * 2000,
    wakes=8,
)
def no_point(t: Tester) -> None:
    t.step("The hub answers with octets that are no point of the curve, others each time")
    _joins(t)
    sent: list[bytes] = []

    def wrong(own: Answered, command: object) -> CommandAnswer:
        own()
        sent.append(NO_POINTS[len(sent) % len(NO_POINTS)])
        return EphemeralDataResponse(sent[-1])

    hub_answers(t, KEY_ESTABLISHMENT.id, EphemeralDataRequest, wrong)
    for octets in NO_POINTS:
        t.expect("ephemeral-data-response", within=_again(t), sender="hub", otherwise="it tries no more")
        t.wait(WAIT_S)
        went_on = t.frames(CONFIRM)
        t.require(
            not went_on,
            "it goes on with a point that is none",
            *went_on[:1],
            expected="Terminate Key Establishment",
            seen=octets.hex(),
        )
    refused = once(t.frames("terminate-key-establishment"))
    t.require(bool(refused), "it does not say that it ends the session", expected="Terminate Key Establishment")


@AREA.case(
    3, "Its ephemeral point is another one in each session", CBKE("C.3.1.1"), CBKE("C.4.2.4.3"), seconds=7200, wakes=5
)
def fresh(t: Tester) -> None:
    t.step(f"The hub is silent about the device's point, {SESSIONS} times")
    _joins(t)
    hub_answers(t, KEY_ESTABLISHMENT.id, EphemeralDataRequest, lambda own, command: None)
    points: dict[bytes, Frame] = {}
    for _ in range(SESSIONS):
        t.expect(INITIATE, within=_again(t), otherwise="it begins no further session")
        frame = t.expect(EPHEMERAL, within=60)
        octets = frame.message.ephemeral_data
        t.require(octets not in points, "it sends an ephemeral point once more", frame, expected="a fresh one")
        points[octets] = frame
        t.wait(40)


STATUSES = (
    TerminateStatus.BAD_KEY_CONFIRM,
    TerminateStatus.BAD_MESSAGE,
    TerminateStatus.NO_RESOURCES,
    TerminateStatus.UNSUPPORTED_SUITE,
    TerminateStatus.INVALID_CERTIFICATE,
)


@AREA.case(
    4,
    "However the hub ends a session, at whatever step, it begins another one",
    CBKE("C.3.1.2.3.4"),
    SE("5.4.7.1"),
    seconds=(len(STATUSES) + 1) * AGAIN_S,
    wakes=8,
)
def ended(t: Tester) -> None:
    t.step("The hub ends each session with another status, now at the first step, now at the second")
    _joins(t)
    left = list(STATUSES)

    def end(own: Answered, command: object) -> CommandAnswer:
        first = isinstance(command, InitiateKeyEstablishmentRequest)
        if not left or first is bool(len(left) % 2):
            return own()
        return ServerTerminateKeyEstablishment(left.pop(), WAIT_S, SUITE_1)

    for command in (InitiateKeyEstablishmentRequest, EphemeralDataRequest):
        hub_answers(t, KEY_ESTABLISHMENT.id, command, end)
    for _ in STATUSES:
        t.expect(
            "server-terminate-key-establishment",
            within=_again(t),
            sender="hub",
            otherwise="it begins no further session",
        )
    t.expect(CONFIRMED, within=_again(t), sender="hub", otherwise="it agrees no key after sessions that the hub ended")


@AREA.case(
    5,
    "Told that the issuer of its certificate is unknown, it leaves",
    CBKE("C.3.1.2.3.4"),
    SE("5.4.7.1"),
    seconds=AGAIN_S,
    wakes=2,
)
def unknown_issuer(t: Tester) -> None:
    t.step("The hub ends the session: it does not know the issuer of the device's certificate")
    _joins(t)
    hub_answers(
        t,
        KEY_ESTABLISHMENT.id,
        InitiateKeyEstablishmentRequest,
        lambda own, command: ServerTerminateKeyEstablishment(TerminateStatus.UNKNOWN_ISSUER, WAIT_S, SUITE_1),
    )
    t.expect("server-terminate-key-establishment", within=_again(t), sender="hub", otherwise="it begins no session")
    t.expect("leave", within=LEAVES_S, otherwise="it stays in a network that does not know who made its certificate")


@AREA.case(
    6,
    "It answers a hub that begins a key establishment",
    CBKE("C.3.1.3.3.1.2"),
    SE("table 5-13"),
    gate=f"({GATE}) & KEC.S",
    begins=Begin.JOINED,
    wakes=2,
)
def hub_begins(t: Tester) -> None:
    t.step("The hub begins a key establishment, with its own certificate")
    identity = t.hub.identity
    t.bench_must(identity is not None, "the hub has no certificate")
    assert identity is not None
    request = InitiateKeyEstablishmentRequest(SUITE_1, 10, 10, identity.certificate.octets)
    _, row = KEY_ESTABLISHMENT.command(InitiateKeyEstablishmentRequest)
    answers = t.ask(KEY_ESTABLISHMENT.id, specific(t, row.id, row.encode(request)))
    wanted = ("initiate-key-establishment-response", "server-terminate-key-establishment")
    t.require(
        bool(answers) and all(each.name in wanted for each in answers),
        "it does not do as a server of Key Establishment does",
        *answers,
        expected="Initiate Key Establishment Response, or Terminate Key Establishment",
        seen=", ".join(each.name for each in answers) or "no answer",
    )
