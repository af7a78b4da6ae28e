"""Wrong firmwares: the clock."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import MINUTE
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.zcl.clusters import TIME
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped
from hanbench.harness.conform.firmwares.seams import UNIX_TO_2000

WRONG = Firmwares([])
LOCAL_TIME = 0x0007
INVALID_TIME = 0xFFFF_FFFF
DAY_S = 86_400


@WRONG.add("unix-epoch", "TIME", "espressif/arduino-esp32#12545; arendst/Tasmota#8627; ZiGate#124")
def unix_epoch(device: Any, note: Note) -> None:
    """It counts from 1970 and the hub from 2000: its clock is thirty years ahead."""

    def set_utc(former: Any, seconds: int) -> None:
        note()
        former(seconds + UNIX_TO_2000)

    wrapped(device._clock_setting, "_set_utc", set_utc)


@WRONG.add("takes-invalid-time", "TIME", "espressif/esp-zigbee-sdk#825; esphome/esphome#18384")
def takes_invalid_time(device: Any, note: Note) -> None:
    """It sets its clock to 0xffffffff, the time of a hub that has none."""

    def ask(former: Any, cluster: int, attributes: Any, done: Any) -> None:
        def answered(reply: Any) -> None:
            if reply.ok and reply.values.get(0) is None:
                note()
                device.set_utc(INVALID_TIME - 30 * DAY_S)
            done(reply)

        former(cluster, attributes, answered)

    wrapped(device._clock_setting, "_ask", ask)


@WRONG.add("never-asks-the-time", "TIME")
def never_asks_the_time(device: Any, note: Note) -> None:
    """It never asks the hub for the time."""

    def set(former: Any, then: Any = lambda: None) -> None:
        note()
        then()

    wrapped(device._clock_setting, "set", set)


@WRONG.add("sets-its-clock-once", "TIME")
def sets_its_clock_once(device: Any, note: Note) -> None:
    """It sets its clock when it joins, and never again."""
    done: list[bool] = []

    def set(former: Any, then: Any = lambda: None) -> None:
        if done:
            note()
            then()
        else:
            done.append(True)
            former(then)

    wrapped(device._clock_setting, "set", set)


@WRONG.add("ignores-large-corrections", "TIME")
def ignores_large_corrections(device: Any, note: Note) -> None:
    """It takes a correction of more than an hour for an error of the hub."""

    def set_utc(former: Any, seconds: int) -> None:
        if abs(seconds - device.utc) > 3600:
            note()
        else:
            former(seconds)

    wrapped(device._clock_setting, "_set_utc", set_utc)


@WRONG.add("trusts-an-unset-clock", "TIME", "espressif/esp-zigbee-sdk#825")
def trusts_an_unset_clock(device: Any, note: Note) -> None:
    """It takes the time of a hub that says that its clock is not set."""

    def ask(former: Any, cluster: int, attributes: Any, done: Any) -> None:
        def answered(reply: Any) -> None:
            time = reply.values.get(0) if reply.ok else None
            if isinstance(time, int) and reply.values.get(1) == 0:
                note()
                device.set_utc(time)
            done(reply)

        former(cluster, attributes, answered)

    wrapped(device._clock_setting, "_ask", ask)


@WRONG.add("adds-summer-time-to-utc", "TIME")
def adds_summer_time_to_utc(device: Any, note: Note) -> None:
    """It asks for the local time, and takes it for UTC."""
    endpoint = device.endpoint

    def set_utc(former: Any, seconds: int) -> None:
        def answered(reply: Any) -> None:
            note()
            former(reply.values.get(LOCAL_TIME, seconds))

        endpoint.read(HUB, HUB_ENDPOINT, TIME.id, (LOCAL_TIME,), answered)

    wrapped(device._clock_setting, "_set_utc", set_utc)


@WRONG.add("hammers-a-hub-without-time", "TIME", kind="esme")
def hammers_a_hub_without_time(device: Any, note: Note) -> None:
    """It asks every minute for a time that the hub does not have."""

    def ask(former: Any, cluster: int, attributes: Any, done: Any) -> None:
        def answered(reply: Any) -> None:
            if reply.values.get(0) is None:
                note()
                device.stack.clock.call_later(MINUTE, device._clock_setting.set)
            done(reply)

        former(cluster, attributes, answered)

    wrapped(device._clock_setting, "_ask", ask)


@WRONG.add("clock-stands-still-without-power", "TIME", kind="esme")
def clock_stands_still_without_power(device: Any, note: Note) -> None:
    """Its clock stands still while it has no power, and it asks the hub once a day only."""
    if restarted(device):
        note()
        device.set_utc(device.utc - 3 * 3600)
        device._clock_setting.set_daily = lambda: None
