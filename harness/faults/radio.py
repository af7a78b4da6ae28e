"""Faults of power, radio and air."""

from __future__ import annotations

from hanbench.emulator.radio import Jammer
from hanbench.harness.faults.fault import fault
from hanbench.harness.faults.followers import pair_esme
from hanbench.harness.han.han import Han

FAR_AWAY = (600.0, 0.0)
"""Metres."""
JAMMER_POWER = -25.0
"""dBm: a badly screened appliance beside the gas meter. It blocks the meter and hardly affects the other devices."""
JAMMER_DISTANCE = 0.3


async def _battery_dead(han: Han) -> None:
    han.gsme.power_off()


async def _battery_changed(han: Han) -> None:
    han.gsme.power_on()


async def _silence(han: Han) -> None:
    han.radio_of("gsme").muted = True


async def _unsilence(han: Han) -> None:
    han.radio_of("gsme").muted = False


async def _carry_away(han: Han) -> None:
    """Move the meter on the Air; a dongle elsewhere stays where it is, and is cut off both ways."""
    if han.on_air("gsme"):
        han.radio("gsme").position = FAR_AWAY
    else:
        han.radio_of("gsme").muted = True


async def _carry_back(han: Han) -> None:
    if han.on_air("gsme"):
        han.radio("gsme").position = han.settings.positions["gsme"]
    else:
        han.radio_of("gsme").muted = False


async def _jam(han: Han) -> None:
    x, y = han.radio("gsme").position
    network = han.gsme.storage.network
    channel = han.radio("gsme").config.channel if network is None else network.channel
    jammer = Jammer(frozenset({channel}), JAMMER_POWER, (x + JAMMER_DISTANCE, y))
    han.air.add_jammer(jammer)
    han.jammers.append(jammer)


async def _unjam(han: Han) -> None:
    while han.jammers:
        han.air.remove_jammer(han.jammers.pop())


async def _esme_dead(han: Han) -> None:
    han.esme.power_off()


async def _esme_back(han: Han) -> None:
    han.esme.power_on()
    if han.hub.powered and han.esme.settings.ieee not in han.hub.device_table:
        await pair_esme(han)  # the hub was exchanged meanwhile


async def _wan_down(han: Han) -> None:
    han.wan.up = False


async def _wan_up(han: Han) -> None:
    han.wan.up = True


async def _bench_broken(han: Han) -> None:
    han.health.fault = "the capture adapter does not answer"


async def _bench_mended(han: Han) -> None:
    han.health.fault = None


FAULTS = (
    fault("battery-dead", _battery_dead, _battery_changed),
    fault("radio-silent", _silence, _unsilence),
    fault("out-of-range", _carry_away, _carry_back),
    fault("jammed-channel", _jam, _unjam),
    fault("esme-dead", _esme_dead, _esme_back),
    fault("wan-down", _wan_down, _wan_up),
    fault("bench-fault", _bench_broken, _bench_mended),
)
