"""A hub as responder of key establishment: proofs, messages out of turn, sessions that end midway; partner keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hanbench.emulator.devices.key_establishment.session import KeyEstablishmentSession
from hanbench.emulator.devices.key_establishment.states import KeyEvent
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT, PRICE
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1, TerminateStatus
from hanbench.emulator.zigbee.aps.commands import REQUEST_APPLICATION_KEY, RequestKey, TransportApplicationKey
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.storage import KeyOrigin, LinkKey
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import HUB, reading, specific
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import CBKE, SE, ZIGBEE

AREA = Area("HKEC", "Hub: key establishment", gate=f"{HUB} & KEC.S", seconds=600)
INITIATE, EPHEMERAL, CONFIRM = 0x00, 0x01, 0x02
"""Commands of both sides."""
TIMES = bytes((6, 10))
"""Seconds that the meter needs for its point, and for its proof."""
OTHER_SUITE = 0x0002
ISSUER = slice(30, 38)
"""The issuer's octets in a certificate."""
POINT_OCTETS, PROOF_OCTETS = 22, 16
LEFT_S = 300.0
"""Time after which a hub has forgotten a session that its peer left."""
HUB_SHORT, BIT = 0x0000, 0x0F0F


class Initiator:
    """The electricity meter in a session, step by step, as a case has it."""

    def __init__(self, t: HubTester, name: str) -> None:
        """`name`: of the session; its ephemeral key follows from it."""
        identity = t.esme.identity
        assert identity is not None
        self._t = t
        self.certificate = identity.certificate.octets
        self.session = KeyEstablishmentSession(identity, t.ieee, split(t.ieee, "session", name), initiator=True)
        self.session.step(KeyEvent.STARTED)

    def says(self, command: int, payload: bytes) -> Frame:
        """Send a command; return the hub's one answer."""
        t = self._t
        answers = t.ask(KEY_ESTABLISHMENT.id, specific(t, command, payload), secured=False)
        t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))
        return answers[0]

    def initiates(self, suite: int = SUITE_1, certificate: bytes | None = None) -> Frame:
        """Send the certificate, or another one."""
        shown = self.certificate if certificate is None else certificate
        return self.says(INITIATE, suite.to_bytes(2, "little") + TIMES + shown)

    def reaches_proof(self) -> bytes:
        """Go on until the meter's proof is due; return it."""
        t = self._t
        answer = self.initiates()
        taken = answer.name == "initiate-key-establishment-response"
        t.require(taken, "it does not take part in a key establishment", answer, expected="its certificate")
        self.session.certificate(answer.message.key_establishment_suite, answer.message.identity)
        answer = self.says(EPHEMERAL, self.session.ephemeral_point())
        t.require(answer.name == "ephemeral-data-response", "it sends no point", answer, expected="its point")
        self.session.ephemeral(answer.message.ephemeral_data)
        return self.session.proof

    def confirms(self, proof: bytes) -> Frame:
        """Send a proof."""
        return self.says(CONFIRM, proof)


@contextmanager
def _instead(t: HubTester, name: str) -> Iterator[Initiator]:
    """Have the case speak in place of the electricity meter's application, whose APS goes on."""
    aps, endpoint = t.esme.stack.aps, t.side.own_endpoint
    handler = aps._endpoints[endpoint]
    aps.register(endpoint, lambda message: None)
    yield Initiator(t, name)
    aps.register(endpoint, handler)


def _ends(t: HubTester, answer: Frame, statuses: tuple[TerminateStatus, ...], after: str) -> None:
    ended = answer.name == "server-terminate-key-establishment"
    t.require(ended, f"it goes on after {after}", answer, expected="Terminate Key Establishment", seen=answer.name)
    t.require(
        answer.message.status_code in statuses,
        f"after {after} it terminates with another status",
        answer,
        expected=" or ".join(f"{status.name} ({status.value})" for status in statuses),
        seen=answer.message.status_code,
    )


def _served(t: HubTester, key: bytes, words: str) -> None:
    """State that the hub serves the electricity meter under a link key."""
    link = t.esme.storage.link_keys[t.ieee]
    if link.key != key:
        t.esme.storage.link_keys[t.ieee] = LinkKey(key, KeyOrigin.ESTABLISHED)
    answers = t.ask(PRICE.id, reading(t, 0x0000), secured=True)
    t.require(bool(answers), f"it does not serve a meter under {words}", expected="an answer under that key")


@AREA.case(
    1,
    "It ends a session with BAD_KEY_CONFIRM at a wrong proof, keeps the former key, and takes part in another one",
    CBKE("C.3.1.2.3.3.2"),
    CBKE("C.4.2.4.4"),
    SE("5.4.7.2"),
    gate=f"{HUB} & KEC.S & PRC.S",
)
def wrong_proof(t: HubTester) -> None:
    former = t.esme.storage.link_keys[t.ieee].key
    for name, bit in (("first", 0), ("last", PROOF_OCTETS - 1)):
        t.step(f"The electricity meter agrees another key; the {name} octet of its proof is wrong")
        with _instead(t, name) as meter:
            proof = bytearray(meter.reaches_proof())
            proof[bit] ^= 1
            _ends(t, meter.confirms(bytes(proof)), (TerminateStatus.BAD_KEY_CONFIRM,), "a wrong proof")
    t.step("It reads under the key that it had")
    _served(t, former, "the key that it had")
    t.step("It agrees a key with the right proof")
    with _instead(t, "right") as meter:
        answer = meter.confirms(meter.reaches_proof())
        t.require(answer.name == "confirm-key-data-response", "it refuses a right proof", answer, expected="its proof")
        meter.session.confirmation(answer.message.secure_message_authentication_code)
        agreed = meter.session.link_key
    t.step("It reads under the new key")
    _served(t, agreed, "the key that was agreed")


@AREA.case(
    2,
    "It answers messages out of turn, and certificates that are none, with the status that says so",
    CBKE("C.3.1.2.3.1.2"),
    CBKE("C.3.1.2.3.2.2"),
    CBKE("C.3.1.2.3.4.2"),
)
def out_of_turn(t: HubTester) -> None:
    bad, suite, issuer = TerminateStatus.BAD_MESSAGE, TerminateStatus.UNSUPPORTED_SUITE, TerminateStatus.UNKNOWN_ISSUER
    with _instead(t, "out of turn") as meter:
        forged = meter.certificate[: ISSUER.start] + bytes(8) + meter.certificate[ISSUER.stop :]
        t.step("A point comes while no session is under way")
        _ends(t, meter.says(EPHEMERAL, bytes(POINT_OCTETS)), (bad,), "a point without a session")
        t.step("A proof comes while no session is under way")
        _ends(t, meter.says(CONFIRM, bytes(PROOF_OCTETS)), (bad,), "a proof without a session")
        t.step("A proof comes in place of the point")
        meter.initiates()
        _ends(t, meter.says(CONFIRM, bytes(PROOF_OCTETS)), (bad,), "a proof before the point")
        t.step("The point of the session that was ended comes late")
        _ends(t, meter.says(EPHEMERAL, meter.session.ephemeral_point()), (bad,), "a session that it has ended")
        t.step("A session with another suite is asked for")
        _ends(t, meter.initiates(OTHER_SUITE), (suite, bad), "a suite that it does not have")
        t.step("A certificate of an issuer that nobody knows is shown")
        _ends(t, meter.initiates(certificate=forged), (issuer,), "an unknown issuer")
        t.step("A point comes that is none")
        meter.initiates()
        _ends(t, meter.says(EPHEMERAL, b"\x02" + b"\xff" * (POINT_OCTETS - 1)), (bad,), "a point that is none")


@AREA.case(
    3,
    "Sessions that end midway take neither the key that was there nor the place of a later session",
    CBKE("C.3.1.2.3"),
    SE("5.4.7.4"),
    gate=f"{HUB} & KEC.S & PRC.S",
    seconds=1800,
    times=("secure_s",),
)
def left_midway(t: HubTester) -> None:
    former = t.esme.storage.link_keys[t.ieee].key
    for name in ("one", "two", "three"):
        t.step(f"The electricity meter starts session {name}, and leaves it before its proof")
        with _instead(t, name) as meter:
            meter.reaches_proof()
        t.wait(5)
    t.step("It reads under the key that it had")
    _served(t, former, "the key that it had")
    t.wait(LEFT_S)
    t.step("Minutes later it agrees a key, from the first message to the last")
    with _instead(t, "whole") as meter:
        answer = meter.confirms(meter.reaches_proof())
    t.require(answer.name == "confirm-key-data-response", "it takes part no more", answer, expected="its proof")


@AREA.case(
    4,
    "A proof that comes again changes nothing: the key that was agreed stays",
    CBKE("C.3.1.2.3.3.2"),
    SE("5.4.7.1"),
    gate=f"{HUB} & KEC.S & PRC.S",
)
def proof_again(t: HubTester) -> None:
    t.step("The electricity meter agrees a key; then its proof comes a second time")
    with _instead(t, "again") as meter:
        proof = meter.reaches_proof()
        answer = meter.confirms(proof)
        t.require(answer.name == "confirm-key-data-response", "it refuses a right proof", answer, expected="its proof")
        meter.session.confirmation(answer.message.secure_message_authentication_code)
        agreed = meter.session.link_key
        _ends(t, meter.confirms(proof), (TerminateStatus.BAD_MESSAGE,), "a session that is over")
    t.step("It reads under the key that was agreed")
    _served(t, agreed, "the key that was agreed")


def _asks_for_key(t: HubTester, partner: int, *, secured: bool = True) -> None:
    request = RequestKey(REQUEST_APPLICATION_KEY, partner)
    aps = t.esme.stack.aps
    if secured:
        aps.send_command(HUB_SHORT, request, key_id=KeyId.DATA, partner=t.ieee)
    else:
        aps.send_command(HUB_SHORT, request)


def _partner_keys(t: HubTester) -> list[Frame]:
    return [f for f in t.frames("transport-key") if isinstance(f.message, TransportApplicationKey)]


@AREA.case(
    5,
    "It makes a key for two members that have agreed theirs, the same for both, and under the key of each",
    ZIGBEE("4.4.6.3"),
    ZIGBEE("4.6.3.5"),
    SE("5.4.7.4"),
    wakes=1,
)
def partners(t: HubTester) -> None:
    esme, gsme = t.esme.settings.ieee, t.gsme.settings.ieee
    t.step("The electricity meter asks for a key with the gas meter, which polls")
    with t.awake():
        t.wait(1)
        _asks_for_key(t, gsme)
        t.wait(15)
    found = _partner_keys(t)
    if not found:
        return  # a hub may make no partner keys
    keys = {f.message.key for f in found}
    t.require(len(keys) == 1, "both partners get other keys", *found, expected="one key", seen=len(keys))
    by_partner = {f.message.partner: f for f in found}
    t.require_equal(sorted(by_partner), sorted((esme, gsme)), "one of both gets no key, or another device does")
    plain = [f for f in found if not f.secured]
    t.require(not plain, "it sends a link key without APS security", *plain, expected="the key-load key")
    for partner, receiver in ((gsme, t.side.own_short), (esme, t.sleeper.own_short)):
        way = by_partner[partner].nwk
        assert way is not None
        t.require_equal(way.dst, receiver, "the key goes to another device", by_partner[partner], form="#06x")


@AREA.case(6, "It makes no key with a stranger, nor for a request that nobody signed", ZIGBEE("4.4.6.3"), SE("5.4.6"))
def no_partners(t: HubTester) -> None:
    for words, partner, secured in (
        ("a key with a stranger", t.gsme.settings.ieee ^ BIT, True),
        ("a key with itself", t.esme.settings.ieee, True),
        ("a key with the gas meter, without APS security", t.gsme.settings.ieee, False),
    ):
        t.step(f"The electricity meter asks for {words}")
        _asks_for_key(t, partner, secured=secured)
        with t.awake():
            t.wait(12)
        found = _partner_keys(t)
        t.require(not found, "it makes a key for a request that it must refuse", *found, expected="no Transport-Key")
