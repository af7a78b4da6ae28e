"""One side of a key establishment, without the air: what it makes of good, bad, replayed and reordered messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanbench.emulator.devices.key_establishment.session import KeyEstablishmentSession, Refused
from hanbench.emulator.devices.key_establishment.states import KeyEvent, KeyState
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1, TerminateStatus
from hanbench.emulator.zigbee.security.cbke import Authority, Certificate
from hanbench.emulator.zigbee.security.cbke.curve import GENERATOR

HUB, METER = 0xA, 0xB
RANDOM = split(1, "sessions")
AUTHORITY, STRANGER = Authority(0xCA, RANDOM), Authority(0xCB, RANDOM)
HUB_IDENTITY, METER_IDENTITY = (AUTHORITY.issue(ieee, 0x1031, RANDOM) for ieee in (HUB, METER))
MAC = bytes(16)
ORDER_TWO = b"\x02" + bytes(21)
OFF_CURVE = bytes.fromhex("02" + "00" * 20 + "02")


class Pair:
    """Both sides, and the messages between them."""

    def __init__(self, meter=METER_IDENTITY, hub=HUB_IDENTITY, **options):
        self.initiator = KeyEstablishmentSession(meter, HUB, split(2, "meter"), initiator=True)
        self.responder = KeyEstablishmentSession(hub, METER, split(3, "hub"), initiator=False, **options)
        self.initiator.step(KeyEvent.STARTED)
        self._meter, self._hub = meter, hub

    def certificates(self):
        self.responder.certificate(SUITE_1, self._meter.certificate.octets)
        self.initiator.certificate(SUITE_1, self._hub.certificate.octets)

    def points(self):
        self.responder.ephemeral(self.initiator.ephemeral_point())
        self.initiator.ephemeral(self.responder.ephemeral_point())

    def proofs(self):
        self.responder.confirmation(self.initiator.proof)
        self.initiator.confirmation(self.responder.proof)


def refused(call, *arguments):
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.status


def test_both_sides_end_with_one_key():
    pair = Pair()
    pair.certificates()
    pair.points()
    pair.proofs()
    assert pair.initiator.link_key == pair.responder.link_key
    assert pair.initiator.state is KeyState.IDLE
    assert pair.responder.state is KeyState.DELIVERY


def test_every_agreement_makes_another_key():
    keys = set()
    hub, meter = HUB_IDENTITY, METER_IDENTITY
    for seed in range(5):
        pair = Pair(meter, hub)
        pair.initiator._random, pair.responder._random = split(seed, "a"), split(seed, "b")
        pair.certificates()
        pair.points()
        pair.proofs()
        keys.add(pair.initiator.link_key)
    assert len(keys) == 5


def advanced(side, steps):
    """A session of this side after so many of its messages, and its peer."""
    pair = Pair()
    for step in (pair.certificates, pair.points, pair.proofs)[:steps]:
        step()
    return getattr(pair, side), getattr(pair, "responder" if side == "initiator" else "initiator")


MESSAGES = {
    0: lambda s, peer: s.certificate(SUITE_1, peer._identity.certificate.octets),
    1: lambda s, peer: s.ephemeral(peer.ephemeral_point()),
    2: lambda s, peer: s.confirmation(peer.proof if peer._agreement else MAC),
}


@pytest.mark.parametrize("side", ["initiator", "responder"])
@pytest.mark.parametrize("steps", range(4))
@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_out_of_its_place_is_refused_and_no_key_comes_of_it(side, steps, message):
    session, peer = advanced(side, steps)
    if message == steps:
        return
    had = None if steps < 3 else session.link_key
    assert refused(MESSAGES[message], session, peer) is TerminateStatus.BAD_MESSAGE
    if had is None:
        with pytest.raises(AssertionError):
            _ = session.link_key


def test_a_session_that_was_not_started_takes_no_answer():
    session = KeyEstablishmentSession(METER_IDENTITY, HUB, RANDOM, initiator=True)
    octets = HUB_IDENTITY.certificate.octets
    assert refused(session.certificate, SUITE_1, octets) is TerminateStatus.BAD_MESSAGE


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"", TerminateStatus.BAD_MESSAGE),
        (METER_IDENTITY.certificate.octets[:-1], TerminateStatus.BAD_MESSAGE),
        (METER_IDENTITY.certificate.octets + b"\x00", TerminateStatus.BAD_MESSAGE),
        (STRANGER.issue(METER, 0, RANDOM).certificate.octets, TerminateStatus.UNKNOWN_ISSUER),
        (AUTHORITY.issue(METER + 1, 0, RANDOM).certificate.octets, TerminateStatus.INVALID_CERTIFICATE),
        (HUB_IDENTITY.certificate.octets, TerminateStatus.INVALID_CERTIFICATE),
        (
            METER_IDENTITY.certificate._replace(profile_data=b"\x01\x04" + bytes(8)).octets,
            TerminateStatus.INVALID_CERTIFICATE,
        ),
    ],
    ids=["empty", "truncated", "too long", "unknown issuer", "of another device", "reflected", "of another profile"],
)
def test_a_certificate_that_will_not_do_ends_the_session_with_its_reason(octets, status):
    assert refused(Pair().responder.certificate, SUITE_1, octets) is status


@pytest.mark.parametrize("suite", [0, 2, 3, 0xFFFF])
def test_another_suite_is_not_supported(suite):
    octets = METER_IDENTITY.certificate.octets
    assert refused(Pair().responder.certificate, suite, octets) is TerminateStatus.UNSUPPORTED_SUITE


def test_a_withdrawn_certificate_counts_as_expired():
    pair = Pair(withdrawn={METER})
    octets = METER_IDENTITY.certificate.octets
    assert refused(pair.responder.certificate, SUITE_1, octets) is TerminateStatus.INVALID_CERTIFICATE


@pytest.mark.parametrize("side", ["initiator", "responder"])
@pytest.mark.parametrize(
    "point",
    [b"", GENERATOR[:-1], GENERATOR + b"\x00", b"\x04" + GENERATOR[1:], OFF_CURVE, bytes(22), b"\xff" * 22],
    ids=["empty", "truncated", "too long", "uncompressed", "off the curve", "infinity", "nonsense"],
)
def test_octets_that_are_no_point_end_the_session(side, point):
    pair = Pair()
    pair.certificates()
    session = getattr(pair, side)
    assert refused(session.ephemeral, point) is TerminateStatus.BAD_MESSAGE


def test_a_point_of_order_two_leads_to_no_key():
    """Its contribution vanishes with the cofactor; whoever sends it does not know the key, and cannot prove it does."""
    pair = Pair()
    pair.certificates()
    pair.responder.ephemeral(ORDER_TWO)
    pair.initiator.ephemeral(pair.responder.ephemeral_point())
    assert refused(pair.responder.confirmation, pair.initiator.proof) is TerminateStatus.BAD_KEY_CONFIRM


def test_a_certificate_without_a_point_ends_the_session_when_used():
    bad = METER_IDENTITY.certificate._replace(reconstruction=OFF_CURVE)
    pair = Pair(replace(METER_IDENTITY, certificate=bad))
    pair.certificates()
    assert refused(pair.responder.ephemeral, pair.initiator.ephemeral_point()) is TerminateStatus.BAD_MESSAGE


@pytest.mark.parametrize("bit", range(0, 128, 7))
def test_a_proof_with_one_bit_changed_is_refused(bit):
    pair = Pair()
    pair.certificates()
    pair.points()
    proof = bytearray(pair.initiator.proof)
    proof[bit // 8] ^= 1 << bit % 8
    assert refused(pair.responder.confirmation, bytes(proof)) is TerminateStatus.BAD_KEY_CONFIRM
    assert refused(pair.initiator.confirmation, pair.initiator.proof) is TerminateStatus.BAD_KEY_CONFIRM


def test_a_proof_of_an_earlier_session_is_worth_nothing():
    first = Pair()
    first.certificates()
    first.points()
    second = Pair()
    second.initiator._random = split(99, "another ephemeral")
    second.certificates()
    second.points()
    assert refused(second.responder.confirmation, first.initiator.proof) is TerminateStatus.BAD_KEY_CONFIRM


def test_a_wrong_private_key_is_found_out_in_the_last_step():
    pair = Pair(replace(METER_IDENTITY, private_key=METER_IDENTITY.private_key ^ 1))
    pair.certificates()
    pair.points()
    assert refused(pair.responder.confirmation, pair.initiator.proof) is TerminateStatus.BAD_KEY_CONFIRM


def test_the_certificates_here_are_what_the_codec_reads():
    assert Certificate.decode(HUB_IDENTITY.certificate.octets) == HUB_IDENTITY.certificate
