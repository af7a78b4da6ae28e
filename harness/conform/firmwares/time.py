"""Wrong firmwares: the clock."""

from __future__ import annotations

from typing import Any

from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import UNIX_TO_2000

WRONG = Firmwares([])
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
