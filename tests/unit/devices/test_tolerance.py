"""What a meter answers although a peer's stack writes it otherwise than ours: source routes, reserved bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from scapy.layers.zigbee import ZCLGeneralReadAttributes

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.harness.crafting import Lab

RELAY = 0x18C0


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab() as made:
        yield made


def routed(lab: Lab, reserved: int = 0, **route: Any) -> bytes:
    """A read of the hub to the electricity meter, with a source route, or with reserved bits of the frame control."""
    security = lab.han.hub.stack.nwk.security
    psdu = mac.decode(lab.frame(ZCLGeneralReadAttributes(attribute_identifiers=[0]), cluster=0x0702))
    frame = nwk.decode(psdu.payload)
    frame.decrypt(security.incoming(frame.key_sequence))
    head = nwk.header(nwk.DATA, frame.dst, frame.src, frame.sequence, radius=29, secured=True, **route)
    head = bytes((head[0], head[1] | reserved)) + head[2:]
    assert psdu.dst_pan is not None
    assert psdu.dst is not None
    assert psdu.src is not None
    sealed = nwk.seal(head, frame.payload, security.outgoing())
    return mac.data(psdu.sequence, psdu.dst_pan, psdu.dst, psdu.src, sealed, ack=True)


@pytest.mark.parametrize(
    "written",
    [
        {"relays": (RELAY,), "relay_index": 0},
        {"relays": (RELAY,), "relay_index": 255},
        {"relay_index": 0},
        {"relay_index": 255},
        {"reserved": 0x40},
        {"reserved": 0x80},
    ],
    ids=["index 0", "last relay's 255", "no relay, 0", "no relay, 255", "reserved bit 14", "reserved bit 15"],
)
def test_what_real_relays_send_is_answered(lab: Lab, written: dict[str, Any]) -> None:
    """Relay index 255: frames 13, 23 and 27 of killerbee's control4-sample.pcap; reserved bits: R22, 3.3.1.1."""
    heard = lab.send(routed(lab, **written))
    assert any("Read Attributes Response" in str(each) for each in heard)
