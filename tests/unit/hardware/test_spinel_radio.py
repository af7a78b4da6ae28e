"""The host's driver is a `Radio`, and keeps its dongle in order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND, PacedClock
from hanbench.emulator.dongle import Firmware
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Jammer, RadioConfig, TxStatus
from hanbench.emulator.radio.spinel.ids import Capability, PropertyId, RadioCapability
from hanbench.hardware.errors import NoAnswerError, PortUnavailableError, UnfitFirmwareError
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.spinel_radio import SpinelRadio


def test_frames_go_both_ways_and_say_how_they_ended(rig, frame):
    got = []
    rig.other.receiver = lambda reception: got.append(reception.psdu)

    async def scenario():
        rig.configure()
        await asyncio.sleep(0.01)
        sent = await rig.send(rig.host, frame(1))
        back = await rig.send(rig.other, frame(2, 0x0000, 0x0001))
        nobody = await rig.send(rig.host, frame(3, dst=0x0009))
        broadcast = await rig.send(rig.host, frame(4, dst=0xFFFF, ack=False))
        await asyncio.sleep(0.1)
        return sent.status, back.status, nobody.status, broadcast.status

    statuses = rig.run(scenario)
    assert statuses == (TxStatus.ACKED, TxStatus.ACKED, TxStatus.NO_ACK, TxStatus.SENT)
    assert got == [frame(1), frame(4, dst=0xFFFF, ack=False)]
    assert rig.heard == [frame(2, 0x0000, 0x0001)]


def test_a_reception_has_the_time_at_which_the_frame_ended_on_the_air(rig, frame):
    receptions: list[Any] = []
    ended: list[int] = []
    rig.host.receiver = receptions.append
    rig.air.observers.append(lambda transmission: ended.append(transmission.end))

    async def scenario():
        rig.configure()
        await asyncio.sleep(0.01)
        await rig.send(rig.other, frame(2, 0x0000, 0x0001))
        await asyncio.sleep(0.1)

    rig.run(scenario)
    (reception,) = receptions
    # The acknowledgement follows before the dongle hands the frame over.
    assert 0 <= reception.time - ended[0] <= 1 * MILLISECOND
    assert reception.channel == 15
    assert -70 < reception.rssi < -30


def test_the_dongle_is_told_what_the_radio_is_to_be(rig):
    config = RadioConfig(20, 0x4321, 0x0102, 0x0A0B0C0D0E0F1011, tx_power=-3)

    async def scenario():
        rig.host.configure(config)
        rig.host.source_match(True)
        rig.host.source_match_add(0x1234, extended=False)
        rig.host.source_match_add(0x1122334455667788, extended=True)
        rig.host.source_match_add(0x5678, extended=False)
        rig.host.source_match_remove(0x5678, extended=False)
        await asyncio.sleep(0.01)
        return rig.radio.config, rig.radio.frame_pending(poll(0x1234)), rig.radio.frame_pending(poll(0x5678))

    assert rig.run(scenario) == (config, True, False)
    assert rig.troubles == [None]


def poll(src: int) -> bytes:
    return mac.MacFrame(
        mac.COMMAND,
        1,
        b"\x04",
        dst_pan=0x4321,
        dst=0x0102,
        dst_mode=mac.SHORT,
        src_pan=0x4321,
        src=src,
        src_mode=mac.SHORT,
        ack_request=True,
    ).encode()


def test_what_was_told_before_the_start_is_not_forgotten(rig):
    rig.configure()
    rig.host.source_match(True)
    rig.host.source_match_add(0x1234, extended=False)

    async def scenario():
        await asyncio.sleep(0.01)
        return rig.radio.config.short_address, rig.radio.frame_pending(poll(0x1234))

    assert rig.run(scenario) == (0x0000, True)


def test_a_full_table_of_children_promises_everybody_a_frame(rig):
    async def scenario():
        rig.host.source_match(True)
        for child in range(1, 80):
            rig.host.source_match_add(child, extended=False)
        await asyncio.sleep(0.1)
        return rig.radio.frame_pending(poll(0x7000))

    assert rig.run(scenario)
    assert rig.troubles == [None]


def test_energy_is_measured(rig):
    rig.air.add_jammer(Jammer(frozenset({20}), -50.0))

    async def scenario():
        rig.configure()
        levels = []
        for channel in (20, 21):
            level = asyncio.get_running_loop().create_future()
            rig.host.energy_scan(channel, 50 * MILLISECOND, level.set_result)
            levels.append(await level)
        return levels

    assert rig.run(scenario) == [-50, -100]


def test_a_muted_radio_neither_hears_nor_is_heard(rig, frame):
    async def scenario():
        rig.configure()
        rig.host.muted = True
        await asyncio.sleep(0.01)
        out = await rig.send(rig.host, frame(1))
        back = await rig.send(rig.other, frame(2, 0x0000, 0x0001), retries=0)
        rig.host.muted = False
        await asyncio.sleep(0.01)
        again = await rig.send(rig.other, frame(3, 0x0000, 0x0001))
        await asyncio.sleep(0.1)
        return out.status, back.status, again.status

    assert rig.run(scenario) == (TxStatus.NO_ACK, TxStatus.NO_ACK, TxStatus.ACKED)
    assert rig.heard == [frame(3, 0x0000, 0x0001)]


# --- bad days -----------------------------------------------------------------------------------------------------


def test_a_dongle_that_was_pulled_out_is_found_again_and_set_up_as_before(rig, frame):
    async def scenario():
        rig.configure()
        rig.host.source_match(True)
        rig.host.source_match_add(0x1234, extended=False)
        await asyncio.sleep(0.01)
        under_way = asyncio.ensure_future(rig.send(rig.host, frame(1)))
        await asyncio.sleep(0)
        rig.dongle.unplug()
        broken = await under_way
        without = await rig.send(rig.host, frame(2))
        await asyncio.sleep(30)
        rig.dongle.plug()
        plugged = rig.clock.now
        while rig.host.failure is not None:
            await asyncio.sleep(0.01)
        back = rig.clock.now - plugged
        await asyncio.sleep(0.01)
        after = await rig.send(rig.host, frame(3))
        await rig.send(rig.other, frame(4, 0x0000, 0x0001))
        await asyncio.sleep(0.1)
        return broken.status, without.status, after.status, back

    *statuses, back = rig.run(scenario)
    assert statuses == [TxStatus.ABORTED, TxStatus.ABORTED, TxStatus.ACKED]
    assert back <= 2 * SECOND
    assert rig.heard[-1] == frame(4, 0x0000, 0x0001)
    first, failure, last = rig.troubles
    assert (first, last) == (None, None)
    assert "is gone" in failure


def test_a_dongle_that_restarts_by_itself_is_set_up_again(rig, frame):
    async def scenario():
        rig.configure()
        await asyncio.sleep(0.01)
        rig.dongle.watchdog_reset()
        await asyncio.sleep(2)
        return await rig.send(rig.other, frame(4, 0x0000, 0x0001))

    assert rig.run(scenario).status is TxStatus.ACKED
    assert "restarted by itself" in rig.troubles[1]
    assert rig.troubles[2] is None


def test_a_frozen_dongle_is_noticed(rig, frame):
    async def scenario():
        rig.configure()
        await asyncio.sleep(0.01)
        rig.dongle.freeze()
        ended = await rig.send(rig.host, frame(1))
        rig.dongle.freeze(False)
        await asyncio.sleep(5)
        after = await rig.send(rig.host, frame(2))
        return ended.status, after.status

    assert rig.run(scenario) == (TxStatus.ABORTED, TxStatus.ACKED)
    assert "did not report the end" in rig.troubles[1]


def test_a_garbled_answer_costs_one_transmission_and_sends_nothing_twice(rig, frame):
    async def scenario():
        rig.configure()
        await asyncio.sleep(0.01)
        rig.dongle.garble()
        ended = await rig.send(rig.host, frame(1))
        await asyncio.sleep(5)
        return ended.status

    sent = []
    rig.air.observers.append(lambda transmission: sent.append(transmission.psdu))
    assert rig.run(scenario) is TxStatus.ABORTED
    assert sent.count(frame(1)) == 1


def test_nothing_of_a_frame_is_sent_twice_when_all_goes_well(rig, frame):
    sent = []
    rig.air.observers.append(lambda transmission: sent.append(transmission.psdu))

    async def scenario():
        rig.configure()
        await asyncio.sleep(0.01)
        for number in range(100):
            assert (await rig.send(rig.host, frame(number))).status is TxStatus.ACKED

    rig.run(scenario)
    assert [psdu for psdu in sent if len(psdu) > 5] == [frame(number) for number in range(100)]


# --- what will not do ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("firmware", "said"),
    [
        (Firmware(protocol=(3, 1)), "speaks Spinel 3.1, and 4.x is needed"),
        (Firmware(capabilities=(Capability.CONFIG_RADIO,)), "it is an NCP, not an RCP"),
        (Firmware(radio=RadioCapability.ACK_TIMEOUT), "leaves retries to the host; its radio leaves CSMA-CA"),
        (Firmware(missing=frozenset({PropertyId.CAPS})), "does not know CAPS"),
    ],
)
def test_firmware_that_lacks_something_is_told_what(rig_of, firmware, said):
    async def scenario():
        raise AssertionError("it was started")

    with pytest.raises(UnfitFirmwareError, match=said):
        rig_of("pty", firmware).run(scenario)


def test_a_port_without_an_answer_is_no_radio(rig):
    async def scenario():
        raise AssertionError("it was started")

    rig.dongle.freeze = lambda on=True: None
    rig.dongle.rcp.feed = lambda octets: None
    with pytest.raises(NoAnswerError, match="no device answers Spinel"):
        rig.run(scenario)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("serial:/dev/no-such-dongle", "no such device; `hanbench doctor`"),
        ("serial:/dev/null/x", "Not a directory|no such"),
        (__file__, "not a serial device"),
        ("socket://127.0.0.1:1", "no server listens on this port"),
        ("socket://127.0.0.1", "expected socket://HOST:PORT"),
    ],
)
def test_a_port_that_cannot_be_had_says_why_in_one_line(url, said):
    from hanbench.emulator.clock import run

    clock = PacedClock()
    radio = SpinelRadio("radio", SerialPort(url), clock)
    with pytest.raises(PortUnavailableError, match=said) as error:
        run(clock, radio.start())
    assert "\n" not in str(error.value)


def test_a_dongle_has_one_host_at_a_time(rig_of):
    rig = rig_of("tcp", clock=PacedClock())

    async def scenario():
        second = SpinelRadio("second", SerialPort(rig.port.url), rig.clock)
        with pytest.raises(NoAnswerError):
            await second.start()

    rig.run(scenario)
    assert "rejected a second host" in rig.events


def test_a_second_host_on_a_pty_is_told_that_it_is_taken(rig_of):
    rig = rig_of("pty", clock=PacedClock())

    async def scenario():
        second = SpinelRadio("second", SerialPort(rig.port.url), rig.clock)
        with pytest.raises(PortUnavailableError, match="another program has it open"):
            await second.start()

    rig.run(scenario)
