"""Wrong firmwares: requests of the device profile, their selectors, bindings and neighbours."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import change_sent, change_zdp

WRONG = Firmwares([])
SUCCESS = 0x00


@WRONG.add("silent-about-unknown-requests", "ZDO")
def silent_about_unknown_requests(device: Any, note: Note) -> None:
    """It says nothing to requests of the device profile that it does not have."""
    wrapped(device.stack.zdo, "_not_supported", lambda former, indication: note())


@WRONG.add("longer-simple-descriptor", "ZDO", "espressif/esp-zigbee-sdk#485")
def longer_simple_descriptor(device: Any, note: Note) -> None:
    """Its answer about a simple descriptor has two octets more than the descriptor."""
    change_zdp(device, note, 0x8004, lambda octets: octets + bytes(2))


@WRONG.add("numbers-descriptors-itself", "ZDO")
def numbers_descriptors_itself(device: Any, note: Note) -> None:
    """Its answers of the device profile have numbers of its own."""
    change_zdp(device, note, 0x8002, lambda octets: bytes((octets[0] + 1 & 0xFF,)) + octets[1:])


@WRONG.add("describes-itself-for-others", "ZDO")
def describes_itself_for_others(device: Any, note: Note) -> None:
    """Asked for the node descriptor of any device, it gives its own."""
    server = device.stack.zdo.server

    def descriptor(former: Any, request: Any) -> Any:
        if isinstance(request, zdp.NodeDescReq) and request.short != server._context.short:
            note()
            return zdp.NodeDescRsp(SUCCESS, request.short, server._context.node_descriptor)
        return former(request)

    wrapped(server, "_descriptor", descriptor)


@WRONG.add("ignores-request-types", "ZDO")
def ignores_request_types(device: Any, note: Note) -> None:
    """It answers a request for an address with children, whatever its type."""

    def address(former: Any, request: Any, broadcast: bool) -> Any:
        if request.request_type > zdp.EXTENDED:
            note()
            request = request.replace(request_type=zdp.SINGLE)
        return former(request, broadcast)

    wrapped(device.stack.zdo.server, "_address", address)


@WRONG.add("ignores-start-index", "ZDO")
def ignores_start_index(device: Any, note: Note) -> None:
    """Asked for its children from an index on, it invents one."""
    change_zdp(device, note, 0x8000, lambda octets: octets + b"\x01\x00\x34\x12" if octets[1] == 0 else octets)


@WRONG.add("answers-every-broadcast", "ZDO", kind="esme")
def answers_every_broadcast(device: Any, note: Note) -> None:
    """It answers a broadcast that asks for another device: DEVICE_NOT_FOUND."""

    def address(former: Any, request: Any, broadcast: bool) -> Any:
        note()
        return former(request, False)

    wrapped(device.stack.zdo.server, "_address", address)


def _change_match(device: Any, note: Note, change: Any) -> None:
    def match(former: Any, request: zdp.MatchDescReq, broadcast: bool) -> Any:
        note()
        return former(change(request), broadcast)

    wrapped(device.stack.zdo.server, "_match", match)


@WRONG.add("matches-any-profile", "ZDO")
def matches_any_profile(device: Any, note: Note) -> None:
    """It matches by clusters alone, whatever the profile."""
    _change_match(device, note, lambda request: request.replace(profile=0xFFFF))


@WRONG.add("looks-at-first-cluster-only", "ZDO")
def looks_at_first_cluster_only(device: Any, note: Note) -> None:
    """It looks at the first cluster of each list in Match_Desc_req, and not at the rest."""
    _change_match(device, note, lambda request: request.replace(inputs=request.inputs[:1]))


@WRONG.add("matches-no-client", "ZDO")
def matches_no_client(device: Any, note: Note) -> None:
    """It does not look at the list of client clusters in Match_Desc_req."""
    _change_match(device, note, lambda request: request.replace(outputs=()))


@WRONG.add("unbinds-for-ever", "ZDO")
def unbinds_for_ever(device: Any, note: Note) -> None:
    """It says SUCCESS to each Unbind_req."""
    change_zdp(device, note, 0x8022, lambda octets: octets[:1] + b"\x00")


@WRONG.add("forgets-bindings", "ZDO")
def forgets_bindings(device: Any, note: Note) -> None:
    """It says that it has bound, and binds nothing."""

    def bind(former: Any, binding: Any) -> Any:
        note()
        return SUCCESS

    wrapped(device.stack.management.bindings, "bind", bind)


@WRONG.add("announces-as-mains", "ZDO", "zsmartsystems/com.zsmartsystems.zigbee#768")
def announces_as_mains(device: Any, note: Note) -> None:
    """Its announce says that it listens, and its descriptor that it sleeps."""

    def change(request: Any) -> Any:
        if request.profile == 0 and request.cluster == zdp.DeviceAnnce.CLUSTER:
            note()
            return request._replace(payload=request.payload[:-1] + bytes((request.payload[-1] | 0x08,)))
        return request

    change_sent(device, change)


@WRONG.add("one-neighbour-too-many", "ZDO", kind="esme")
def one_neighbour_too_many(device: Any, note: Note) -> None:
    """It says that its table of neighbours is longer than it is."""
    change_zdp(device, note, 0x8031, lambda octets: octets if octets[1] else _one_more(octets))


def _one_more(octets: bytes) -> bytes:
    return octets[:2] + bytes((octets[2] + 1,)) + octets[3:]
