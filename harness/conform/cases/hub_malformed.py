"""What comes malformed to a hub: at the MAC, in the device profile, in a key establishment. It lives, and serves on."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.zcl.clusters import BASIC, KEY_ESTABLISHMENT
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.zdo.status import ZdpStatus
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import HUB as GATE
from hanbench.harness.conform.cases.common import reading, specific
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import CBKE, MAC, ZIGBEE

AREA = Area("HMAL", "Hub: malformed frames", gate=GATE, seconds=900, wakes=1)
NO_CLUSTER = 0x007B
REQUESTS = (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x13, 0x1F, 0x21, 0x22, 0x31, 0x33, 0x34, 0x36, 0x38)
"""Clusters of requests of the device profile."""
CERTIFICATE = 48


def _served(t: HubTester) -> None:
    t.step("It sends a beacon, and both meters are served as before")
    t.beacon_now()
    with t.awake():
        for side in (t.side, t.sleeper):
            answers = t.ask(BASIC.id, reading(t, 0x0000), by=side)
            t.require(bool(answers), "it serves a meter no more after malformed frames", expected="an answer")


def _mac_frames(t: HubTester) -> Iterator[bytes]:
    """Yield PSDUs without FCS that no healthy device sends."""
    pan = t.esme.stack.mac.pan_id.to_bytes(2, "little")
    own = t.side.own_short.to_bytes(2, "little")
    ieee = t.esme.settings.ieee.to_bytes(8, "little")
    to_hub = pan + HUB.to_bytes(2, "little")
    for command in (*MacCommand, 0x00, 0x7F, 0xFF):
        content = bytes((command,))
        yield b"\x63\x88\x11" + to_hub + own + content  # a command between short addresses, nothing after its name
        yield b"\x63\xc8\x12" + to_hub + ieee + content  # from an EUI-64
        yield b"\x63\x08\x13" + to_hub + content  # without a source
        if command != MacCommand.DISASSOCIATION:
            yield b"\x63\xc8\x14" + to_hub + ieee + content + bytes(60)  # and with far too much
    yield b"\x63\x88\x15" + to_hub + own  # a command without a name
    yield b"\x61\x88\x16" + to_hub + own  # data without a payload
    yield b"\x61\x88\x17" + to_hub + own + b"\xff"
    yield b"\x61\x98\x18" + to_hub + own + bytes(20)  # another frame version
    yield b"\x65\x88\x19" + to_hub + own + bytes(20)  # a reserved type
    yield b"\x69\x88\x1a" + to_hub + own + bytes(20)  # MAC security
    yield b"\x00\x80\x1b" + pan + own + b"\xff"  # a beacon that is cut short
    yield b"\x00\x80\x1c" + pan + own + b"\xff\xcf\xff\xff" + bytes(8)  # with more pending addresses than octets
    yield b"\x00\x80\x1d" + pan + own + b"\xff\xcf\x00\x00\x00\x22"  # with a payload that is cut short


@AREA.case(1, "It survives malformed frames of the MAC", MAC("5.2"), MAC("5.3"))
def of_the_mac(t: HubTester) -> None:
    t.step("The electricity meter's radio sends malformed frames of the MAC, each twice")
    send = t.esme.stack.mac.transmit
    for body in _mac_frames(t):
        for _ in range(2):
            send(body + fcs(body))
            t.wait(0.2)
    t.wait(15)
    _served(t)


def _zdp(t: HubTester, cluster: int, payload: bytes) -> None:
    t.esme.stack.aps.send(ApsRequest(HUB, cluster, payload, 0, 0, 0, True))


@AREA.case(
    2,
    "It survives requests of the device profile that are cut short, and refuses those that it does not know",
    ZIGBEE("2.4.2.8"),
    ZIGBEE("2.4.4"),
)
def of_the_device_profile(t: HubTester) -> None:
    for cluster in REQUESTS:
        t.step(f"Requests 0x{cluster:04x} come cut short, and with octets behind their end")
        for payload in (b"", b"\x01", b"\x02\x00", b"\x03\xff\xff", bytes((4,)) + b"\xff" * 40):
            _zdp(t, cluster, payload)
            t.wait(0.5)
        t.wait(2)
        left = t.frames("leave")
        t.require(not left, "it acts on a malformed request", *left, expected="nothing")
    t.step("A request comes that the device profile does not have")
    tsn = t.side.next_tsn()
    _zdp(t, NO_CLUSTER, bytes((tsn, 0x00, 0x00)))
    t.wait(5)
    found = t.frames(where=lambda f: f.aps is not None and f.aps.profile == 0 and f.aps.cluster == NO_CLUSTER | 0x8000)
    t.require(bool(found), "it does not answer a request that it does not know", expected="NOT_SUPPORTED")
    told = found[0].aps
    assert told is not None
    wanted = bytes((tsn, ZdpStatus.NOT_SUPPORTED))
    t.require_equal(told.payload[:2].hex(), wanted.hex(), "it answers a request that it does not know", found[0])
    _served(t)


@AREA.case(
    3,
    "It survives messages of a key establishment that are cut short, and takes part in the next one",
    CBKE("C.3.1.2.3"),
    CBKE("C.4.2"),
    gate=f"{GATE} & KEC.S",
    times=("secure_s",),
)
def of_key_establishment(t: HubTester) -> None:
    whole = (0x0001).to_bytes(2, "little") + bytes((6, 10)) + bytes(CERTIFICATE)
    for command, payload in ((0x00, whole), (0x01, bytes(22)), (0x02, bytes(16)), (0x03, bytes(4))):
        t.step(f"Command 0x{command:02x} comes cut short, and with octets behind its end")
        for octets in (b"", payload[:1], payload[:-1], payload + bytes(1), payload + bytes(20)):
            t.side.send_zcl(KEY_ESTABLISHMENT.id, specific(t, command, octets), secured=False)
            t.wait(1)
        taken = t.frames("confirm-key-data-response")
        t.require(not taken, "it takes a message that is none for a proof", *taken, expected="Terminate")
    t.wait(300)
    t.step("The electricity meter agrees another key")
    before = t.esme.storage.link_keys[t.ieee].key
    t.esme.keys.renew()
    agreed = t.wait_until(lambda: t.esme.storage.link_keys[t.ieee].key != before, t.pixit.secure_s)
    t.require(agreed, "it takes part in no key establishment any more", expected="Confirm Key Data Response")
    _served(t)
