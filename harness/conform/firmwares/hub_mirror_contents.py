"""Wrong hubs: what their mirrors show."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import on
from hanbench.emulator.zcl.clusters.metering import NO_MIRROR, MeteringAttributes, MirrorRemoved, RemoveMirror
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")
WRITE = 0x02
SUMMATION, TYPE = MeteringAttributes.CurrentSummationDelivered.id, MeteringAttributes.MeteringDeviceType.id


def _adopts(hub: Any, change: Any) -> None:
    """Have `change` look at each report to a mirror: the mirror's values, and what to do with them."""

    def opened(former: Any, ieee: int, endpoint: int) -> Any:
        mirror = former(ieee, endpoint)
        wrapped(mirror.server, "adopt", lambda adopt, values: change(mirror, adopt, values))
        return mirror

    wrapped(hub.mirrors, "_open_mirror", opened)


@WRONG.add("hub-mirrors-the-register-alone", "HMCT")
def register_alone(hub: Any, note: Note) -> None:
    """Of what a meter reports its mirror keeps the register."""

    def change(mirror: Any, adopt: Any, values: dict[int, Any]) -> Any:
        kept = {each: value for each, value in values.items() if each in (SUMMATION, TYPE)}
        if len(kept) < len(values):
            note()
        return adopt(kept)

    _adopts(hub, change)


@WRONG.add("hub-mirrors-the-last-report-alone", "HMCT")
def last_report_alone(hub: Any, note: Note) -> None:
    """What the last report of a meter does not have is 0 at its mirror."""
    seen: dict[int, set[int]] = {}

    def change(mirror: Any, adopt: Any, values: dict[int, Any]) -> Any:
        known = seen.setdefault(mirror.ieee, set())
        missing = known - set(values) - {TYPE}
        known.update(values)
        if missing:
            note()
        return adopt({**dict.fromkeys(missing, 0), **values})

    _adopts(hub, change)


@WRONG.add("hub-has-one-mirror-for-all", "HMCT")
def one_mirror_for_all(hub: Any, note: Note) -> None:
    """What one meter reports is at the mirrors of all others."""
    adopting: list[Any] = []

    def change(mirror: Any, adopt: Any, values: dict[int, Any]) -> Any:
        if mirror not in [each for each, _ in adopting]:
            adopting.append((mirror, adopt))
        for _, each in adopting:
            if each != adopt:
                note()
                each(values)
        return adopt(values)

    _adopts(hub, change)


@WRONG.add("hub-mirrors-begin-at-nought", "HMCT")
def begin_at_nought(hub: Any, note: Note) -> None:
    """After a power cut its mirrors show the register 0 until their meters report."""
    if restarted(hub):
        for mirror in hub.mirrors.values():
            note()
            mirror.server.adopt({SUMMATION: 0})


@WRONG.add("hub-takes-mirrors-of-others-away", "HMCT")
def takes_others_away(hub: Any, note: Note) -> None:
    """A meter that gives its mirror back gives back those of all meters."""

    def remove(command: Any, indication: Any) -> MirrorRemoved:
        endpoint = NO_MIRROR
        for ieee, endpoint in list(hub.flash.mirrors.items()):  # noqa: B007  the last one is told
            note()
            hub.mirrors.close(ieee)
        return MirrorRemoved(endpoint)

    hub.mirrors.client.add(on(RemoveMirror, remove))


@WRONG.add("hub-mirror-takes-plain-reports", "HMCT")
def takes_plain_reports(hub: Any, note: Note) -> None:
    """Its mirrors take reports that are not under the link key."""

    def opened(former: Any, ieee: int, endpoint: int) -> Any:
        mirror = former(ieee, endpoint)

        def admit(indication: Any) -> bool:
            if not indication.secured:
                note()
            return True

        mirror.endpoint.admit = admit
        return mirror

    wrapped(hub.mirrors, "_open_mirror", opened)


@WRONG.add("hub-mirror-takes-writes", "HMCT")
def takes_writes(hub: Any, note: Note) -> None:
    """Whoever writes to a mirror sets its register."""

    def opened(former: Any, ieee: int, endpoint: int) -> Any:
        mirror = former(ieee, endpoint)

        def command(answer: Any, indication: Any, frame: Any) -> None:
            if frame.command == WRITE and frame.payload[:2] == bytes(2):
                note()
                mirror.server.adopt({SUMMATION: int.from_bytes(frame.payload[3:9], "little")})
            answer(indication, frame)

        wrapped(mirror.endpoint, "_general_command", command)
        return mirror

    wrapped(hub.mirrors, "_open_mirror", opened)
