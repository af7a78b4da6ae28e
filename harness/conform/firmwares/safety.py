"""Wrong firmwares: what may be written or reset, and reads and numbers at their limits."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import Status
from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
MOST_AT_ONCE = 12
IDENTIFIER = 2
"""Octets of an attribute identifier."""


@WRONG.add("divisor-may-be-written", "ZCL")
def divisor_may_be_written(device: Any, note: Note) -> None:
    """It lets a client write the divisor of its register."""
    attributes = device.endpoint.servers[METERING.id].attributes

    def rejection(former: Any, key: int, record: Any) -> Any:
        if key == MeteringAttributes.Divisor.key:
            note()
            return None
        return former(key, record)

    wrapped(attributes, "_rejection", rejection)


def _on_reset(device: Any, act: Any) -> None:
    """Have it act on Reset to Factory Defaults, which it confirms."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if indication.cluster == BASIC.id and frame.command == 0x00:
            device.endpoint._answer_status(indication, frame, Status.SUCCESS)
            act()
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_cluster_command", command)


@WRONG.add("reset-leaves-the-network", "ZCL", "Koenkk/zigbee2mqtt#1474")
def reset_leaves_the_network(device: Any, note: Note) -> None:
    """A client's reset of its attributes takes it out of its network."""

    def act() -> None:
        note()
        device.stack.clock.call_later(1_000_000, device.stack.maintenance.leave, False)

    _on_reset(device, act)


@WRONG.add("reset-clears-the-register", "ZCL")
def reset_clears_the_register(device: Any, note: Note) -> None:
    """A client's reset of its attributes has its register begin at nought."""

    def act() -> None:
        note()
        device.endpoint.servers[METERING.id].set(MeteringAttributes.CurrentSummationDelivered, lambda: 0)

    _on_reset(device, act)


@WRONG.add("overflows-at-long-reads", "ZCL", "fairecasoimeme/ZiGate#248")
def overflows_at_long_reads(device: Any, note: Note) -> None:
    """It says nothing to a read of more than twelve attributes of its register's cluster."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        is_long = frame.command == 0x00 and len(frame.payload) > MOST_AT_ONCE * IDENTIFIER
        if indication.cluster == METERING.id and is_long:
            note()
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("merges-equal-records", "ZCL", "nrfconnect/sdk-nrf, known issue KRKNWK-12522")
def merges_equal_records(device: Any, note: Note) -> None:
    """Of two equal attributes of a read it answers one."""

    def read(former: Any, payload: bytes, manufacturer: Any) -> bytes:
        ids = [payload[at : at + IDENTIFIER] for at in range(0, len(payload), IDENTIFIER)]
        kept = b"".join(dict.fromkeys(ids))
        if kept != payload:
            note()
        octets: bytes = former(kept, manufacturer)
        return octets

    wrapped(device.endpoint.servers[BASIC.id].attributes, "read", read)


@WRONG.add("silent-at-odd-reads", "ZCL")
def silent_at_odd_reads(device: Any, note: Note) -> None:
    """It says nothing to a read whose last attribute is cut in half."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if frame.command == 0x00 and len(frame.payload) % IDENTIFIER:
            note()
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("number-0-is-no-request", "ZCL")
def number_0_is_no_request(device: Any, note: Note) -> None:
    """It takes a request with the transaction number 0 for none."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if frame.tsn == 0:
            note()
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("one-answer-a-number", "ZCL")
def one_answer_a_number(device: Any, note: Note) -> None:
    """It takes a new request for a repetition that has the number of the last one."""
    last: list[int] = []

    def command(former: Any, indication: Any, frame: Any) -> None:
        if last[-1:] == [frame.tsn]:
            note()
            return
        last.append(frame.tsn)
        former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)
