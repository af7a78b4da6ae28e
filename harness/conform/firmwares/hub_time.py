"""Wrong hubs: the source of time."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl.clusters import TIME
from hanbench.emulator.zcl.clusters.time import TimeAttributes
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped
from hanbench.harness.conform.firmwares.seams import UNIX_TO_2000

WRONG = Firmwares([], kind="hub")
WRITE = 0x02
SUMMER_S, DAY_S = 3600, 86_400


def _time(hub: Any, note: Note, value: Any) -> None:
    def told() -> int:
        note()
        shown: int = value()
        return shown

    hub.endpoint.servers[TIME.id].set(TimeAttributes.Time, told)


@WRONG.add("hub-time-status-in-the-wrong-base", "HTIM", "Koenkk/zigbee-herdsman#1517")
def status_in_wrong_base(hub: Any, note: Note) -> None:
    """Its TimeStatus is 0x11, where its bits are 1 and 1."""
    note()
    hub.endpoint.servers[TIME.id].set(TimeAttributes.TimeStatus, 0x11)


@WRONG.add("hub-has-no-time", "HTIM", "espressif/esp-zigbee-sdk#825")
def has_no_time(hub: Any, note: Note) -> None:
    """It never says that its time is that of a master."""
    note()
    hub.endpoint.servers[TIME.id].set(TimeAttributes.TimeStatus, 0)


@WRONG.add("hub-unix-epoch", "HTIM", "espressif/arduino-esp32#12545; espressif/arduino-esp32#12547")
def unix_epoch(hub: Any, note: Note) -> None:
    """Its time counts from 1970."""
    _time(hub, note, lambda: hub.utc + UNIX_TO_2000)


@WRONG.add("hub-time-stands-still", "HTIM")
def stands_still(hub: Any, note: Note) -> None:
    """Its time is that at which it got power."""
    began = hub.utc
    _time(hub, note, lambda: began)


@WRONG.add("hub-time-restarts", "HTIM")
def time_restarts(hub: Any, note: Note) -> None:
    """After a power cut its time starts at 2000, and it says that it is right."""
    if restarted(hub):
        began = hub.utc
        _time(hub, note, lambda: hub.utc - began)


@WRONG.add("hub-lets-others-set-its-clock", "HTIM")
def lets_others_set(hub: Any, note: Note) -> None:
    """Whoever writes Time sets its clock."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if indication.cluster == TIME.id and frame.command == WRITE and frame.payload[:2] == bytes(2):
            note()
            hub.epoch += int.from_bytes(frame.payload[3:7], "little") - hub.utc
        former(indication, frame)

    wrapped(hub.endpoint, "_general_command", command)


@WRONG.add("hub-counts-summer-time-twice", "HTIM", "zigpy/zigpy#1786")
def summer_time_twice(hub: Any, note: Note) -> None:
    """Its zone has summer time in it, which its daylight saving adds once more."""

    def zone() -> int:
        note()
        return SUMMER_S

    hub.endpoint.servers[TIME.id].set(TimeAttributes.TimeZone, zone)


@WRONG.add("hub-master-set-by-others", "HTIM", "zigpy/zigpy#1786")
def master_and_synchronized(hub: Any, note: Note) -> None:
    """It says that it is the master, and that it was synchronised."""

    def both() -> int:
        note()
        return 0x0F

    hub.endpoint.servers[TIME.id].set(TimeAttributes.TimeStatus, both)


@WRONG.add("hub-clock-loses-half-a-minute-a-day", "HTIM")
def clock_loses(hub: Any, note: Note) -> None:
    """Its clock loses thirty seconds a day."""
    began = hub.utc
    _time(hub, note, lambda: hub.utc - (hub.utc - began) * 30 // DAY_S)


@WRONG.add("hub-lets-others-set-its-zone", "HTIM")
def lets_others_set_zone(hub: Any, note: Note) -> None:
    """Whoever writes TimeZone sets its zone."""
    server = hub.endpoint.servers[TIME.id]

    def command(former: Any, indication: Any, frame: Any) -> None:
        if indication.cluster == TIME.id and frame.command == WRITE and frame.payload[:2] == b"\x02\x00":
            note()
            server.set(TimeAttributes.TimeZone, int.from_bytes(frame.payload[3:7], "little", signed=True))
        former(indication, frame)

    wrapped(hub.endpoint, "_general_command", command)
