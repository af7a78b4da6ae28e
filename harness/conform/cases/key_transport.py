"""Transport-Key: which network key a device takes from its Trust Centre, and under which key it must come."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import TransportNetworkKey
from hanbench.emulator.zigbee.nwk.parent import JoinIndication
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.security.keys import KeyId, key_load_key, key_transport_key
from hanbench.emulator.zigbee.security.mmo import mmo_hash
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, PERMIT_S
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("TRK", "Transport-Key", gate=JOINER)
FALSE_KEY, FALSE_SEQUENCE = bytes(range(0x30, 0x40)), 0x55
FALSE_COUNTER = 0x7000_0000
WELL_KNOWN = b"ZigBeeAlliance09"
"""The link key that all Trust Centres of home automation share."""


def _sealed(t: Tester, command: TransportNetworkKey, key_id: KeyId, key: bytes) -> bytes:
    """Return an APS command of the hub under a key that is derived from a link key, each under a counter of its own."""
    number = t.side.next_tsn()
    header, source = aps.command_header(number, secured=True), t.hub.storage.ieee
    counter = FALSE_COUNTER + number
    return aps.secure(header, command.encode(), cipher(key), key_id, counter, source, extended_nonce=True)


def _instead_of_key(t: Tester, frames: Callable[[], list[bytes]]) -> None:
    """Have the Trust Centre give newcomers these APS frames, in place of the network key."""
    hub = t.hub

    def give(device: JoinIndication, via: int | None) -> None:
        for octets in frames():
            hub.stack.aps.nwk.send(device.short, octets, secured=False)

    hub.stack.trust_center._give_key = give  # type: ignore[method-assign]


@AREA.case(
    1,
    "As a newcomer it takes no network key that is not for it, or is not under the right key",
    ZIGBEE("4.4.3.2.3"),
    ZIGBEE("4.4.10.1"),
    gate=f"({JOINER}) & HAN.IC",
    begins=Begin.FACTORY,
    seconds=400,
)
def not_for_it(t: Tester) -> None:
    t.step("Keys come that are for another device, under the wrong derived key, or whose code is wrong")
    link = t.bench.own.joining_key
    storage = t.hub.storage
    own = TransportNetworkKey(storage.network_keys[storage.active_key], storage.active_key, t.ieee, storage.ieee)
    transport = key_transport_key(link)

    def frames() -> list[bytes]:
        right = _sealed(t, own, KeyId.KEY_TRANSPORT, transport)
        return [
            _sealed(t, own.replace(destination=t.ieee ^ 1), KeyId.KEY_TRANSPORT, transport),
            _sealed(t, own, KeyId.KEY_LOAD, key_load_key(link)),
            _sealed(t, own, KeyId.DATA, link),
            right[:-1] + bytes((right[-1] ^ 1,)),
            right[:6] + right[7:],
        ]

    _instead_of_key(t, frames)
    t.bench.preauthorise()
    t.hub.permit_join(PERMIT_S)
    t.device.commission()
    t.expect("association-response", within=t.pixit.join_s, sender="hub")
    t.never(
        None,
        during=60,
        where=lambda frame: frame.nwk is not None and frame.nwk.secured,
        that="under a network key",
        otherwise="it takes a network key that is not for it",
    )


@AREA.case(
    2,
    "Once it has agreed a key, it takes no network key under that of its install code",
    SE("5.4.7.2"),
    ZIGBEE("4.6.3.3"),
    gate=f"({JOINER}) & NWK.TCREJOIN & KEC.C & HAN.IC",
    needs=(Ability.POWER,),
    seconds=14_000,
)
def not_under_install_code(t: Tester) -> None:
    t.step("The device has no power while the network key changes twice; then it rejoins without NWK security")
    joining = t.bench.own.joining_key
    false = TransportNetworkKey(FALSE_KEY, FALSE_SEQUENCE, t.ieee, t.hub.storage.ieee)
    give = t.hub.stack.trust_center._give_key
    sealed = _sealed(t, false, KeyId.KEY_TRANSPORT, key_transport_key(joining))
    t.device.power_off()
    for _ in range(2):
        t.hub.stack.trust_center.distribute()
        t.wait(60)
        t.hub.stack.trust_center.switch()
        t.wait(60)
    _instead_of_key(t, lambda: [sealed])
    t.device.power_on()
    t.step("It gets a network key under the key of its install code")
    limit = t.pixit.longest_rest_s + 4 * t.wake_limit
    t.expect("transport-key", within=limit, sender="hub", otherwise="it does not come to its Trust Centre")
    t.never(
        None,
        during=30,
        where=lambda frame: frame.nwk is not None and frame.nwk.secured and frame.nwk.key_sequence == FALSE_SEQUENCE,
        that="under that key",
        otherwise="it takes a network key under a key that it has replaced",
    )
    t.hub.stack.trust_center._give_key = give  # type: ignore[method-assign]


@AREA.case(
    3,
    "It takes no network key under a link key that is not made from its whole install code",
    SE("5.4.8.1"),
    ZIGBEE("4.6.3.2"),
    gate=f"({JOINER}) & HAN.IC",
    begins=Begin.FACTORY,
    seconds=400,
)
def other_keys(t: Tester) -> None:
    t.step("Keys come under the well-known link key, zeros, the code itself and hashes of a part of it")
    code = t.bench.own.install_code
    storage = t.hub.storage
    own = TransportNetworkKey(storage.network_keys[storage.active_key], storage.active_key, t.ieee, storage.ieee)
    guesses = [WELL_KNOWN, bytes(16), b"\xff" * 16, (code + bytes(16))[:16], mmo_hash(code[:-2])]
    guesses += [mmo_hash(code[:-2] + code[:-3:-1]), InstallCode.with_crc(bytes(16)).link_key]
    right = t.bench.own.joining_key
    _instead_of_key(
        t,
        lambda: [_sealed(t, own, KeyId.KEY_TRANSPORT, key_transport_key(guess)) for guess in guesses if guess != right],
    )
    t.bench.preauthorise()
    t.hub.permit_join(PERMIT_S)
    t.device.commission()
    t.expect("association-response", within=t.pixit.join_s, sender="hub")
    t.never(
        None,
        during=60,
        where=lambda frame: frame.nwk is not None and frame.nwk.secured,
        that="under a network key",
        otherwise="it takes a network key under a link key that others know or guess",
    )
