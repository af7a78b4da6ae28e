"""Which acknowledgements of a hub prove that the gas meter is heard, and hears.

A receiver drops a frame whose NWK frame counter is not above those that it had under the same key (ZigBee
specification 05-3474-20, 4.3.1.2); an APS layer sends a frame again until its acknowledgement arrives (4.4.9).
"""

from __future__ import annotations

from itertools import count

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.observation import Address, ApsFacts, Seen
from hanbench.harness.field.taken import taken

HUB, METER = Address(0x5555, 0), Address(0x5555, 0x1234)
KEY = bytes(16)
WAKE = 1_800_000_000
METERING = 0x0702
numbers = count(1)


def sent(time: int, by: Address, to: Address, type: int, exchange: int, counter: int) -> Seen:
    return Seen(
        number=next(numbers),
        time=time,
        name="aps-ack" if type == aps.ACK else "report-attributes",
        channel=20,
        rssi=-60.0,
        sender=by,
        receiver=to,
        origin=by,
        target=to,
        sender_ieee=by.short + 1,
        sequence=0,
        wants_ack=True,
        acked=True,
        nwk_counter=counter,
        network_key=KEY,
        aps=ApsFacts(type, METERING, exchange, type == aps.DATA, True, counter, None),
    )


def wakes(first: int, number: int, hub_counter: int, *, repeats: int = 0) -> tuple[list[Seen], list[Seen]]:
    """Return what meter and hub send in so many wakes: a report, its acknowledgement, and so many repetitions."""
    own, acks = [], []
    for wake in range(first, first + number):
        for attempt in range(1 + repeats):
            time = wake * WAKE + attempt * 2_000_000
            own.append(sent(time, METER, HUB, aps.DATA, wake, 500 + wake * 10 + attempt))
            acks.append(sent(time + 100_000, HUB, METER, aps.ACK, wake, hub_counter))
            hub_counter += 1
    return own, acks


def test_what_the_meter_does_not_send_again_was_taken() -> None:
    own, acks = wakes(0, 3, 1000)
    assert taken(acks, own, acks) == acks


def test_what_the_meter_sends_again_was_not_taken() -> None:
    own, acks = wakes(0, 3, 1000, repeats=3)
    assert taken(acks, own, acks) == []


def test_after_a_fall_of_the_hubs_counter_a_repetition_that_the_sniffer_missed_proves_nothing() -> None:
    before, after, missed = wakes(0, 3, 1000), wakes(3, 3, 0, repeats=3), wakes(6, 1, 20)
    own, acks = ([*x, *y, *z] for x, y, z in zip(before, after, missed, strict=True))
    assert taken(acks, own, acks) == before[1]


def test_a_meter_that_was_restarted_is_heard_again() -> None:
    before, after, restarted = wakes(0, 3, 1000), wakes(3, 3, 0, repeats=3), wakes(6, 5, 20)
    own, acks = ([*x, *y, *z] for x, y, z in zip(before, after, restarted, strict=True))
    assert taken(acks, own, acks)[3:] == restarted[1][3:]
    own.append(sent(6 * WAKE + 50_000, METER, HUB, aps.ACK, 77, 900))
    own.sort(key=lambda frame: frame.time)
    assert taken(acks, own, acks)[3:] == restarted[1]


def test_frames_that_wait_for_a_poll_may_overtake_each_other() -> None:
    own, acks = wakes(0, 2, 1000)
    late = wakes(2, 1, 990)
    assert taken([*acks, *late[1]], [*own, *late[0]], [*acks, *late[1]]) == [*acks, *late[1]]
