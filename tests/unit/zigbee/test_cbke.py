"""Suite 1 against its published vector (SE annex C.5), on both implementations of the curve, and against bad octets."""

from __future__ import annotations

import ctypes

import pytest

from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.security.cbke import (
    Authority,
    Certificate,
    Ephemeral,
    Identity,
    InvalidPointError,
    agree,
    implementation,
    libcrypto,
    selection,
)
from hanbench.emulator.zigbee.security.cbke.certificate import decode_private_key
from hanbench.emulator.zigbee.security.cbke.curve import COFACTOR, GENERATOR, ORDER, UnavailableError
from hanbench.emulator.zigbee.security.cbke.integers import Integers
from hanbench.emulator.zigbee.security.cbke.libcrypto import Libcrypto
from hanbench.emulator.zigbee.security.cbke.selection import check

AUTHORITY = "0200FDE8A7F3D1084224962A4E7C54E69AC3F04DA6B8"
CERTIFICATE_U = "020615E07D30ECA2DAD58002E667D94BC1B422398307 0000000000000002 5445535453454341 01090006000000000000"
CERTIFICATE_V = "03045FDFC8D85FFB8B3993CB72DDCAA55F00B3E87D6D 0000000000000001 5445535453454341 01090006000000000000"
PRIVATE_U, PRIVATE_V = "01E9DDB5580CF72ECE7F215F0AE594E48DF3E7FEE8", "00B8A900FCADEBABBFA383B540FCE9ED438395EAA7"
EPHEMERAL_U, EPHEMERAL_V = "0013D36DE4B1EA8E22739C381370823F404BFF8862", "03D48C7210DDBCC4FB2E5E7A0AA16A0DB89540820B"
POINT_U, POINT_V = (
    "0300E117C86D0E7CD128B2F34E9076CFF24AF46D7288",
    "0306AB52062201D995B8B8591F3F086A3A2E214D845E",
)
SECRET = "00E0D2C3CCD5C106A89C4F6CC26A5F7EC9DF78A7BE"
MAC_KEY, LINK_KEY = "90F967B22C8357C10C1C04788DE9E848", "86D58AAA998E2FAEFAF9FEF49606543A"
MAC_U, MAC_V = "B82F1F9774740C32F80FCFC3921B6420", "79D5F2AD1C31D4D1EE7CB719AC683C3C"

ORDER_TWO = bytes(22).replace(b"\x00", b"\x02", 1)
"""The one point with x = 0: it is its own negative."""
OFF_CURVE = bytes.fromhex("02" + "00" * 20 + "02")


def identity(certificate: str, private: str) -> Identity:
    octets = bytes.fromhex(certificate.replace(" ", ""))
    return Identity(Certificate.decode(octets), int(private, 16), bytes.fromhex(AUTHORITY))


U, V = identity(CERTIFICATE_U, PRIVATE_U), identity(CERTIFICATE_V, PRIVATE_V)


@pytest.fixture(params=[Libcrypto, Integers], ids=lambda kind: kind.name)
def backend(request: pytest.FixtureRequest):
    try:
        return request.param()
    except UnavailableError as error:
        pytest.skip(str(error))


def test_the_published_vector_comes_out_in_every_step(backend):
    ephemeral_u = Ephemeral(int(EPHEMERAL_U, 16), backend.combine((int(EPHEMERAL_U, 16), GENERATOR)))
    ephemeral_v = Ephemeral(int(EPHEMERAL_V, 16), backend.combine((int(EPHEMERAL_V, 16), GENERATOR)))
    assert ephemeral_u.public == bytes.fromhex(POINT_U)
    assert ephemeral_v.public == bytes.fromhex(POINT_V)
    for agreement in (
        agree(U, ephemeral_u, V.certificate, ephemeral_v.public, initiator=True, on=backend),
        agree(V, ephemeral_v, U.certificate, ephemeral_u.public, initiator=False, on=backend),
    ):
        assert agreement.secret == bytes.fromhex(SECRET)
        assert agreement.mac_key == bytes.fromhex(MAC_KEY)
        assert agreement.link_key == bytes.fromhex(LINK_KEY)
        assert agreement.mac_u == bytes.fromhex(MAC_U)
        assert agreement.mac_v == bytes.fromhex(MAC_V)
        assert LINK_KEY.lower() not in repr(agreement)


def test_the_published_private_keys_belong_to_their_certificates(backend):
    for each in (U, V):
        mine = backend.combine((each.private_key, GENERATOR))
        assert mine == each.certificate.public_key(each.authority, backend)
        assert each.genuine
        assert f"{each.private_key}" not in repr(each)


def test_a_certificate_has_its_parts_in_order():
    certificate = U.certificate
    assert (certificate.subject, certificate.issuer) == (2, 0x5445535453454341)
    assert certificate.profile_data.hex() == "01090006000000000000"
    assert certificate.octets == bytes.fromhex(CERTIFICATE_U.replace(" ", ""))


def test_the_group_has_its_order(backend):
    check(backend)
    with pytest.raises(InvalidPointError):
        backend.combine((ORDER, GENERATOR))
    with pytest.raises(InvalidPointError):
        backend.combine((2, ORDER_TWO))
    assert backend.combine((1, ORDER_TWO)) == ORDER_TWO
    assert backend.combine((ORDER * COFACTOR + 1, GENERATOR), (2, ORDER_TWO)) == GENERATOR


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        GENERATOR[:-1],
        GENERATOR + b"\x00",
        b"\x04" + GENERATOR[1:],
        b"\x00" * 22,
        OFF_CURVE,
        b"\x03" + bytes(21),
        b"\x02\xff" + GENERATOR[2:],
    ],
    ids=["empty", "short", "long", "uncompressed", "infinity", "off the curve", "x=0 odd", "outside the field"],
)
def test_octets_that_are_no_point_are_refused(backend, octets):
    with pytest.raises(InvalidPointError):
        backend.combine((3, octets))
    with pytest.raises(RemoteProtocolError):
        agree(U, Ephemeral(5, bytes.fromhex(POINT_U)), V.certificate, octets, initiator=True, on=backend)


def test_a_made_up_authority_issues_what_its_devices_agree_with():
    random = split(1, "authority")
    authority = Authority(0x1122334455667788, random)
    one, two = authority.issue(0xA, 0x1031, random), authority.issue(0xB, 0x1057, random)
    assert one.genuine
    assert two.genuine
    assert one.certificate.profile_data[:4] == b"\x01\x09\x10\x31"
    keys = [Ephemeral(n, implementation().combine((n, GENERATOR))) for n in (12345, 67890)]
    here = agree(one, keys[0], two.certificate, keys[1].public, initiator=True)
    there = agree(two, keys[1], one.certificate, keys[0].public, initiator=False)
    assert tuple(here) == tuple(there)


def test_a_certificate_of_somebody_else_ends_in_different_proofs():
    random = split(2, "authority")
    authority, impostor = Authority(1, random), Authority(1, random)
    meter, hub = impostor.issue(0xA, 0, random), authority.issue(0xB, 0, random)
    keys = [Ephemeral(n, implementation().combine((n, GENERATOR))) for n in (12345, 67890)]
    here = agree(meter, keys[0], hub.certificate, keys[1].public, initiator=True)
    there = agree(hub, keys[1], meter.certificate, keys[0].public, initiator=False)
    assert not there.confirmed_by_initiator(here.mac_u)
    assert not here.confirmed_by_responder(there.mac_v)
    assert here.confirmed_by_initiator(here.mac_u)


@pytest.mark.parametrize("length", [0, 22, 47, 49])
def test_a_certificate_of_another_length_is_refused(length):
    with pytest.raises(RemoteProtocolError):
        Certificate.decode(bytes(length))


@pytest.mark.parametrize("octets", [b"", bytes(21), ORDER.to_bytes(21, "big"), b"\x01" * 20])
def test_a_number_that_is_no_private_key_is_refused(octets):
    with pytest.raises(LocalProtocolError):
        decode_private_key(octets)


def test_without_libcrypto_the_integers_take_over(monkeypatch):
    def nothing(name):
        raise OSError(f"{name}: no such file")

    libcrypto._load.cache_clear()
    selection.implementation.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", nothing)
    try:
        with pytest.raises(UnavailableError, match="no such file"):
            Libcrypto()
        assert selection.implementation().name == "integers"
    finally:
        libcrypto._load.cache_clear()
        selection.implementation.cache_clear()


def test_an_implementation_that_computes_wrongly_is_not_used():
    class Wrong:
        name = "wrong"

        def combine(self, *terms):
            return GENERATOR

    with pytest.raises(UnavailableError, match="wrong computes"):
        check(Wrong())
