"""Wrong hubs: mirrors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import MIRRORED, MeteringAttributes
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
TYPE = MeteringAttributes.MeteringDeviceType.id


@WRONG.add("hub-says-it-has-no-mirrors", "HMIR")
def says_no_mirrors(hub: Any, note: Note) -> None:
    """It gives mirrors, and says that it has none."""
    note()
    hub.endpoint.servers[BASIC.id].set(BasicAttributes.PhysicalEnvironment, 0)


@WRONG.add("hub-gives-no-mirror", "HMIR")
def gives_no_mirror(hub: Any, note: Note) -> None:
    """It says that it has mirrors, and gives none."""
    note()
    hub.conduct = replace(hub.conduct, grants_mirrors=False)


@WRONG.add("hub-gives-another-mirror-each-time", "HMIR")
def gives_another(hub: Any, note: Note) -> None:
    """A meter that asks again gets another mirror."""
    mirrors = hub.mirrors

    def grant(former: Any, ieee: int) -> int:
        had = hub.flash.mirrors.get(ieee)
        if had is None:
            endpoint: int = former(ieee)
            return endpoint
        note()
        mirrors.close(ieee)
        hub.flash.mirrors[-1] = had
        endpoint = former(ieee)
        del hub.flash.mirrors[-1]
        return endpoint

    wrapped(mirrors, "_grant", grant)


def _opened(hub: Any, change: Any) -> None:
    """Change each mirror that is opened."""

    def opened(former: Any, ieee: int, endpoint: int) -> Any:
        mirror = former(ieee, endpoint)
        change(mirror)
        return mirror

    wrapped(hub.mirrors, "_open_mirror", opened)


@WRONG.add("hub-hides-its-mirrors", "HMIR")
def hides_mirrors(hub: Any, note: Note) -> None:
    """Its mirrors are no active endpoints."""
    descriptors = hub.stack.management.descriptors

    def hide(mirror: Any) -> None:
        note()
        descriptors[:] = [each for each in descriptors if each.endpoint != mirror.endpoint.id]

    _opened(hub, hide)


@WRONG.add("hub-mirrors-nothing", "HMIR")
def mirrors_nothing(hub: Any, note: Note) -> None:
    """It takes reports to a mirror, and keeps nothing of them."""

    def empty(mirror: Any) -> None:
        wrapped(mirror.server, "adopt", lambda former, values: note())

    _opened(hub, empty)


@WRONG.add("hub-mirror-says-it-is-the-meter", "HMIR")
def says_it_is_the_meter(hub: Any, note: Note) -> None:
    """Its mirror has the device type of the meter, not that of a mirror."""

    def plain(mirror: Any) -> None:
        def adopt(former: Any, values: dict[int, Any]) -> Any:
            if TYPE in values:
                note()
                values[TYPE] -= MIRRORED
            return former(values)

        wrapped(mirror.server, "adopt", adopt)

    _opened(hub, plain)


@WRONG.add("hub-mirror-takes-anybody's-report", "HMIR")
def takes_anybodys_report(hub: Any, note: Note) -> None:
    """Whoever has a link key fills a mirror."""

    def open_to_all(mirror: Any) -> None:
        def ieee_of(former: Any, short: int) -> int:
            if former(short) != mirror.ieee:
                note()
            ieee: int = mirror.ieee
            return ieee

        wrapped(mirror, "_ieee_of", ieee_of)

    _opened(hub, open_to_all)


@WRONG.add("hub-keeps-mirrors-that-were-given-back", "HMIR")
def keeps_given_back(hub: Any, note: Note) -> None:
    """It answers RemoveMirror, and keeps the mirror."""
    wrapped(hub.mirrors, "close", lambda former, ieee: note())


@WRONG.add("hub-loses-mirrors-over-power-cuts", "HMIR")
def loses_mirrors(hub: Any, note: Note) -> None:
    """Its mirrors are gone after a power cut."""
    for ieee in list(hub.mirrors):
        note()
        hub.mirrors.close(ieee)


@WRONG.add("hub-mirrors-whoever-asks", "HMIR")
def mirrors_whoever_asks(hub: Any, note: Note) -> None:
    """It gives a mirror to a device that asks without a link key."""
    admit = hub.endpoint.admit

    def open_to_all(indication: Any) -> Any:
        if not indication.secured and indication.cluster == METERING.id:
            note()
            return True
        return admit(indication)

    hub.endpoint.admit = open_to_all
