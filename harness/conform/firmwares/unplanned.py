"""Wrong firmwares that the cases were not written for (docs/conformance-unplanned.md)."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import HOUR, MILLISECOND, SECOND
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.interface import RadioConfig
from hanbench.emulator.zcl import Status, foundation
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped
from hanbench.harness.conform.firmwares.seams import change_answers, change_register, change_zdp, metering_of

WRONG = Firmwares([])
READ_TIME_EVERY = 7 * SECOND
POLL_EVERY = 440 * MILLISECOND
STORED_EVERY = 6 * HOUR
FULL = 100
"""Per cent."""
MAINS_AND_LISTENING = 0x8C
"""MAC capabilities: mains power, receiver on when idle, a short address is asked for (R22, 2.3.2.3.6)."""


@WRONG.add("stops-at-strange-beacon", "ROB", "STMicroelectronics/STM32CubeWB#54")
def stops_at_strange_beacon(device: Any, note: Note) -> None:
    """Its search never ends when a malformed beacon comes in it."""
    layer, strange = device.stack.mac, [False]
    receive = layer.radio.receiver

    def received(reception: Any) -> None:
        strange[0] |= layer.scanning and _is_strange_beacon(reception.psdu)
        receive(reception)

    def networks(former: Any, channels: Any, exponent: int, done: Any) -> None:
        def ended(beacons: Any) -> None:
            if strange[0]:
                note()
            else:
                done(beacons)

        former(channels, exponent, ended)

    layer.radio.receiver = received
    wrapped(device.stack.child.scanner, "networks", networks)


def _is_strange_beacon(psdu: bytes) -> bool:
    try:
        frame = mac.decode(psdu)
        if frame.type == mac.BEACON:
            mac.decode_beacon(frame.payload)
    except RemoteProtocolError:
        return psdu[0] & 0x07 == mac.BEACON
    return False


@WRONG.add("serves-repetitions", "ZCL", "zigbee-rs/zigbee-rs#71")
def serves_repetitions(device: Any, note: Note) -> None:
    """Its APS hands each copy of a message that was sent again to the application."""
    table = device.stack.aps._recent

    class Forgetful:
        def seen(self, key: Any, now: int) -> bool:
            if table.seen(key, now):
                note()
            return False

    device.stack.aps._recent = Forgetful()


@WRONG.add("stores-its-register-seldom", "REG", "Koenkk/zigbee2mqtt#24396")
def stores_its_register_seldom(device: Any, note: Note) -> None:
    """It stores its register every six hours, and goes on from there after a power cut."""
    now = metering_of(device).get(MeteringAttributes.CurrentSummationDelivered)
    lost = now - device._stored if restarted(device) else 0
    if lost:
        change_register(device, note, lambda value: value - lost)

    def store() -> None:
        device._stored = metering_of(device).get(MeteringAttributes.CurrentSummationDelivered)
        device.stack.clock.call_later(STORED_EVERY, store)

    store()


@WRONG.add("battery-full-in-between", "REC", "Koenkk/zigbee2mqtt#11470")
def battery_full_in_between(device: Any, note: Note) -> None:
    """It says that its battery is full, and tells the true value only every fourth time."""
    life, told = MeteringAttributes.RemainingBatteryLife, [0]
    true = metering_of(device).get(life)

    def value() -> int:
        told[0] += 1
        if told[0] % 4 == 0:
            return int(true)
        note()
        return FULL

    metering_of(device).set(life, value)


@WRONG.add("reads-time-every-seven-seconds", "POLL", "Koenkk/zigbee2mqtt#29673")
def reads_time_every_seven_seconds(device: Any, note: Note) -> None:
    """It reads the time every seven seconds, although each read is answered."""

    def again() -> None:
        if device.keys.ready and device.stack.joined:
            note()
            device._clock_setting.set()
        device.stack.clock.call_later(READ_TIME_EVERY, again)

    device.stack.clock.call_later(READ_TIME_EVERY, again)


@WRONG.add("record-of-the-next-attribute", "ZCL", "nrfconnect/sdk-nrf, known issue KRKNWK-12522")
def record_of_the_next_attribute(device: Any, note: Note) -> None:
    """If the first attribute of a read is unsupported, its record has the identifier of the first that is supported."""

    def change(frame: Any, kind: int, command: int, payload: bytes) -> Any:
        if command == foundation.ReadAttributesResponse.COMMAND and payload[2:3] == bytes(
            (Status.UNSUPPORTED_ATTRIBUTE,)
        ):
            records = foundation.decode(command, payload).records  # type: ignore[attr-defined]
            good = next((each.attribute for each in records if each.status == Status.SUCCESS), None)
            if good is not None:
                note()
                payload = good.to_bytes(2, "little") + payload[2:]
        return frame, kind, command, payload

    change_answers(device, change)


@WRONG.add("leaves-at-foreign-poll", "REJ", "espressif/esp-zigbee-sdk#727", kind="esme")
def leaves_at_foreign_poll(device: Any, note: Note) -> None:
    """It leaves for good when it hears the Data Request of a device of another PAN."""
    stack, radio = device.stack, device.radio
    ear = AirRadio(radio._air, stack.clock, device._random, f"{radio.name}, unfiltered", radio.position)

    def heard(reception: Any) -> None:
        network = device.storage.network
        if network is None or not stack.joined or not _is_poll_of(reception.psdu, lambda pan: pan != network.pan_id):
            return
        note()
        stack.maintenance.leave(False)

    def tune() -> None:
        ear.configure(RadioConfig(radio.config.channel, promiscuous=True))
        ear.listen(radio._listening)
        stack.clock.call_later(SECOND, tune)

    ear.receiver = heard
    tune()


def _is_poll_of(psdu: bytes, pan: Any) -> bool:
    try:
        frame = mac.decode(psdu)
    except RemoteProtocolError:
        return False
    polls = frame.type == mac.COMMAND and frame.payload[:1] == bytes((MacCommand.DATA_REQUEST,))
    return bool(polls and pan(frame.dst_pan))


@WRONG.add("silent-out-of-session", "KEC", "zsmartsystems/com.zsmartsystems.zigbee#840")
def silent_out_of_session(device: Any, note: Note) -> None:
    """It says nothing to messages of key establishment when none is under way."""
    initiator = device._initiator

    def take(former: Any, indication: Any, take: Any) -> Any:
        if initiator.busy:
            return former(indication, take)
        note()
        return None

    wrapped(initiator, "_take", take)


@WRONG.add("descriptor-says-mains", "JOIN", "zsmartsystems/com.zsmartsystems.zigbee#768")
def descriptor_says_mains(device: Any, note: Note) -> None:
    """Its node descriptor says that it listens and has mains power; its association says the contrary."""
    change_zdp(device, note, 0x8002, lambda octets: octets[:6] + bytes((MAINS_AND_LISTENING,)) + octets[7:])


@WRONG.add("polls-when-refused", "REJ", "e2e.ti.com, Zigbee forum, thread 498387")
def polls_when_refused(device: Any, note: Note) -> None:
    """After a refused rejoin it polls every 440 ms with its receiver on, until its next attempt."""
    joiner, stack = device.stack.joiner, device.stack
    timer = stack.clock.call_later(0, lambda: None)

    def poll() -> None:
        nonlocal timer
        if joiner.state is JoinState.RESTING:
            note()
            stack.mac.listen(True)
            stack.child.poll(lambda status: None)
            timer = stack.clock.call_later(POLL_EVERY, poll)

    def event(former: Any, event: JoinEvent) -> None:
        former(event)
        if event is JoinEvent.REFUSED and joiner.state is JoinState.RESTING:
            timer.cancel()
            poll()

    wrapped(joiner, "event", event)
