"""Frames as attackers would send them: any frames at all give a diagnosis, and two homes in one capture stay apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.capture.foreign import ForeignCapture, ForeignFrame
from hanbench.harness.capture.link_types import LinkFrame
from hanbench.harness.field import FieldKeys, diagnose
from hanbench.harness.field.result import result_of


def capture_of(*mpdus: bytes, every: int = 60_000_000) -> ForeignCapture:
    found = ForeignCapture("a.pcap")
    for number, mpdu in enumerate(mpdus, start=1):
        found.frames.append(ForeignFrame(number, number * every, LinkFrame(mpdu, fcs(mpdu))))
    found.packets = len(mpdus)
    return found


@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=125),
            st.binary(max_size=60).map(lambda rest: bytes.fromhex("618807621a0000c7be") + rest),
            st.binary(max_size=60).map(lambda rest: bytes.fromhex("418807621affff0000") + b"\x09\x02" + rest),
            st.binary(max_size=20).map(lambda rest: bytes.fromhex("63cc07621a") + bytes(16) + b"\x02" + rest),
        ),
        max_size=30,
    ),
    st.sampled_from([None, 0, 0x70B3D51FF0000003]),
    st.integers(1, 2**56),
)
def test_any_frames_give_a_diagnosis(mpdus: list[bytes], gsme: int | None, every: int) -> None:
    keys = FieldKeys()
    keys.add("any", bytes(16))
    found = result_of(diagnose(capture_of(*mpdus, every=every), keys, gsme=gsme))
    assert found.verdict == "proves nothing"


def test_the_same_short_address_in_two_pans_is_two_devices() -> None:
    """MAC data requests (IEEE 802.15.4-2011, 5.3.4) of 0xbec7 to 0x0000 in PANs 0x1a62 and 0x1a63."""
    polls = [bytes.fromhex(f"638807{pan}0000c7be04") for pan in ("621a", "621a", "631a")]
    found = diagnose(capture_of(*polls), FieldKeys())
    assert found.home.pans == (0x1A62,)
    assert (len(found.home.frames), found.home.others) == (2, 1)


ROUTER, HUB = bytes.fromhex("072000ffffda1c00"), bytes.fromhex("58c50d00006f0d00")
"""EUI-64s as on the air, least significant octet first."""


def test_a_router_that_joins_is_no_gas_meter() -> None:
    """It asks for its address once, as every device that joins, and answers a beacon request, as no end device does.

    So did the router of a public capture, zigbee-join-authenticate.pcap of scapy's own tests; frames by IEEE
    802.15.4-2011: association request 5.3.1, data request 5.3.4, association response 5.3.2, beacon 5.2.2.1.
    """
    joining = [
        bytes.fromhex("23c801ff010000ffff") + ROUTER + bytes.fromhex("018e"),
        bytes.fromhex("63c802ff010000") + ROUTER + bytes.fromhex("04"),
        bytes.fromhex("63cc03ff01") + ROUTER + HUB + bytes.fromhex("024d2c00"),
        bytes.fromhex("008004ff014d2cff4f0000") + bytes.fromhex("00228c7265736e736f72720000ffffff00"),
    ]
    found = diagnose(capture_of(*joining, every=10_000), FieldKeys())
    assert found.home.gsme is None
    (device,) = (each for each in found.home.devices.values() if each.ieee == int.from_bytes(ROUTER, "little"))
    assert (device.role.value, device.polls) == ("repeater", 0)
