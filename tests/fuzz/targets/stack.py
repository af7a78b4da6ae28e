"""Frames at the devices of an installed home: a frame that is dropped changes nothing (`tests/fuzz/home.py`)."""

from __future__ import annotations

from hanbench.emulator.clock import MILLISECOND
from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.radio import AirRadio, RadioConfig, Reception
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.hardware.address_filter import addressed_to
from tests.fuzz.home import APDU, MESSAGE, NPDU, PSDU, Home, Injected, fresh_home, injected
from tests.fuzz.snapshot import changes, snapshot
from tests.fuzz.target import Target

MAC_MEMORY = (("Mac", "_last_heard"), ("Child", "_heard"))
"""MAC frames are not secured: their sequence numbers are remembered for acknowledgements that were lost, whatever the
layers above make of the frame."""
NWK_MEMORY = (
    ("NwkSecurity", "_incoming"),
    ("Nwk", "_broadcasts"),
    ("NeighborTable", "_table"),
    ("ChildEntry", "last_heard"),
    ("Aps", "_recent"),
)
"""A frame that the network key proves has been heard, and is not taken twice, whatever the layers above make of it."""
APS_MEMORY = (("LinkKey", "incoming"),)
"""The same for the link key."""
ANSWERS = (
    *(("Mac", name) for name in ("_busy", "_queue", "_sending", "_sequence", "indirect", "transmissions", "failures")),
    ("Nwk", "_sequence"),
    ("FrameCounter", "value"),
    ("FrameCounter", "saved"),
    ("Aps", "_counter"),
    ("Aps", "_waiting"),
    ("RouteDiscovery", "_waiting"),
    ("RouteDiscovery", "_request_id"),
    ("DiscoveryTable", "_entries"),
    ("Poller", "_poll_again"),
    ("Poller", "_polling"),
    ("Poller", "_timer"),
    ("Poller", "_holds"),
)
"""A frame that a key proves may be acknowledged, and its command refused: what sending changes."""
PROVED = {
    PSDU: MAC_MEMORY,
    NPDU: MAC_MEMORY,
    APDU: (*MAC_MEMORY, *NWK_MEMORY, *ANSWERS),
    MESSAGE: (*MAC_MEMORY, *NWK_MEMORY, *APS_MEMORY, *ANSWERS),
}
"""By form: what a frame of that form may change although it is dropped."""


OTHER_KEY = bytes(range(0x20, 0x30))
REPLAYED, WRONG_KEY, FLIPPED, OTHER_PAN = range(4)
"""What is wrong with a frame of `stack.harmed`."""
_SECURITY_LEVEL = 0x07
"""Bits of the security control field that a receiver puts in by itself (R22, 4.3.1.2): they prove nothing."""
_SECURED = 0x02
"""Bit of the second octet of a NWK header: without it a frame is an unsecured one, and harmed in no way."""


def _no_new_keys(home: Home) -> None:
    """Let firmware not agree a new key with a partner whose frames it cannot open (R22, 4.4.1.2): no part of a drop."""
    for device in home.devices:
        device.stack.aps.on_stale_key = None


def _state(device: AnyDevice, form: int) -> dict[str, str]:
    return snapshot(device, PROVED[form])


def _dropped(octets: bytes) -> None:
    """Each frame that is dropped leaves its device as it was, but for what the layers below have proved."""
    home = fresh_home()
    _no_new_keys(home)
    for frame in injected(octets):
        psdu, device = home.psdu(frame), home.receiver(frame)
        before, drops = _state(device, frame.form), device.stack.counters.total()
        home.give(frame, psdu)
        if device.powered and device.stack.counters.total() > drops:
            found = changes(before, _state(device, frame.form))
            reason = [str(each) for each in device.stack.counters]
            assert not found, f"{psdu.hex()} was dropped ({reason}) at {device.name}, and changed {found[:5]}"
    home.clock.run_for(100 * MILLISECOND)


def _taken(octets: bytes) -> None:
    """Frames at devices, and an hour after them: nothing escapes."""
    home = fresh_home()
    for frame in injected(octets):
        home.give(frame, home.psdu(frame))
        home.clock.run_for(200 * MILLISECOND)
    home.clock.run_for(3_600_000 * MILLISECOND)


def _harmed(octets: bytes) -> None:
    """Each frame is sound but for one thing, which no device may overlook: it changes nothing but what is proved.

    The forms are `APDU` and `MESSAGE` (sealed by the network key, and by the link key as well).
    """
    home = fresh_home()
    _no_new_keys(home)
    for frame in injected(octets):
        if frame.harm == OTHER_PAN:
            _goes_by(home, frame)
            continue
        device, proved = home.receiver(frame), PSDU
        if frame.form in (PSDU, APDU) or home.link(frame) is None:
            npdu = _harmed_nwk(home, frame)
        else:
            apdu, proved = _harmed_aps(home, frame), APDU
            npdu = home.secured(frame, apdu) if apdu else b""
        psdu = home.hop(frame, npdu) if npdu else b""
        before, drops = _state(device, proved), device.stack.counters.total()
        home.give(frame, psdu)
        if psdu and device.powered:
            found = changes(before, _state(device, proved))
            assert not found, f"{psdu.hex()} was wrong ({frame.harm}), and changed {found[:5]} at {device.name}"
            assert device.stack.counters.total() > drops, f"{psdu.hex()} was wrong ({frame.harm}), and is not counted"


def _harmed_nwk(home: Home, frame: Injected) -> bytes:
    """Return the NPDU of a frame that was replayed, sealed with another key, or changed in one bit."""
    apdu = frame.octets[2:82]
    if frame.harm == WRONG_KEY:
        return home.secured(frame, apdu, OTHER_KEY)
    npdu = home.secured(frame, apdu)
    if frame.harm == REPLAYED:
        return npdu if _proved(home, frame, npdu)[0] else b""
    return _flipped(npdu, int.from_bytes(frame.octets[:2], "little"))


def _flipped(npdu: bytes, bit: int) -> bytes:
    """Return a secured NPDU with another value of one bit that its MIC or its nonce protects."""
    if not npdu:
        return npdu
    at, mask = bit // 8 % len(npdu), 1 << bit % 8
    auxiliary = len(nwk.decode(npdu).header)
    if (at == 1 and mask == _SECURED) or (at == auxiliary and mask & _SECURITY_LEVEL):
        at = len(npdu) - 1
    return npdu[:at] + bytes((npdu[at] ^ mask,)) + npdu[at + 1 :]


def _harmed_aps(home: Home, frame: Injected) -> bytes:
    """Return the APDU of a message that was replayed, sealed with another link key, or changed in its last octet."""
    if frame.harm == WRONG_KEY:
        return home.message(frame, OTHER_KEY)
    apdu = home.message(frame)
    if frame.harm == FLIPPED:
        return apdu[:-1] + bytes((apdu[-1] ^ 1 << (frame.octets[3:4] or b"\0")[0] % 8,))
    replay = home.message(frame, back=1)
    return replay if _proved(home, frame, home.secured(frame, apdu))[1] else b""


def _proved(home: Home, frame: Injected, npdu: bytes) -> tuple[bool, bool]:
    """Give a frame, and return whether the network key and the link key have proved it: their counters have gone on.

    A frame may be turned away before that, as one with the MAC sequence number of the neighbour's last frame is.
    """
    before = _counters(home, frame)
    home.give(frame, home.hop(frame, npdu))
    after = _counters(home, frame)
    return after[0] > before[0], after[1] > before[1]


def _counters(home: Home, frame: Injected) -> tuple[int, int]:
    """Return the lowest counters that a device takes of the sender: of NWK frames, and of APS frames."""
    device, sender = home.receiver(frame), home.sender(frame).storage.ieee
    security, link = device.stack.nwk.security, device.storage.link_keys.get(sender)
    return security.expected_counter(security.active_sequence, sender), 0 if link is None else link.incoming


def _goes_by(home: Home, frame: Injected) -> None:
    """A frame with another PAN ID is on the air: no radio passes it on, and neither does the host of a dongle."""
    psdu = home.hop(frame, home.secured(frame, frame.octets[:80]), pan=1 + frame.form)
    radio = home.receiver(frame).stack.radio
    if not psdu or radio.config.promiscuous:
        return
    assert not addressed_to(psdu, radio.config)
    heard: list[bytes] = []
    before, intruder = radio.receiver, AirRadio(home.han.air, home.clock, home.han.random("by"), "by", (2.0, 2.0))
    intruder.configure(RadioConfig(channel=radio.config.channel))

    def receive(reception: Reception) -> None:
        heard.append(reception.psdu)
        if before is not None:
            before(reception)

    radio.receiver = receive
    intruder.transmit(psdu, lambda result: None, retries=0)
    home.clock.run_for(20 * MILLISECOND)
    radio.receiver = before
    intruder.remove()
    assert psdu not in heard, f"{psdu.hex()} is of another PAN, and was passed on"


TARGETS = (
    Target("stack.dropped", _dropped, (), 700),
    Target("stack.harmed", _harmed, (), 700),
    Target("stack.taken", _taken, (), 700),
)
